/**
 * Tests of the postgres engine's flags: what each form means, and what goes with what.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { assertRefused, assertRun, MEMORY_RUN, parse } from "./command_lines.ts";

const URL = "postgres://me:secret@host:5433/db";
const DEFAULTS = { spawn: "", synchronousCommit: "on", fsync: "on", fullPageWrites: "on" };

function run(settings: Record<string, string | number | boolean>, more: { output?: string; inFlight?: number } = {}) {
  return { ...MEMORY_RUN, backend: { kind: "engine", engine: "postgres", settings, inFlight: 1, ...more } } as const;
}

Deno.test("parseCommand() reads a PostgreSQL that is started, and one that runs", () => {
  assertRun("postgres --spawn", run(DEFAULTS));
  assertRun(
    "postgres --spawn=/opt/pg/bin --synchronous-commit=off --fsync=off --in-flight=64 --output=dir",
    run({ ...DEFAULTS, spawn: "/opt/pg/bin", synchronousCommit: "off", fsync: "off" }, { inFlight: 64, output: "dir" }),
  );
  assertRun(`postgres --url=${URL}?sslmode=require`, run({ url: `${URL}?sslmode=require` }));
  assertRun("postgres --url=postgresql://me@%2Frun%2Fpg/db", run({ url: "postgresql://me@%2Frun%2Fpg/db" }));
  const crash = parse("crash --fault=pause --lag=1s postgres --spawn --replicas=1");
  assert(crash.kind === "crash");
  assertEquals(crash.failover, { fault: "pause", lagMs: 1000 });
});

Deno.test("parseCommand() refuses what does not go together with a PostgreSQL", () => {
  const allowed = "--url must be a URL such as postgres://user:password@host:5432/database, or for TLS with " +
    "?sslmode=require, prefer or verify-full";
  const started = "goes with --spawn: a running server keeps its own settings";
  assertRefused("postgres", "the postgres backend needs --url=URL (a running server) or --spawn (to start one)");
  assertRefused(`postgres --url=${URL} --fsync=off`, `--fsync ${started}`);
  assertRefused(`postgres --url=${URL} --output=dir`, `--output ${started}`);
  assertRefused(
    "postgres --url=redis://:secret@host",
    `${allowed}, got "redis://:PASSWORD@host"`,
  );
  // A mode that the client takes for another one than PostgreSQL's own programs do, or for none.
  for (const mode of ["allow", "verify-ca", "requir"]) {
    assertRefused(`postgres --url=${URL}?sslmode=${mode}`, `${allowed}, got "postgres://me:PASSWORD@host:5433/db?…"`);
  }
  assertRefused(
    "redis --url=postgres://host",
    "--url must be a URL such as redis://:password@host:6379/0 (the number of a database), or rediss:// for TLS, " +
      'got "postgres://host"',
  );
  assertRefused(
    "postgres --spawn --appendfsync=no",
    "the postgres backend takes no flags of other backends, got --appendfsync (redis)",
  );
  assertRefused(
    `crash postgres --url=${URL}`,
    "crash kills only servers that it has started, must be --spawn, got --url",
  );
  assertRefused(
    "postgres --spawn --synchronous-standby-names=*",
    "--synchronous-standby-names goes with --replicas=1: without a standby no commit would ever end",
  );
  assertRefused(
    "postgres --spawn --replicas=1 --synchronous-commit=remote_write",
    "--synchronous-commit=remote_write goes with --synchronous-standby-names, without which it is the same as on",
  );
  assertRefused(
    "postgres --spawn --replicas=1 --output=dir",
    "--output goes with one server: the directories of a cluster are temporary",
  );
  assertRefused("crash --lag=1s postgres --spawn", "--lag goes with --replicas");
  assertRefused(
    "crash --cut=none postgres --spawn",
    "--cut=none needs a backend that ends with kvlab, got postgres, whose server is killed at the end",
  );
});
