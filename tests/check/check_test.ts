/**
 * Tests of reading histories that were recorded elsewhere, and of the check command.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { checkHistory } from "../../lib/check/check.ts";
import { checkText } from "../../lib/report/check_text.ts";
import { PLAIN } from "../../lib/report/text_layout.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { kvlab } from "../main/kvlab.ts";
import { temporaryDirectory } from "../run/files.ts";

const ETCD = new URL("etcd/", import.meta.url).pathname;
const NOT_LINEARIZABLE = `${ETCD}etcd_000.log`, LINEARIZABLE = `${ETCD}etcd_002.log`;

/** A history of kvlab's own format, one operation a line. */
const lines = (...operations: readonly object[]) =>
  operations.map((operation) => JSON.stringify(operation) + "\n").join("");

const STALE = lines(
  { process: 0, key: "x", operation: "write", value: { of: "x" }, call_us: 0, return_us: 10 },
  { process: 1, key: "y", operation: "write", value: 5, call_us: 0, return_us: 10 },
  { process: 1, key: "x", operation: "read", value: { of: "x" }, call_us: 11, return_us: 12 },
  { process: 0, key: "x", operation: "delete", call_us: 20, return_us: 30 },
  { process: 1, key: "x", operation: "read", value: null, call_us: 31, return_us: 32 },
  { process: 1, key: "y", operation: "compare_and_set", expected: 5, value: 6, call_us: 33, return_us: null },
  { process: 0, key: "y", operation: "read", value: 6, call_us: 34, return_us: 35 },
  { process: 1, key: "x", operation: "read", value: { of: "x" }, call_us: 36, return_us: 37 },
);

async function written(directory: string, text: string | Uint8Array): Promise<string> {
  const path = `${directory}/history`;
  await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
  return path;
}

Deno.test("checkHistory() gives Jepsen's histories of etcd their known verdicts", async () => {
  assertEquals((await checkHistory(LINEARIZABLE)).judgement, "linearizable");
  const { judgement, contradictions, operations, unknown } = await checkHistory(NOT_LINEARIZABLE);
  assertEquals({ judgement, operations, unknown }, { judgement: "not linearizable", operations: 65, unknown: 16 });
  // The log itself tells: what was written in lines 74 and 75 is not what is read in line 86.
  assertEquals(contradictions.map(({ name, operations }) => ({ name, operations })), [{
    name: "stale read",
    operations: [
      { process: "0", operation: "write", value: "1", call: 74, return: 75 },
      { process: "11", operation: "read", value: "2", call: 85, return: 86 },
    ],
  }]);
});

Deno.test("checkHistory() judges each key of kvlab's own lines by itself", async () => {
  using directory = temporaryDirectory();
  const path = await written(directory.path, STALE);
  const { judgement, registers, contradictions } = await checkHistory(path);
  assertEquals([judgement, registers, contradictions.length], ["not linearizable", 2, 1]);
  assertEquals(contradictions[0]?.key, "x");
  assertEquals(contradictions[0]?.name, "stale read");
  const sound = STALE.split("\n").slice(0, -2).join("\n");
  assertEquals((await checkHistory(await written(directory.path, sound))).judgement, "linearizable");
});
Deno.test("checkHistory() takes a delete for one, whatever value is beside it", async () => {
  using directory = temporaryDirectory();
  const text = lines(
    { operation: "delete", value: 7, call_us: 1, return_us: 2 },
    { operation: "read", value: null, expected: 7, call_us: 3, return_us: 4 },
  );
  assertEquals((await checkHistory(await written(directory.path, text))).judgement, "linearizable");
});

