/**
 * Tests of the crash report: the exact text and the exact JSON of known kills.
 *
 * @module
 */
import { parseCommand } from "../../lib/command/parse_command.ts";
import { argumentsOf } from "../../lib/result/option/options.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { EVERYTHING } from "../../lib/engine/promises.ts";
import { allHeld, type CrashResult, type KillResult } from "../../lib/crash/crash_result.ts";
import { crashJson } from "../../lib/crash/crash_document.ts";
import { crashText, killLine } from "../../lib/report/crash_text.ts";
import { STYLED } from "../../lib/report/text_layout.ts";

const HELD: KillResult = {
  kill: 1,
  during: "load",
  loadMs: 41.6,
  acknowledged: 1000,
  recovered: 990,
  lost: 10,
  resurrected: 0,
  oldestLostMs: 12.34,
  neverAcknowledged: 1,
  holes: 2,
  neverPut: 0,
  tornShards: 0,
  damagedSpares: 1,
  gauge: 12,
  held: true,
  recoveryMs: 80.4,
};
const WHILE_STARTING: KillResult = {
  ...HELD,
  kill: 2,
  during: "start",
  loadMs: 0,
  acknowledged: 0,
  recovered: 0,
  lost: 0,
  resurrected: 0,
  oldestLostMs: 0,
  neverAcknowledged: 0,
  holes: 0,
  neverPut: 0,
  damagedSpares: 0,
  gauge: 0,
  recoveryMs: 100,
};
const EXCEEDED: KillResult = { ...HELD, kill: 3, lost: 13, recovered: 987, held: false };
const TORN: KillResult = { ...HELD, kill: 4, tornShards: 2 };

const SOUND: CrashResult = {
  failure: "processCrash",
  promises: { processCrash: { text: "at most 10 writes", writesMax: 10 }, powerLoss: EVERYTHING },
  options: {
    threads: 2,
    loadTimeMs: 500,
    workload: { kind: "seed" },
    pattern: "unthrottled",
    seed: 9,
    backend: {
      kind: "file",
      output: "DIR",
      fileCount: 3,
      serializer: "json",
      policy: { kind: "periodic", flushPeriodUs: 5000 },
      layout: { kind: "snapshot", replace: "alternate" },
      sync: "none",
    },
  },
  kills: [HELD, WHILE_STARTING],
};

Deno.test("killLine() says in one line when the kill came, what it cost, and the verdict", () => {
  assertEquals(
    [HELD, WHILE_STARTING, EXCEEDED, TORN].map((kill) => killLine(kill, "processCrash")),
    [
      "kill 1 after 41.6 ms: lost 10 (up to 12.3 ms old) of 1,000 writes, gauge 12, recovered in 80.4 ms: held",
      "kill 2 while starting: lost none of 0 writes, gauge 0, recovered in 100 ms: held",
      "kill 3 after 41.6 ms: lost 13 (up to 12.3 ms old) of 1,000 writes, gauge 12, recovered in 80.4 ms: GAUGE EXCEEDED",
      "kill 4 after 41.6 ms: lost 10 (up to 12.3 ms old) of 1,000 writes, gauge 12, recovered in 80.4 ms: TORN: 2 shards",
    ],
  );
});

Deno.test("killLine() and crashText() say how many deleted keys are back", () => {
  const back = { ...HELD, resurrected: 3 };
  assertEquals(
    killLine(back, "processCrash"),
    "kill 1 after 41.6 ms: lost 10 (up to 12.3 ms old, 3 resurrected) of 1,000 writes, gauge 12, recovered in 80.4 ms: " +
      "held",
  );
  const text = crashText({ ...SOUND, kills: [back, { ...back, resurrected: 2 }] });
  assertStringIncludes(
    text,
    "lost        20 writes, at most 10 in one kill, up to 12.3 ms old,\n              5 deleted keys resurrected\n",
  );
});

