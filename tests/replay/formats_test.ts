/**
 * Tests of the formats of traces: which operations their lines mean, and how a format is recognised.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { recognize, TRACE_FORMAT_NAMES } from "../../lib/replay/format/formats.ts";
import { LINE, TRACE } from "../../lib/replay/format/trace_format.ts";
import { parsed, SAMPLES } from "./samples.ts";

/** What tests compare of an operation: its kind, its key and the size of its value. */
function shortly(format: keyof typeof SAMPLES, text = SAMPLES[format]): [number, string, number][] {
  return parsed(format, text).operations.map(({ kind, key, valueBytes }) => [kind, key, valueBytes]);
}

function linesOf(text: string): Uint8Array[] {
  return text.replace(/\n$/, "").split("\n").map((line) => new TextEncoder().encode(line));
}

Deno.test("Twitter's lines are gets, puts, read-modify-writes and deletes, and their keys may have commas", () => {
  assertEquals(shortly("twitter"), [
    [TRACE.READ, "nz:u:eeW511W3dcH3de3d15ec", 304],
    [TRACE.PUT, "a", 10],
    [TRACE.DELETE, "b,c", 0],
    [TRACE.READ_MODIFY_WRITE, "a", 8],
  ]);
  assertEquals(parsed("twitter", SAMPLES.twitter).operations.map(({ timeUs }) => timeUs), [0, 1e6, 2e6, 3e6]);
  const { outcomes } = parsed("twitter", "1,a,1,2,3,touch,0\n1,a,1,2,3,get\n1,,1,2,3,get,0\nx,a,1,2,3,get,0\n\n");
  assertEquals(
    outcomes,
    [LINE.UNKNOWN, LINE.MALFORMED, LINE.MALFORMED, LINE.MALFORMED, LINE.NO_OPERATION].slice(0, outcomes.length),
  );
});

Deno.test("Redis' lines are one operation for each key, with what is escaped unescaped", () => {
  assertEquals(shortly("redis"), [
    [TRACE.PUT, "user:1", 16],
    [TRACE.READ, "user:1", 0],
    [TRACE.PUT, "\x00\xff", 5],
    [TRACE.PUT, "b\n", 1],
    [TRACE.READ, "user:1", 0],
    [TRACE.READ, "b\n", 0],
    [TRACE.READ, "none", 0],
    [TRACE.DELETE, "user:1", 0],
    [TRACE.DELETE, "b\n", 0],
    [TRACE.PUT, "t", 3],
    [TRACE.READ_MODIFY_WRITE, "n", 8],
  ]);
  const { operations, outcomes } = parsed("redis", SAMPLES.redis);
  assertEquals(operations[0]?.timeUs, 1460100081165665);
  assertEquals(operations.at(-1)?.timeUs, 1460100082400000);
  assertEquals(outcomes[0], LINE.NO_OPERATION);
  assertEquals(outcomes[6], LINE.UNKNOWN);
  const wrong = ['1.5 [0 x] "set" "a"', '1.5 [0 x] "mset" "a" "b" "c"', '1.5 [0 x] "get" "a', "1.5 [0 x]", '"get" "a"'];
  for (const line of [...wrong, '1.5 [0 x] "get" ""', '1.5 [0 x] "get" "\\q"', '1.5 [0 x] "get" "\\x4"']) {
    assertEquals(parsed("redis", line).outcomes, [LINE.MALFORMED], line);
  }
});

Deno.test("RocksDB's lines are read with the key last, and first as its newer tools write it", () => {
  const expected: [number, string, number][] = [
    [TRACE.READ, "k1", 0],
    [TRACE.PUT, "k1", 100],
    [TRACE.DELETE, "k1", 0],
    [TRACE.PUT, "k2", 7],
  ];
  assertEquals(shortly("rocksdb"), expected);
  const first = SAMPLES.rocksdb.replace(/^(.*) (\w+)$/gm, "0x$2 $1");
  assertEquals(shortly("rocksdb", first), expected);
  assertEquals(parsed("rocksdb", first).outcomes, [
    LINE.REPLAYED,
    LINE.REPLAYED,
    LINE.REPLAYED,
    LINE.UNKNOWN,
    LINE.UNKNOWN,
    LINE.REPLAYED,
  ]);
  for (const line of ["0 0 0 1000", "0 0 0 1000 6B3", "0 0 0 1000 6Bxx", "x 0 0 1000 6B", "0 0 0 1000 6B 6B"]) {
    assertEquals(parsed("rocksdb", line).outcomes, [LINE.MALFORMED], line);
  }
});

