/**
 * Tests of the report of failovers.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { CrashResult, KillResult } from "../../lib/crash/crash_result.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { crashJson } from "../../lib/crash/crash_document.ts";
import { crashText, killLine } from "../../lib/report/crash_text.ts";

const LOSSY: KillResult = {
  kill: 1,
  during: "load",
  loadMs: 500,
  tornShards: 0,
  damagedSpares: 0,
  recoveryMs: 0,
  acknowledged: 1000,
  recovered: 900,
  lost: 100,
  resurrected: 0,
  oldestLostMs: 300,
  neverAcknowledged: 2,
  holes: 90,
  neverPut: 0,
  refused: 50,
  takeoverMs: 3500,
  unavailableMs: 4000,
  held: true,
};
const SAFE: KillResult = {
  ...LOSSY,
  kill: 2,
  lost: 0,
  resurrected: 0,
  recovered: 1000,
  oldestLostMs: 0,
  holes: 0,
  neverPut: 0,
  takeoverMs: 4500,
};

const RESULT: CrashResult = {
  failure: "failover",
  options: {
    threads: 1,
    loadTimeMs: 1000,
    pattern: "unthrottled",
    seed: 1,
    workload: NUMBERED_SEED_MIX,
    backend: { kind: "engine", engine: "redis", settings: { cluster: true }, inFlight: 4 },
  },
  failover: { fault: "kill", lagMs: 300 },
  promises: {
    processCrash: { text: "everything" },
    powerLoss: { text: "everything" },
    failover: { text: "what the replica does not have" },
  },
  kills: [LOSSY, SAFE],
};

Deno.test("crashText() sums up, and shows ranges of what took time", () => {
  assertEquals(crashText(RESULT).split("\n"), [
    "failovers   2, replicas 300 ms behind",
    "writes      2,000 acknowledged, 100 refused, 4 of them present all the same",
    "lost        100 writes, at most 100 in one failover, up to 300 ms old",
    "holes       90 lost writes before one that survived",
    "takeover    3.5 s to 4.5 s after the fault",
    "no writes   4 s to 4 s after the fault",
    "may lose    failover: what the replica does not have",
    "verdict     2 of 2 failovers lost no more than promised",
    "",
  ]);
});

Deno.test("crashText() says what happened to primaries that were not killed, and what they acknowledged afterwards", () => {
  const kills = [{ ...LOSSY, oldestLostMs: 0 }];
  const text = crashText({ ...RESULT, kills, failover: { fault: "pause", lagMs: 0 } });
  assertStringIncludes(text, "failovers   1, the primary stopped until a replica took over\n");
  assertStringIncludes(text, "lost        100 writes, at most 100 in one failover, acknowledged afterwards\n");
});

Deno.test("killLine() says what one failover cost, and whether a promise was broken", () => {
  assertEquals(
    killLine(LOSSY, "failover"),
    "failover 1: lost 100 (up to 300 ms old) of 1,000 writes, 50 refused, writes resumed after 4 s: held",
  );
  assertEquals(
    killLine({ ...SAFE, held: false }, "failover"),
    "failover 2: lost none of 1,000 writes, 50 refused, writes resumed after 4 s: PROMISE BROKEN",
  );
});

Deno.test("crashJson() has the sums, the most of one failover, and a row for each", () => {
  const document = JSON.parse(crashJson(RESULT));
  assertEquals(document.held, true);
  assertEquals([document.failovers, document.fault, document.lag_sec], [2, "kill", 0.3]);
  assertEquals([document.lost, document.refused], [100, 100]);
  assertEquals([document.takeover_max_sec, document.unavailable_max_sec], [4.5, 4]);
  assertEquals(document.rows[1].lost, 0);
  assertEquals(document.rows[0].oldest_lost_sec, 0.3);
});