Deno.test("crashText() sums up all kills and ends with the verdict", () => {
  const result: CrashResult = { ...SOUND, kills: [HELD, WHILE_STARTING, EXCEEDED, TORN], stoppedBy: "SIGINT" };
  assertEquals(
    crashText(result),
    `\
kills       4, 1 of them while kvlab was starting
writes      3,000 acknowledged, 2,967 recovered,
              3 there although never acknowledged
lost        33 writes, at most 13 in one kill, up to 12.3 ms old
gauge       36 writes, at most 12 in one kill
damage      2 torn shards without a sound file,
              6 lost writes before one that survived (holes),
              3 damaged files beside a sound one
recovery    100 ms at most
may lose    process crash: at most 10 writes
            power loss: everything
broken      a process crash may lose at most 10 writes, 1 kill lost more
stopped by  SIGINT
verdict     3 of 4 kills lost no more than the gauge and the policy say
`,
  );
  const bold = crashText(result, STYLED).split("\n").filter((line) => line.includes("\x1b[1m"));
  assertEquals(bold.map((line) => line.split(" ")[0]), ["lost", "damage", "broken", "verdict"]);
});

Deno.test("crashText() has no line for what did not come, and takes no kills for none held", () => {
  const unharmed = { ...HELD, lost: 0, recovered: 1_000, oldestLostMs: 0, neverAcknowledged: 0 };
  assertEquals(
    crashText({ ...SOUND, kills: [{ ...unharmed, holes: 0, neverPut: 0, damagedSpares: 0 }] }),
    `\
kills       1
writes      1,000 acknowledged, 1,000 recovered
lost        nothing
gauge       12 writes, at most 12 in one kill
recovery    80.4 ms at most
may lose    process crash: at most 10 writes
            power loss: everything
verdict     1 of 1 kills lost no more than the gauge and the policy say
`,
  );
  assertEquals(crashText({ ...SOUND, kills: [] }).includes("verdict     0 of 0 kills"), true);
});

Deno.test("crashText() has nothing of gauges for an engine, and says that a store could not be opened", () => {
  const { gauge: _, ...kill } = { ...HELD, lost: 11, held: false };
  const unreadable = { ...kill, kill: 2, tornShards: 1, unreadable: "Cannot open DIR: file is not a database" };
  const backend = { kind: "engine", engine: "sqlite", settings: {}, inFlight: 1 } as const;
  const result = { ...SOUND, options: { ...SOUND.options, backend }, kills: [kill, unreadable] };
  const text = crashText(result);
  assertEquals(text.includes("gauge"), false);
  assertEquals(text.endsWith("\nverdict     0 of 2 kills lost no more than promised\n"), true);
  assertStringIncludes(text, "\nbroken      a process crash may lose at most 10 writes, 2 kills lost more\n");
  assertEquals([kill, unreadable].map((kill) => killLine(kill, "processCrash").split(": ").slice(2).join(": ")), [
    "PROMISE BROKEN",
    "UNREADABLE: Cannot open DIR: file is not a database",
  ]);
  assertEquals("gauge" in JSON.parse(crashJson(result)), false);
});

Deno.test("crashText(), killLine() and crashJson() say what had to be repaired", () => {
  const { gauge: _, ...kill } = { ...HELD, repaired: "redis-check-aof --fix cut off 37 bytes" };
  const backend = { kind: "engine", engine: "redis", settings: {}, inFlight: 1 } as const;
  const result = { ...SOUND, options: { ...SOUND.options, backend }, kills: [kill] };
  assertStringIncludes(crashText(result), "1 store that had to be repaired");
  assertStringIncludes(
    killLine(kill, "processCrash"),
    "recovered in 80.4 ms (redis-check-aof --fix cut off 37 bytes): held",
  );
  assertEquals(JSON.parse(crashJson(result)).rows[0].repaired, kill.repaired);
});

Deno.test("allHeld() lets files be torn where that is promised", () => {
  const powerLoss = { text: "everything", mayTear: true };
  const torn = { ...SOUND, kills: [TORN], promises: { ...SOUND.promises, powerLoss } };
  assertEquals([allHeld(torn), allHeld({ ...torn, failure: "powerLoss" })], [false, true]);
});

Deno.test("allHeld() wants every gauge held and nothing torn", () => {
  const held = (...kills: KillResult[]) => allHeld({ ...SOUND, kills });
  assertEquals([held(), held(HELD, WHILE_STARTING), held(HELD, EXCEEDED), held(TORN)], [true, true, false, false]);
});

