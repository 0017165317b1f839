/**
 * Tests of the redis engine's flags: what each form means, and what goes with what.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { configurationLine, optionsObject } from "../../lib/result/option/options.ts";
import { assertRefused, assertRun, MEMORY_RUN, parse } from "./command_lines.ts";

const URL = "redis://:secret@host:6379/1";

function run(settings: Record<string, string | number | boolean>, more: { output?: string; inFlight?: number } = {}) {
  return { ...MEMORY_RUN, backend: { kind: "engine", engine: "redis", settings, inFlight: 1, ...more } } as const;
}

Deno.test("parseCommand() reads a server that is started, and one that runs", () => {
  assertRun("redis --spawn", run({ spawn: "redis-server", wait: 0 }));
  assertRun("--spawn redis", run({ spawn: "redis-server", wait: 0 }));
  assertRun(
    "redis --spawn=/opt/valkey-server --in-flight=64 --output=dir",
    run(
      { spawn: "/opt/valkey-server", wait: 0 },
      { inFlight: 64, output: "dir" },
    ),
  );
  assertRun(
    "redis --spawn --appendfsync=always --rdb=60:1000",
    run({
      spawn: "redis-server",
      appendfsync: "always",
      rdbSeconds: 60,
      rdbChanges: 1000,
      wait: 0,
    }),
  );
  assertRun(`redis --url=${URL} --wait=2`, run({ url: URL, wait: 2 }));
});

Deno.test("parseCommand() reads clusters", () => {
  const cluster = { spawn: "redis-server", cluster: true, primaries: 3, replicas: 1, nodeTimeoutMs: 2000 };
  assertRun("redis --spawn --cluster=3x1", run({ ...cluster, wait: 0 }));
  assertRun(
    "redis --spawn --cluster=4x2 --wait=2 --node-timeout=500ms",
    run({
      ...cluster,
      primaries: 4,
      replicas: 2,
      nodeTimeoutMs: 500,
      wait: 2,
    }),
  );
  assertRun(`redis --cluster --url ${URL}`, run({ url: URL, cluster: true, wait: 0 }));
});

Deno.test("parseCommand() refuses redis flags that do not go together", () => {
  const started = "goes with --spawn: a running server keeps its own settings";
  assertRefused("redis", "the redis backend needs --url=URL (a running server) or --spawn (to start one)");
  assertRefused(`redis --spawn --url=${URL}`, "--url and --spawn both say which server, give one of them");
  assertRefused(`redis --url=${URL} --appendfsync=no`, `--appendfsync ${started}`);
  assertRefused(`redis --url=${URL} --output=dir`, `--output ${started}`);
  assertRefused(
    `redis --url=${URL} --cluster=3x1`,
    "--cluster takes no value with --url: a running cluster has its own shape",
  );
  assertRefused(
    "redis --spawn --cluster",
    "--cluster needs a value with --spawn, must be PxR with P from 3 to 16 and R from 0 to 3 (redis), or a whole number from 3 to 5 (etcd)",
  );
  assertRefused(
    "redis --spawn --cluster=2x1",
    '--cluster must be PxR with P from 3 to 16 and R from 0 to 3 (redis), or a whole number from 3 to 5 (etcd), got "2x1"',
  );
  assertRefused("redis --spawn --node-timeout=1s", "--node-timeout goes with --cluster");
  assertRefused(
    "redis --spawn --cluster=3x1 --output=dir",
    "--output goes with one server: the directories of a cluster are temporary",
  );
  assertRefused(
    "redis --spawn --wait=1",
    "--wait must be at most the number of replicas, which is 0, got 1",
  );
  const allowed = "a URL such as redis://:password@host:6379/0 (the number of a database), or rediss:// for TLS";
  const urls = [
    ["http://host", "http://host"],
    ["redis://host/abc", "redis://host/abc"],
    ["redis://host?db=3", "redis://host?…"],
    ["redis://host/0#1", "redis://host/0#1"],
    ["redis://:%zz@host", "redis://:PASSWORD@host"],
    ["redis://me:secret@host/abc", "redis://me:PASSWORD@host/abc"],
    ["redis://:sec/ret@host", "redis://:PASSWORD@host"],
    [":secret@host", ":PASSWORD@host"],
    ["secret@host", "USER@host"],
  ];
  for (const [url, shown] of urls) assertRefused(`redis --url=${url}`, `--url must be ${allowed}, got "${shown}"`);
  assertRefused(
    "redis --url=redis://:secret@a --url=redis://:secret@b",
    '--url is given 2 times, must be given once: "redis://:PASSWORD@a", "redis://:PASSWORD@b"',
  );
  assertRefused(
    "redis redis://:secret@host --spawn",
    'unexpected argument "redis://:PASSWORD@host" beside the backend redis',
  );
  assertRefused(
    "redis --spawn --rdb=60",
    '--rdb must be SECONDS:CHANGES, two whole numbers from 1, such as 60:1000, got "60"',
  );
});

Deno.test("parseCommand() has a crash of a cluster kill its primaries, and one of a server the server", () => {
  const cluster = parse("crash redis --spawn --cluster=3x1 --lag=300ms");
  assert(cluster.kind === "crash");
  assertEquals(cluster.failover, { fault: "kill", lagMs: 300 });
  const server = parse("crash redis --spawn --appendfsync=always");
  assert(server.kind === "crash");
  assertEquals(server.failover, undefined);
  const paused = parse("crash --fault=pause redis --spawn --cluster=3x1");
  assert(paused.kind === "crash");
  assertEquals(paused.failover, { fault: "pause", lagMs: 0 });
  assertRefused("crash redis --spawn --fault=pause", "--fault goes with --cluster");
  assertRefused(
    "crash --fault=paus redis --spawn --cluster=3x1",
    '--fault must be kill, pause or partition, got "paus" (did you mean pause?)',
  );
  assertRefused("crash redis --spawn --lag=1s", "--lag goes with --cluster");
  assertRefused(
    `crash redis --url=${URL}`,
    "crash kills only servers that it has started, must be --spawn, got --url",
  );
  assertRefused(
    "crash redis --spawn --cluster=3x1 --lag=2s",
    "--lag must be shorter than --node-timeout=2000ms, got 2000ms: otherwise the replicas are considered dead",
  );
  assertRefused(
    "crash --rate=10k redis --spawn --cluster=3x1",
    "crash of a cluster takes no --rate: each put begins when the one before has ended",
  );
});

Deno.test("reports show what to fill in for the password of a server's URL", () => {
  const options = { ...run({ url: URL, wait: 0 }), workload: NUMBERED_SEED_MIX };
  assertMatch(configurationLine(options, "0"), /redis \(url redis:\/\/:PASSWORD@host:6379\/1, wait 0\)/);
  assertEquals(optionsObject(options).url, "redis://:PASSWORD@host:6379/1");
});