/** What Jepsen logs of a register, as its `history.edn` has it: under a key, with what else it has of an operation. */
function ednOf(log: string, key: string): string {
  const lines = log.trim().split("\n").map((line, index) => {
    const [, process, type, name, value] = /(\d+)\s+(:\S+)\s+(:\S+)\s+(.*)$/.exec(line) ?? [];
    return `{:type ${type}, :f ${name}, :value [${key} ${value}], :process ${process}, :time ${index}000, ` +
      `:error [:timeout "\\"}" \\} #inst "2026"], :index ${index}}`;
  });
  return `#jepsen.history.Op${lines.join("\n")}\n`;
}

Deno.test("checkHistory() reads Jepsen's history.edn, packed or not, key by key, as it reads the log", async () => {
  using directory = temporaryDirectory();
  const wrong = await Deno.readTextFile(NOT_LINEARIZABLE), right = await Deno.readTextFile(LINEARIZABLE);
  // The second one's processes are others.
  const shifted = right.replaceAll(/ - (\d)/g, " - 9$1");
  const nemesis = "{:type :info, :f :start, :value [:isolated {1 #{2 3}}], :process :nemesis}\n";
  const text = ednOf(wrong, '"x"') + nemesis + ednOf(shifted, ":y");
  const expected = await checkHistory(NOT_LINEARIZABLE);
  for (const bytes of [new TextEncoder().encode(text), gzipSync(text)]) {
    const { judgement, registers, operations, unknown, contradictions } = await checkHistory(
      await written(directory.path, bytes),
    );
    assertEquals([judgement, registers, operations, unknown], ["not linearizable", 2, 65 + 64, 16 + 19]);
    assertEquals(contradictions, expected.contradictions.map((one) => ({ ...one, key: "x" })));
  }
});

Deno.test("checkHistory() reads a history.edn of one register, without keys, and lets a value be anything", async () => {
  using directory = temporaryDirectory();
  const text = `
    {:process 0, :type :invoke, :f :write, :value {:a 1}}, ; a comment
    {:process 0, :type :ok, :f :write, :value {:a 1}}
    {:process 0, :type :invoke, :f :cas, :value [{:a 1} #_ skipped "b c"]}
    {:process 0, :type :ok, :f :cas, :value [{:a   1}, "b c"]}
    {:process 0, :type :invoke, :f :read, :value nil}
    {:process 0, :type :ok, :f :read, :value VALUE}`;
  const judged = async (value: string) =>
    (await checkHistory(await written(directory.path, text.replace("VALUE", value)))).judgement;
  assertEquals(await judged('"b c"'), "linearizable");
  assertEquals(await judged("{:a 1}"), "not linearizable");
});

const WRONG: readonly { readonly what: string; readonly text: string | Uint8Array; readonly reason: string }[] = [
  { what: "an empty file", text: "\n\n", reason: "it is empty" },
  { what: "other text", text: "# kvlab\n", reason: "line 1: it is neither JSON nor a line of Jepsen's" },
  { what: "bytes", text: crypto.getRandomValues(new Uint8Array(1000)).map((byte) => byte | 128), reason: "line 1: " },
  {
    what: "a log without operations",
    text: "INFO  jepsen.core - starting\n",
    reason: "none of its 1 lines is an oper",
  },
  { what: "half a line", text: STALE.slice(0, 150), reason: "line 2: it is not JSON" },
  {
    what: "JSON of another kind",
    text: '{"schema":"kvlab-result/1"}\n',
    reason: 'line 1: "operation" is undefined, must',
  },
  {
    what: "no call",
    text: '{"operation":"read","value":1}',
    reason: 'line 1: "call_us" is undefined, must be a number',
  },
  { what: "no value", text: '{"operation":"write","call_us":1}', reason: 'line 1: a write needs "value"' },
  {
    what: "a return before the call",
    text: '{"operation":"read","value":1,"call_us":3,"return_us":2}',
    reason: "line 1: it returns at 2 µs, before its call at 3 µs",
  },
  {
    what: "a return without a call",
    text: "INFO  jepsen.util - 0 :invoke :read nil\nINFO  jepsen.util - 1 :ok :read 3\n",
    reason: "line 2: :ok of process 1, which has called nothing",
  },
  {
    what: "an unknown operation",
    text: "INFO  jepsen.util - 0 :invoke :enqueue 3\n",
    reason: "line 1: :enqueue is unknown, must be :read, :write or :cas",
  },
  {
    what: "a name that every object has",
    text: "INFO  jepsen.util - 0 :invoke :constructor 3\n",
    reason: "line 1: :constructor is unknown, must be :read, :write or :cas",
  },
  {
    what: "half a map",
    text: "{:type :ok, :process 0, :f :read, :value [1 2}\n",
    reason: "line 1: it is not EDN: there is nothing that } could end",
  },
  {
    what: "a map that ends in the middle",
    text: '{:type :invoke, :process 0, :f :write, :value "a',
    reason: "line 1: it is not EDN",
  },
  {
    what: "a compare-and-set of one value",
    text: "{:type :invoke, :process 0, :f :cas, :value 3}",
    reason: "line 1: :cas of 3, must be of [EXPECTED NEW], or of [KEY [EXPECTED NEW]]",
  },
  {
    what: "an unknown type",
    text: "{:type :sometimes, :process 0, :f :read, :value 3}",
    reason: "line 1: :type is :sometimes, must be :invoke, :ok, :fail or :info",
  },
  {
    what: "a line without end",
    text: `{"operation":"read","value":1,"call_us":1}\n${" ".repeat(2 ** 24 + 1)}`,
    reason: "line 2: it is longer than 16777216 bytes",
  },
];

