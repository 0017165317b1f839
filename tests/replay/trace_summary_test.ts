/**
 * Tests of reading a trace: everything in it is counted, packed or not, however its chunks fall.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { gzipSync } from "node:zlib";
import { TRACE_FORMAT_NAMES, type TraceFormatName } from "../../lib/replay/format/formats.ts";
import { LineSplitter } from "../../lib/replay/lines.ts";
import { summarizeTrace } from "../../lib/replay/trace_summary.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { OWN_TRACE, parsed, SAMPLES, traceFile, TWITTER_TRACE } from "./samples.ts";

async function refusal(path: string, format?: TraceFormatName): Promise<string> {
  return (await assertRejects(() => summarizeTrace(path, format), PersistError)).message;
}

for (const format of TRACE_FORMAT_NAMES) {
  Deno.test(`summarizeTrace() counts the same in a trace of ${format} whether or not it is packed`, async () => {
    using plain = traceFile(SAMPLES[format]);
    using packed = traceFile(SAMPLES[format], { packed: true });
    const { sizeBytes: _, modifiedMs: __, ...expected } = await summarizeTrace(plain.path);
    const { sizeBytes: ___, modifiedMs: ____, ...found } = await summarizeTrace(packed.path);
    assertEquals(found, expected);
    const { operations, outcomes } = parsed(format, SAMPLES[format]);
    assertEquals([found.format, found.operations, found.lines], [format, operations.length, outcomes.length]);
    assertEquals(found.keys, new Set(operations.map(({ key }) => key)).size);
  });
}

Deno.test("summarizeTrace() reads all members of a file that was packed in several", async () => {
  const [head, tail] = [SAMPLES.twitter.slice(0, 30), SAMPLES.twitter.slice(30)].map((text) => gzipSync(text));
  using packed = traceFile(new Uint8Array([...head!, ...tail!]));
  assertEquals((await summarizeTrace(packed.path)).operations, 4);
});

Deno.test("summarizeTrace() counts what cannot be replayed, by name, and shows the first of it", async () => {
  const long = "k".repeat(1025);
  using trace = traceFile(
    `time_us,operation,key,value_bytes\n0,put,a,10\n1,scan,a,1\n\n2,scan,a,1\nnonsense\n3,sort,a,1\n4,put,${long},1\n` +
      `5,put,${long}x,1\n6,put,b,1048577\nworse\n7,get,\u00e9,\r\n`,
  );
  const summary = await summarizeTrace(trace.path);
  assertEquals(summary.unknown, { scan: 2, sort: 1 });
  assertEquals(summary.malformed, { count: 2, line: 6, text: "nonsense" });
  assertEquals(summary.longKeys, { count: 2, line: 8, text: "1025" });
  assertEquals(summary.longValues, { count: 1, line: 10, text: "1048577" });
  assertEquals([summary.lines, summary.operations, summary.keys, summary.durationUs], [12, 2, 2, 7]);
  assertEquals(summary.binaryKeys.count, 0);
});

Deno.test("summarizeTrace() counts every line as one thing", async () => {
  const line = fc.constantFrom("0,put,a,1", "0,get,b,", "0,scan,a,1", "nonsense", "", "0,put,,1");
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 50 }), async (lines) => {
      using trace = traceFile(["0,put,a,1", ...lines].join("\n"));
      const { lines: count, replayedLines, malformed, unknown, operations } = await summarizeTrace(trace.path, "csv");
      const empty = lines.filter((text) => text === "").length;
      const unended = lines.at(-1) === "" ? 1 : 0;
      const unknownCount = Object.values(unknown).reduce((sum, count) => sum + count, 0);
      assertEquals(count, replayedLines + malformed.count + unknownCount + empty - unended);
      assertEquals(operations, replayedLines);
    }),
    { numRuns: 30 },
  );
});

Deno.test("summarizeTrace() counts few of many names by themselves", async () => {
  const text = Array.from({ length: 200 }, (_, i) => `0,op${i},a,1\n`).join("");
  using trace = traceFile(`0,put,a,1\n${text}`);
  const { unknown } = await summarizeTrace(trace.path, "csv");
  assertEquals([Object.keys(unknown).length, unknown.others], [101, 100]);
});

Deno.test("summarizeTrace() has no times of a trace without any", async () => {
  using trace = traceFile(SAMPLES.meta);
  assertEquals((await summarizeTrace(trace.path)).durationUs, undefined);
});

Deno.test("summarizeTrace() refuses in one line what cannot be replayed", async () => {
  using empty = traceFile("");
  using unknown = traceFile("hello\nworld\n");
  using nothing = traceFile("time_us,operation,key,value_bytes\n0,scan,a,1\n");
  using header = traceFile("time_us,operation,key,value_bytes\n");
  using cut = traceFile(gzipSync(SAMPLES.twitter.repeat(100)).subarray(0, 80));
  assertStringIncludes(await refusal(empty.path), "it is empty, must be a trace");
  assertStringIncludes(
    await refusal(unknown.path),
    'of no known format (twitter, redis, rocksdb, meta, csv), its first line is "hello"',
  );
  assertStringIncludes(await refusal(nothing.path), "it has no operations that could be replayed, only scan");
  assertStringIncludes(await refusal(header.path), "it has no operations");
  using long = traceFile(`0,put,${"k".repeat(1025)},1\n1,put,k,1048577\n`);
  assertStringIncludes(
    await refusal(long.path, "csv"),
    "it has no operations that could be replayed, only keys above 1024 bytes, values above 1048576 bytes",
  );
  using endless = traceFile("no trace".repeat(1 << 18));
  assertStringIncludes(await refusal(endless.path), 'its first line is "no trace');
  assertStringIncludes(await refusal(cut.path), "Cannot unpack ");
  assertStringIncludes(await refusal(unknown.path, "twitter"), "none of its 2 lines is an operation of Twitter's");
  assertStringIncludes(await refusal(`${unknown.path}.gone`), "No such file");
  assertStringIncludes(await refusal("/dev/null"), "it is a pipe or a device");
  assertStringIncludes(await refusal("/"), "it is a directory");
});

Deno.test("the traces beside this test are what their formats say", async () => {
  const twitter = await summarizeTrace(TWITTER_TRACE);
  assertEquals([twitter.format, twitter.lines, twitter.operations, twitter.durationUs], ["twitter", 600, 600, 11e6]);
  const own = await summarizeTrace(OWN_TRACE);
  assertEquals([own.format, own.lines, own.operations, own.malformed.count], ["csv", 401, 400, 0]);
});

Deno.test("LineSplitter gives the same lines however the chunks fall", () => {
  const text = fc.stringMatching(/^[ab\r\n]{0,60}$/);
  fc.assert(fc.property(text, fc.array(fc.nat(60)), (text, cuts) => {
    const lines: string[] = [];
    const splitter = new LineSplitter({
      line: (bytes, start, end) => void lines.push(new TextDecoder().decode(bytes.slice(start, end))),
    });
    const places = [0, ...cuts.filter((cut) => cut < text.length), text.length].sort((a, b) => a - b);
    for (const [i, place] of places.slice(1).entries()) {
      splitter.add(new TextEncoder().encode(text.slice(places[i], place)));
    }
    splitter.end();
    const expected = text.split("\n").map((line) => line.replace(/\r$/, ""));
    if (text === "" || text.endsWith("\n")) expected.pop();
    assertEquals(lines, expected);
  }));
});