Deno.test("crashJson() has the sums, the options, and a row for each kill", () => {
  const document = JSON.parse(crashJson(SOUND));
  const { kvlab, options, arguments: args, rows, ...figures } = document;
  assertEquals(typeof kvlab, "string");
  assertEquals(figures, {
    schema: "kvlab-crash/1",
    held: true,
    kills_held: 2,
    kills: 2,
    acknowledged: 1000,
    recovered: 990,
    lost: 10,
    resurrected: 0,
    never_acknowledged: 1,
    holes: 2,
    never_put: 0,
    torn_shards: 0,
    damaged_spares: 1,
    gauge: 12,
    lost_max: 10,
    gauge_max: 12,
    oldest_lost_max_sec: 0.01234,
    recovery_max_sec: 0.1,
    failure: "process_crash",
    promises: {
      process_crash: "at most 10 writes",
      process_crash_writes_bound: 10,
      power_loss: "everything",
      failover: null,
    },
    stopped_by: null,
    seed: 9,
  });
  assertEquals(options.threads, 2);
  assertEquals(args, [
    "crash",
    "--kills=2",
    ...argumentsOf(SOUND.options).filter((arg) => arg !== "--latency-sample=0"),
  ]);
  // Whoever copies them can use them.
  const command = parseCommand(args, { threads: 4, seed: 5 });
  assertEquals(command.kind === "crash" && [command.kills, command.options.seed], [2, 9]);
  assertEquals(rows.length, 2);
  assertEquals(rows[0], {
    kill: 1,
    during: "load",
    load_sec: 0.0416,
    acknowledged: 1000,
    recovered: 990,
    lost: 10,
    resurrected: 0,
    never_acknowledged: 1,
    holes: 2,
    never_put: 0,
    torn_shards: 0,
    damaged_spares: 1,
    gauge: 12,
    oldest_lost_sec: 0.01234,
    recovery_sec: 0.0804,
    held: true,
  });
});

Deno.test("crashJson() is not held as soon as one kill is not", () => {
  assertEquals(JSON.parse(crashJson({ ...SOUND, kills: [HELD, EXCEEDED] })).held, false);
  assertEquals(JSON.parse(crashJson({ ...SOUND, kills: [TORN] })).held, false);
});

Deno.test("crashText(), killLine() and crashJson() say what an orderly end has lost, and which files it left unsound", () => {
  const held: KillResult = {
    ...HELD,
    lost: 0,
    resurrected: 0,
    recovered: 1000,
    gauge: 0,
    oldestLostMs: 0,
    damagedSpares: 0,
    unsoundFiles: 0,
  };
  const unsound: KillResult = { ...held, kill: 2, unsoundFiles: 1, held: false };
  assertEquals(
    [held, unsound].map((kill) => killLine(kill, "orderlyEnd").split(": ").at(-1)),
    ["held", "NOT SOUND: 1 file"].map((verdict) => verdict.split(": ").at(-1)),
  );
  assertStringIncludes(killLine(unsound, "orderlyEnd"), "orderly end 2 after");
  const result: CrashResult = { ...SOUND, failure: "orderlyEnd", kills: [held, unsound] };
  const text = crashText(result);
  for (
    const part of [
      "ends        2\n",
      "1 file left that is not sound",
      "an orderly end may lose nothing",
      "1 orderly end lost more, or left files that are not sound",
      "1 of 2 orderly ends lost nothing",
    ]
  ) assertStringIncludes(text, part);
  const { held: all, failure, unsound_files, rows } = JSON.parse(crashJson(result));
  assertEquals([all, failure, unsound_files, rows[1].unsound_files], [false, "orderly_end", 1, 1]);
});

Deno.test("crashText() does not call histories linearizable that could not be judged", () => {
  const judged = (contradicting: number, undecided: number) => ({
    ...HELD,
    history: {
      operations: 9,
      keys: 1,
      oneKeyIn: 1,
      isCut: false,
      contradicting,
      undecided,
      contradictions: [],
      judgedMs: 5,
    },
  });
  const lineOf = (...kills: KillResult[]) => crashText({ ...SOUND, kills }).match(/^histories {3}(.*?),\s/m)?.[1];
  assertEquals(lineOf(judged(0, 0), judged(0, 0)), "all linearizable");
  assertEquals(lineOf(judged(0, 0), judged(0, 2)), "1 of 2 undecided for want of memory");
  assertEquals(lineOf(judged(1, 0), judged(0, 2)), "1 of 2 are not linearizable");
});
