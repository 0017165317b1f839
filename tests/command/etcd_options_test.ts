/**
 * Tests of the etcd engine's flags: what each form means, and what goes with what.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { assertRefused, assertRun, MEMORY_RUN, parse } from "./command_lines.ts";

const DEFAULTS = { spawn: "etcd", snapshotCount: 100_000, quotaBackendBytes: 8 * 2 ** 30 };

function run(settings: Record<string, string | number | boolean>, more: { output?: string; inFlight?: number } = {}) {
  return { ...MEMORY_RUN, backend: { kind: "engine", engine: "etcd", settings, inFlight: 1, ...more } } as const;
}

Deno.test("parseCommand() reads an etcd that is started, a cluster, and one that runs", () => {
  assertRun("etcd --spawn", run(DEFAULTS));
  assertRun(
    "etcd --spawn=/opt/etcd --snapshot-count=5000 --quota-backend-bytes=1GiB --in-flight=64 --output=dir",
    run({ spawn: "/opt/etcd", snapshotCount: 5000, quotaBackendBytes: 2 ** 30 }, { inFlight: 64, output: "dir" }),
  );
  assertRun("etcd --spawn --cluster=3", run({ ...DEFAULTS, members: 3 }));
  assertRun("etcd --url=http://host:2379", run({ url: "http://host:2379" }));
  const crash = parse("crash --fault=pause etcd --spawn --cluster=3");
  assert(crash.kind === "crash");
  assertEquals(crash.failover, { fault: "pause", lagMs: 0 });
});

Deno.test("parseCommand() refuses what does not go together with an etcd", () => {
  const started = "goes with --spawn: a running server keeps its own settings";
  assertRefused("etcd", "the etcd backend needs --url=URL (a running server) or --spawn (to start one)");
  assertRefused("etcd --url=http://host --snapshot-count=5", `--snapshot-count ${started}`);
  assertRefused("etcd --url=http://host --cluster=3", `--cluster ${started}`);
  assertRefused(
    "etcd --url=redis://host",
    '--url must be a URL such as http://host:2379, or https://user:password@host:2379, got "redis://host"',
  );
  for (const [shape, got] of [["", ""], ["=3x1", ', got "3x1"']]) {
    const allowed = "--cluster must be a whole number from 3 to 5 with etcd --spawn";
    assertRefused(`etcd --spawn --cluster${shape}`, `${allowed}${got}`);
  }
  for (const [engine, shape] of [["redis", "3"], ["etcd", "7"]]) {
    const allowed = "PxR with P from 3 to 16 and R from 0 to 3 (redis), or a whole number from 3 to 5 (etcd)";
    assertRefused(`${engine} --spawn --cluster=${shape}`, `--cluster must be ${allowed}, got "${shape}"`);
  }
  assertRefused(
    "etcd --spawn --cluster=3 --output=dir",
    "--output goes with one server: the directories of a cluster are temporary",
  );
  assertRefused("crash --lag=1s etcd --spawn", "--lag goes with --cluster");
  assertRefused(
    "crash --cut=power etcd --spawn --cluster=3",
    "--cut=power needs a store that fails as a whole, got a cluster, whose replicas take over",
  );
});