Deno.test("Meta's lines are done as often as they say, and its heading says where the columns are", () => {
  const expected: [number, string, number][] = [
    ...Array.from({ length: 3 }, (): [number, string, number] => [TRACE.READ, "1668473823", 82]),
    [TRACE.PUT, "1668473824", 120],
    [TRACE.DELETE, "1668473824", 0],
    [TRACE.READ, "1668473825", 5],
  ];
  assertEquals(shortly("meta"), expected);
  const later = "op_time,key,key_size,op,op_count,size,cache_hits,ttl\n15,a,1,GET,2,7,2,\n16,a,1,SET,1,9,0,60\n";
  assertEquals(shortly("meta", later), [[TRACE.READ, "a", 7], [TRACE.READ, "a", 7], [TRACE.PUT, "a", 9]]);
  assertEquals(parsed("meta", later).operations.map(({ timeUs }) => timeUs), [15e6, 15e6, 16e6]);
  // So many operations would never end.
  assertEquals(parsed("meta", "a,GET,1,9999999999999999,1\n").outcomes, [LINE.MALFORMED]);
  assertEquals(parsed("meta", "a,GET,1,0,1\na,GET\na,get,1,1,1\n").outcomes, [
    LINE.MALFORMED,
    LINE.MALFORMED,
    LINE.MALFORMED,
  ]);
});

Deno.test("kvlab's own lines have any key, in quotes or not", () => {
  assertEquals(shortly("csv"), [[TRACE.PUT, "a", 10], [TRACE.READ, "a", 0], [TRACE.DELETE, 'say "b", twice', 0]]);
  assertEquals(parsed("csv", SAMPLES.csv).outcomes, [
    LINE.NO_OPERATION,
    LINE.REPLAYED,
    LINE.REPLAYED,
    LINE.REPLAYED,
    LINE.UNKNOWN,
  ]);
  for (const line of ["1,put,a,", "1,put,,5", "1,put,a", "x,put,a,1", '1,put,"a,1', '1,put,"a"b",1', "1,put,a,-1"]) {
    assertEquals(parsed("csv", line).outcomes, [LINE.MALFORMED], line);
  }
});

Deno.test("kvlab's own lines give back every key that is quoted as CSV has it", () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }).filter((key) => /^[^\r\n]*$/.test(key)), (key) => {
    const [operation] = parsed("csv", `1,put,"${key.replaceAll('"', '""')}",5`).operations;
    assertEquals(operation?.key, String.fromCharCode(...new TextEncoder().encode(key)));
  }));
});

Deno.test("Redis' lines give back every key, byte by byte", () => {
  const escapes: Record<number, string> = { 10: "\\n", 13: "\\r", 9: "\\t", 7: "\\a", 8: "\\b", 92: "\\\\", 34: '\\"' };
  const quoted = (bytes: Uint8Array) =>
    Array.from(bytes, (byte) => {
      const isPrinted = byte >= 0x20 && byte < 0x7f;
      return escapes[byte] ??
        (isPrinted ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`);
    }).join("");
  fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), fc.uint8Array(), (key, value) => {
    const [operation] = parsed("redis", `1.5 [0 x:1] "set" "${quoted(key)}" "${quoted(value)}"`).operations;
    assertEquals([operation?.key, operation?.valueBytes], [String.fromCharCode(...key), value.length]);
  }));
});

for (const format of TRACE_FORMAT_NAMES) {
  Deno.test(`recognize() knows ${format} by its lines`, () => {
    const lines = linesOf(SAMPLES[format]);
    assertEquals(recognize(lines), format);
    // Without what stands only at the beginning, and with lines that are none among them.
    const wrong = Array.from({ length: 2 }, () => new TextEncoder().encode("what is this?"));
    assertEquals(recognize([...wrong, ...lines.slice(1)]), format);
  });
}

Deno.test("recognize() knows nothing by lines that are of no format", () => {
  for (const text of ["", "hello\nworld", "{}", "a,b,c", "1,2,3,4", "get a\nset a 1"]) {
    assertEquals(recognize(linesOf(text)), undefined, text);
  }
  assert(recognize([]) === undefined);
});

Deno.test("no format throws, whatever the line", () => {
  const line = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[0-9,.a-f"\\x\[\] ]{0,60}$/),
    fc.constantFrom(...Object.values(SAMPLES).flatMap((text) => text.split("\n"))).chain((text) =>
      fc.nat(text.length).map((length) => text.slice(0, length))
    ),
  );
  fc.assert(fc.property(fc.constantFrom(...TRACE_FORMAT_NAMES), fc.array(line), (format, lines) => {
    parsed(format, lines.join("\n"));
  }));
});