for (const { what, text, reason } of WRONG) {
  Deno.test(`checkHistory() names the line and the reason of ${what}`, async () => {
    using directory = temporaryDirectory();
    const path = await written(directory.path, text);
    const error = await assertRejects(() => checkHistory(path), PersistError);
    assertStringIncludes(error.message, `Cannot read ${path}: ${reason}`);
  });
}

Deno.test("kvlab check exits with 0, 3 or 1, and shows what contradicts itself", async () => {
  using directory = temporaryDirectory();
  assertEquals((await kvlab(["check", LINEARIZABLE])).code, 0);
  const { code, stdout } = await kvlab(["check", LINEARIZABLE, NOT_LINEARIZABLE]);
  assertEquals(code, 3);
  assertStringIncludes(stdout, `${LINEARIZABLE}: linearizable, 64 operations, 19 outcomes unknown, judged in `);
  assertStringIncludes(stdout, "    11       read 2     line 85   line 86\n");
  const missing = await kvlab(["check", `${directory.path}/none`]);
  assertEquals([missing.code, missing.stdout], [1, ""]);
  assertStringIncludes(missing.stderr, `kvlab: Cannot open ${directory.path}/none: `);

  // What is shown as JSON is a history again, and still a contradiction.
  const json = await kvlab(["check", "--format=json", await written(directory.path, STALE)]);
  const { linearizable, histories: [history] } = JSON.parse(json.stdout);
  assertEquals([json.code, linearizable], [3, false]);
  const again = await written(directory.path, lines(...history.contradictions[0].operations));
  assertEquals((await checkHistory(again)).judgement, "not linearizable");
});

Deno.test("checkText() lets nothing of a history reach the terminal but what can be seen", async () => {
  using directory = temporaryDirectory();
  const hostile = "\u001b[2J\u009b2J";
  const path = await written(
    directory.path,
    lines(
      { process: hostile, key: hostile, operation: "write", value: hostile, call_us: 0, return_us: 1 },
      { process: hostile, key: hostile, operation: "read", value: hostile.repeat(9), call_us: 2, return_us: 3 },
      { process: hostile, key: hostile, operation: "read", value: null, call_us: 4, return_us: 5 },
    ),
  );
  const text = checkText([await checkHistory(path)], PLAIN);
  assertStringIncludes(text, "\\x9b2J");
  // deno-lint-ignore no-control-regex
  assertEquals(text.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g), null);
});
