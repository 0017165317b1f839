/**
 * Tests of how results give a run's options: as arguments that mean the same run again, as JSON and in words.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseCommand } from "../../../lib/command/parse_command.ts";
import { argumentsOf, optionsObject, optionsWords } from "../../../lib/result/option/options.ts";
import type { RunOptions } from "../../../lib/run/run_options.ts";

const DEFAULTS = { threads: 3, seed: 7 };

const LINES = [
  "memory",
  "--threads=2 --load-time-sec=0.5 --pattern=unthrottled --latency-sample=16 memory",
  "--ops=1000 --warmup=300ms --interval=50ms --latency-sample=0 memory",
  "--rate=20k --workload=b --keys=10k --value-size=64-1KiB --compressible=0.5 memory",
  "--workload=d --keys=5000 --max-keys=9000 --key-size=20 --zipf-theta=0.5 --no-preload memory",
  "--workload=f --read-ratio=0.25 --keys=1M --distribution=uniform memory",
  "--workload=seed --keys=500 --preload --distribution=hotspot memory",
  "--keys=65536 memory",
  "--read-ratio=0.1 --no-preload memory",
  "file --file-count=120 --queue-depth=1024 --queue-memory=1MiB --serializer=cbor --replace=alternate --sync=data",
  "file --file-count=1 --write-period-us=500 --output=some/dir --no-device-probe",
  "file --file-count=128 --flush-period-us=50000 --layout=log --log-size=2MiB --queue-memory=1MiB --sync=full",
  "file --file-count=4 --commit-delay-us=0 --layout=log",
  "file --file-count=4 --queue-depth=9 --layout=log --queue-memory=2MiB",
  "file --file-count=16 --flush-period-us=9 --layout=blocks --block-size=8KiB",
  "sqlite --journal=delete --synchronous=extra --busy-timeout=500ms --cache-size=64KiB --output=some/dir",
  "leveldb --sync=data --in-flight=16 --write-buffer-size=1MiB",
  "rocksdb --sync=data --wal-bytes-per-sync=512KiB --wal-recovery-mode=absolute-consistency --library=/opt/librocksdb.so",
  "rocksdb --disable-wal=true --cache-size=1MiB --write-buffer-size=1MiB --in-flight=16",
  "lmdb --sync-mode=no-meta-sync --map-size=4GiB --in-flight=16",
  "lmdb --map-size=1024GiB",
  "denokv --in-flight=4",
  "redis --spawn --appendfsync=always --rdb=60:1000 --in-flight=16",
  "redis --spawn=/usr/bin/redis-server --cluster=3x1 --node-timeout=500ms --wait=1",
  "redis --url=rediss://host:6380/2 --cluster",
  "etcd --spawn --in-flight=16 --snapshot-count=10k",
  "etcd --spawn=/opt/etcd --cluster=3 --quota-backend-bytes=2GiB",
  "etcd --url=https://host:2379/",
  "postgres --spawn --synchronous-commit=off --in-flight=16",
  "postgres --spawn --synchronous-commit=remote_write --replicas=1 --synchronous-standby-names=*",
  "postgres --spawn=/opt/pg/bin --fsync=off --full-page-writes=off",
  "postgres --url=postgres://host:5433/db",
];

function optionsOf(args: readonly string[]): RunOptions {
  const command = parseCommand(args, DEFAULTS);
  assert(command.kind === "run");
  return command.options;
}

for (const line of LINES) {
  Deno.test(`argumentsOf() leads back to the run of: ${line}`, () => {
    const options = optionsOf(line.split(" "));
    const args = argumentsOf(options);
    assertEquals(optionsOf(args), options);
    // They are canonical: the same options have the same arguments.
    assertEquals(argumentsOf(optionsOf(args)), args);
  });
}

Deno.test("argumentsOf() names no more than what is not the default, and the threads and the seed, which differ", () => {
  const line = "--threads=2 --workload=seed --pattern=consistent file --file-count=3 --queue-depth=4 --serializer=json";
  assertEquals(argumentsOf(optionsOf([...line.split(" "), "--output=a b's", "--seed=9"])), [
    "--threads=2",
    "--latency-sample=1",
    "--seed=9",
    "file",
    "--output=a b's",
    "--file-count=3",
    "--queue-depth=4",
  ]);
});

Deno.test("no argument, field or word has a password", () => {
  const options = optionsOf(["redis", "--url=redis://user:secret@host:6379/0"]);
  for (const text of [...argumentsOf(options), ...optionsWords(options), JSON.stringify(optionsObject(options))]) {
    assert(!text.includes("secret"), text);
  }
  assertMatch(argumentsOf(options).join(" "), / redis --url=redis:\/\/\S*host:6379\/0/);
});
