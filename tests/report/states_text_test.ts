/**
 * Tests of how states and findings are reported: the exact text, JSON and page of known ones.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { crashJson, readCrash } from "../../lib/crash/crash_document.ts";
import type { CrashResult, Finding, KillResult, StateResult } from "../../lib/crash/crash_result.ts";
import { findingText } from "../../lib/crash/finding_text.ts";
import type { NamedWrite } from "../../lib/disk/naming.ts";
import { NOTHING } from "../../lib/engine/promises.ts";
import { reportHtml } from "../../lib/page/page.ts";
import { parseSource } from "../../lib/page/source.ts";
import { crashText } from "../../lib/report/crash_text.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";

const OPTIONS: RunOptions = {
  threads: 2,
  loadTimeMs: 1000,
  workload: { kind: "seed" },
  pattern: "unthrottled",
  seed: 9,
  backend: { kind: "engine", engine: "sqlite", settings: { journal: "delete", synchronous: "full" }, inFlight: 1 },
};

const STATE: StateResult = {
  kind: "none",
  again: false,
  moment: 40,
  acknowledged: 250,
  recovered: 250,
  lost: 0,
  resurrected: 0,
  oldestLostMs: 0,
  neverAcknowledged: 0,
  holes: 0,
  neverPut: 0,
  tornShards: 0,
  damagedSpares: 0,
  held: true,
  recoveryMs: 20,
};
const LOST: StateResult = { ...STATE, lost: 9, recovered: 241, held: false, problem: "promise broken" };
const STATES: readonly StateResult[] = [
  STATE,
  LOST,
  { ...STATE, kind: "one missing", lost: 1, held: false, problem: "promise broken" },
  { ...STATE, kind: "torn", again: true },
  { ...STATE, kind: "torn", unmountable: "Cannot mount /dev/loop0: Bad message (os error 74)" },
];

const JOURNAL: NamedWrite = {
  kind: "write",
  isTorn: false,
  places: [{ what: "journal (commit of transaction 7)", offset: 1_048_576, length: 4096, isInFile: false }],
};
const DATABASE: NamedWrite = {
  kind: "write",
  isTorn: true,
  places: [
    { what: "store/kvlab.sqlite", offset: 8192, length: 512, isInFile: true },
    { what: "store/kvlab.sqlite", offset: 12_288, length: 1024, isInFile: true },
  ],
};

const FINDING: Finding = {
  problem: "promise broken",
  state: 2,
  result: LOST,
  lostPut: {
    key: "user0000000000042",
    expected: "0000001.0001.0000000017",
    acknowledgedMsBefore: 3.21,
    found: "0000001.0001.0000000009",
  },
  arrived: 12,
  missing: [JOURNAL],
  kept: [DATABASE],
  trials: 31,
  image: "kept/kvlab-seed-9-cut-1-state-2.img",
};

const { kind: _, again: _again, moment: _moment, problem: _problem, ...verdict } = LOST;
const KILL: KillResult = { kill: 1, during: "load", loadMs: 700, ...verdict, states: STATES, findings: [FINDING] };
const RESULT: CrashResult = {
  failure: "powerLoss",
  promises: { processCrash: NOTHING, powerLoss: NOTHING },
  options: OPTIONS,
  engine: { title: "SQLite", version: "3.53.2", settings: { journal_mode: "delete", synchronous: "full" } },
  disk: { fileSystem: "ext4", mountOptions: "data=journal", states: 5 },
  kills: [KILL],
};

const COMMAND = "kvlab crash --kills=1 --cut=power --states=5 --filesystem=ext4 --mount-options=data=journal " +
  "--threads=2 --load-time-sec=1 --pattern=unthrottled --seed=9 sqlite --journal=delete";
const PARAGRAPH =
  "SQLite 3.53.2 (journal_mode=delete, synchronous=full) on ext4 (data=journal): a loss of power costs 9 " +
  "acknowledged writes, and may cost nothing. 250 writes had been acknowledged before. Key user0000000000042 should hold " +
  "0000001.0001.0000000017 (acknowledged 3.21 ms before the cut), and holds 0000001.0001.0000000009. Of the 12 writes " +
  "that came after the last flush, one needs to be missing: journal (commit of transaction 7), 4,096 B at 1,048,576 of " +
  "the disk. It shows as well if only a part of store/kvlab.sqlite, 512 B at 8,192, and store/kvlab.sqlite, 1,024 B at " +
  "12,288 has reached the disk. Found in state 2 of cut 1, shrunk in 31 trials, by: " + COMMAND +
  ". The disk as it then was: kept/kvlab-seed-9-cut-1-state-2.img (mount -o loop).";

Deno.test("findingText() says what was found with what, what had been acknowledged, what it takes, and the command", () => {
  assertEquals(findingText(RESULT, KILL, FINDING), PARAGRAPH);
});

Deno.test("findingText() says of each problem what it is", () => {
  const textOf = (finding: Partial<Finding>) => findingText(RESULT, KILL, { ...FINDING, ...finding });
  const found = (problem: Finding["problem"], result: Partial<StateResult>) =>
    textOf({ problem, result: { ...LOST, ...result } }).split(": ")[1]?.split(". ")[0];
  assertEquals(found("torn", { tornShards: 1 }), "after a loss of power it calls 1 shard damaged");
  assertEquals(
    found("never put", { neverPut: 2 }),
    "after a loss of power 2 keys hold values that nobody has put there",
  );
  const strange = (beginning?: string) =>
    textOf({
      problem: "never put",
      strangeValue: { key: "user07", ...(beginning === undefined ? {} : { beginning }) },
    });
  assertStringIncludes(
    strange("0000001.0000.0000000003"),
    "before. Key user07 holds a value that begins with 0000001.0000.0000000003; as it is, nobody has put it there. Of",
  );
  assertStringIncludes(strange(), "before. Key user07 holds a value that begins as none does that was put there. Of");
  assertEquals(
    found("gauge exceeded", { gauge: 3 }),
    "a loss of power costs 9 acknowledged writes, and its gauge says at most 3",
  );
  const unreadable = textOf({ problem: "unreadable", result: { ...LOST, unreadable: "file is not a database" } });
  assertStringIncludes(unreadable, "after a loss of power it cannot be read: file is not a database. 250 writes");
  assertStringIncludes(
    textOf({ missing: [] }),
    "It shows even with all of the 12 writes that came after the last flush",
  );
  assertStringIncludes(textOf({ kept: [] }), "It shows as well if none of them has reached the disk.");
  assertStringIncludes(textOf({ arrived: 0, missing: [] }), "Nothing had been written since the last flush.");
  assertStringIncludes(
    textOf({ missing: new Array<NamedWrite>(6).fill(JOURNAL) }),
    "of the disk; 2 more. It shows as well",
  );
});

const BACK: Finding = {
  ...FINDING,
  result: { ...LOST, resurrected: 2 },
  resurrected: { key: "user07", deleteNumber: 12, acknowledgedMsBefore: 3.21, found: "0000001.0001.0000000009" },
};

Deno.test("findingText() says of a key that is back which delete is lost, or that it was gone", () => {
  const { lostPut: _, ...back } = BACK;
  const text = findingText(RESULT, KILL, back);
  assertStringIncludes(
    text,
    "costs 9 acknowledged writes, with 2 keys back that had been deleted, and may cost nothing. 250 writes had been " +
      "acknowledged before. Key user07 is back: its delete number 12 was acknowledged 3.21 ms before the cut, and it " +
      "holds 0000001.0001.0000000009. Of the",
  );
  const earlier = findingText(RESULT, KILL, { ...back, resurrected: { key: "user07", found: "0000001" } });
  assertStringIncludes(
    earlier,
    "Key user07 is back: it was gone when the store was opened last, and it holds 0000001.",
  );
});

Deno.test("crashText(), crashJson() and the page count the keys that are back, of all and of each state", () => {
  const states = [STATE, BACK.result];
  const result = { ...RESULT, kills: [{ ...KILL, resurrected: 2, states, findings: [BACK] }] };
  const text = crashText(result);
  assertStringIncludes(text, "\n            1 state in which deleted keys were resurrected\n");
  assertStringIncludes(
    text,
    "\nlost        9 writes, at most 9 in one power cut, up to 0 s old,\n              2 deleted keys resurrected\n",
  );
  const { resurrected, rows: [row], findings: [finding] } = JSON.parse(crashJson(result));
  assertEquals([resurrected, row.resurrected, row.states[0].resurrected, row.states[1].resurrected], [2, 2, 0, 2]);
  assertEquals(finding.resurrected, {
    key: "user07",
    delete: 12,
    found: "0000001.0001.0000000009",
    acknowledged_sec_before: 0.00321,
  });
  const page = reportHtml([parseSource("power.json", crashJson(result))]);
  assertStringIncludes(page, "<b>2</b><span>deleted keys resurrected</span>");
  assertStringIncludes(page, "They brought 2 deleted keys back.");
  assertStringIncludes(page, "the worst lost 9 writes; 2 deleted keys resurrected");
});

Deno.test("crashText() shows the disk, the states by kind, a strip of what they cost, and the findings", () => {
  const text = crashText(RESULT);
  assertStringIncludes(
    text,
    `\
disk        ext4, data=journal
states      5 tried, 2 none, 1 one missing, 2 torn
            1 after a second cut during recovery, 1 that ext4 could not mount
            ·█▃··
             ××
            up to 9 lost writes, each column 1 state
            2 states did not hold
writes      250 acknowledged, 241 recovered
`,
  );
  assertStringIncludes(text, "\nengine      SQLite 3.53.2, journal_mode=delete, synchronous=full\n");
  const found = text.slice(text.indexOf("finding "), text.indexOf("\nverdict"));
  assertEquals(found.replace("finding ", "").trim().split(/\s+/).join(" "), PARAGRAPH);
});

Deno.test("crashText() joins many states to columns of which each shows the worst, and tells few findings in full", () => {
  const states = Array.from({ length: 200 }, (_, at) => at === 77 ? LOST : STATE);
  const text = crashText({ ...RESULT, kills: [{ ...KILL, states, findings: new Array<Finding>(5).fill(FINDING) }] });
  const strip = "·".repeat(19) + "█" + "·".repeat(30);
  assertStringIncludes(text, `            ${strip}\n            ${" ".repeat(19)}×\n`);
  assertStringIncludes(text, "each column 4 states");
  assertEquals(text.split("\nfinding ").length, 4);
  assertStringIncludes(text, "2 more findings in --format=json and --report");
});

Deno.test("crashText() and crashJson() have nothing of states where a process was killed", () => {
  const { states: _states, findings: _findings, ...kill } = KILL;
  const { disk: _disk, ...result } = { ...RESULT, failure: "processCrash" as const, kills: [kill] };
  for (const word of ["states", "finding", "disk"]) {
    assertEquals(crashText(result).includes(word), false, word);
    assertEquals(`"${word}` in JSON.parse(crashJson(result)), false, word);
  }
});

Deno.test("crashJson() has each state and each finding, and readCrash() reads them", () => {
  const document = JSON.parse(crashJson(RESULT));
  const { disk, states, states_by_kind, states_again, states_unmountable, states_held, findings, engine } = document;
  assertEquals({ disk, states, states_by_kind, states_again, states_unmountable, states_held, engine }, {
    disk: { file_system: "ext4", mount_options: "data=journal" },
    states: 5,
    states_by_kind: { none: 2, one_missing: 1, torn: 2 },
    states_again: 1,
    states_unmountable: 1,
    states_held: 3,
    engine: { name: "SQLite", version: "3.53.2", settings: { journal_mode: "delete", synchronous: "full" } },
  });
  const lost = {
    kind: "none",
    moment: 40,
    acknowledged: 250,
    lost: 9,
    resurrected: 0,
    recovery_sec: 0.02,
    held: false,
  };
  assertEquals(document.rows[0].states[1], { ...lost, problem: "promise broken" });
  assertEquals(document.rows[0].states[3].again, true);
  assertEquals(document.rows[0].states[4].unmountable, STATES[4]?.unmountable);
  assertEquals(findings, [{
    kill: 1,
    state: 2,
    problem: "promise broken",
    found: { ...lost, problem: "promise broken" },
    lost_put: {
      key: "user0000000000042",
      expected: "0000001.0001.0000000017",
      found: "0000001.0001.0000000009",
      acknowledged_sec_before: 0.00321,
    },
    arrived: 12,
    missing: [{
      kind: "write",
      torn: false,
      places: [{ what: "journal (commit of transaction 7)", offset: 1_048_576, length: 4096, in_file: false }],
    }],
    kept: [{
      kind: "write",
      torn: true,
      places: [
        { what: "store/kvlab.sqlite", offset: 8192, length: 512, in_file: true },
        { what: "store/kvlab.sqlite", offset: 12_288, length: 1024, in_file: true },
      ],
    }],
    trials: 31,
    image: FINDING.image,
    text: PARAGRAPH,
  }]);
  const read = readCrash(document);
  assertEquals(read.findings, [PARAGRAPH]);
  assertEquals(read.states, STATES.map(({ kind, lost, problem }) => ({ kill: 1, kind, lost, held: !problem })));
});

Deno.test("the page shows the states of a cut of the power in a picture, and the findings below it", () => {
  const page = reportHtml([parseSource("power.json", crashJson(RESULT))]);
  assertStringIncludes(page, "States after power cuts");
  assertStringIncludes(page, "What each of 5 states cost in which a cut of the power may have left the disk");
  assertStringIncludes(page, PARAGRAPH.slice(0, 200));
  const [, section = ""] = page.split('id="states"');
  assertEquals(section.split("</svg>")[0]?.split("<circle").length, 3, "a dot for each state that did not hold");
});
