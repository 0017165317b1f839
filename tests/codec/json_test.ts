/**
 * Tests of the JSON codec: any JSON parser must read its bytes, and a person its lines.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CorruptSnapshotError } from "../../lib/codec/corrupt_snapshot_error.ts";
import { jsonCodec } from "../../lib/codec/json.ts";
import {
  anyPuts,
  crcOf,
  encodeEntries,
  encodeShard,
  entriesOf,
  type Entry,
  HOSTILE_TEXTS,
  isReadByJsonParse,
  jsonFileOfText,
  sortedEntries,
  storeOf,
} from "./fixtures.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A text as the snapshot has it; the parser agrees that it is that text. */
function jsonOf(text: string): string {
  const escaped = Array.from(text, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return character < " " ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : character;
  });
  const json = `"${escaped.join("")}"`;
  assertEquals(JSON.parse(json), text);
  return json;
}

Deno.test("jsonCodec.encode() writes the documented bytes", () => {
  const bytes = encodeEntries(jsonCodec, [["Key1", "foo"], ["Key2", "bar"], ["Key1", "baz"]]);
  assertEquals(
    utf8.decode(bytes),
    `\
{"format":"kvlab/1","shard":0,"shards":1,"version":3,"count":2,"entries":{
"Key1":"baz",
"Key2":"bar"
},"crc32":"${crcOf(bytes.subarray(0, -21))}"}
`,
  );
});

Deno.test("jsonCodec.encode() writes an empty map in two lines when there are no entries", () => {
  const bytes = encodeEntries(jsonCodec, []);
  assertEquals(
    utf8.decode(bytes),
    `{"format":"kvlab/1","shard":0,"shards":1,"version":0,"count":0,"entries":{\n},"crc32":"${
      crcOf(bytes.subarray(0, -21))
    }"}\n`,
  );
});

Deno.test("jsonCodec.encode() writes a document that JSON.parse() reads", () => {
  fc.assert(fc.property(anyPuts.map((puts) => puts.filter(([key]) => isReadByJsonParse(key))), (puts) => {
    const expected = entriesOf(puts);
    const { entries, crc32, ...rest } = JSON.parse(utf8.decode(encodeEntries(jsonCodec, puts)));
    assertEquals(rest, { format: "kvlab/1", shard: 0, shards: 1, version: puts.length, count: expected.length });
    assertEquals(sortedEntries(entries), sortedEntries(Object.fromEntries(expected)));
    assert(/^[0-9a-f]{8}$/.test(crc32), crc32);
  }));
});

Deno.test("jsonCodec.encode() writes the members in the documented order", () => {
  const document = JSON.parse(utf8.decode(encodeEntries(jsonCodec, [["Key1", "foo"]])));
  assertEquals(Object.keys(document), ["format", "shard", "shards", "version", "count", "entries", "crc32"]);
});

Deno.test("jsonCodec.encode() writes one line per entry in order of arrival when the text is anything", () => {
  fc.assert(fc.property(anyPuts, (puts) => {
    const text = utf8.decode(encodeEntries(jsonCodec, puts));
    const entries = entriesOf(puts);
    const lines = entries.map(([key, value]) => `${jsonOf(key)}:${jsonOf(value)}`).join(",\n");
    const head =
      `{"format":"kvlab/1","shard":0,"shards":1,"version":${puts.length},"count":${entries.length},"entries":{`;
    const covered = entries.length === 0 ? `${head}\n}` : `${head}\n${lines}\n}`;
    assertEquals(text, `${covered},"crc32":"${crcOf(new TextEncoder().encode(covered))}"}\n`);
  }));
});

Deno.test("jsonCodec.encode() writes an entry once when its value was overwritten and outgrew its place", () => {
  const puts: Entry[] = [["a", "1"], ["b", "2"], ["a", "12345"], ["b", "3"], ["a", "1"], ["c", '"'], [
    "a",
    "x".repeat(9),
  ]];
  const text = utf8.decode(encodeEntries(jsonCodec, puts));
  assertEquals(text.split("\n").slice(1, -2), ['"b":"3",', '"c":"\\"",', '"a":"xxxxxxxxx"']);
});

Deno.test("jsonCodec.encode() writes no byte below a space but its newlines, and escapes nothing else", () => {
  const bytes = encodeEntries(jsonCodec, [["\0\x1f\n\r\t\b", '\x7f"\\/\u2028é\u{1f600}']]);
  const text = utf8.decode(bytes);
  assertEquals(
    text.split("\n")[1],
    '"\\u0000\\u001f\\u000a\\u000d\\u0009\\u0008":"\x7f\\"\\\\/\u2028é\u{1f600}"',
  );
  assertEquals(bytes.filter((byte) => byte < 0x20), Uint8Array.of(0x0a, 0x0a, 0x0a));
});

Deno.test("jsonCodec.encode() finds the character to escape wherever it stands in a text", () => {
  for (let length = 1; length <= 17; length++) {
    for (let at = 0; at < length; at++) {
      for (const special of ['"', "\\", "\0", "\x1f"]) {
        const text = "x".repeat(at) + special + "x".repeat(length - at - 1);
        const document = JSON.parse(
          utf8.decode(encodeEntries(jsonCodec, [[text, text], ["a", text], [text + "a", "b"]])),
        );
        assertEquals(document.entries, { [text]: text, a: text, [text + "a"]: "b" });
      }
    }
  }
});

Deno.test("jsonCodec.encode() states the CRC-32 of all bytes before the comma in front of it", () => {
  const store = storeOf(HOSTILE_TEXTS.map((text) => [text, text]));
  const text = utf8.decode(encodeShard(jsonCodec, store));
  const [, covered, crc] = /^(.*),"crc32":"([0-9a-f]{8})"\}\n$/s.exec(text) ?? [];
  assert(covered !== undefined && crc !== undefined);
  assertEquals(crc, crcOf(new TextEncoder().encode(covered)));
});

Deno.test("jsonCodec.decode() keeps escaped keys apart when other snapshots have keys with backslashes", () => {
  // Alone, JSON.parse would read the second key as the first: nothing but the first has ever followed a key like `place`.
  for (const [first, second] of [["\\", '"'], ["\\", "\n"], ["a\\", 'a"'], ['a\\"', 'a"b'], ["\\u", "\0b"]] as const) {
    const place = `after ${JSON.stringify([first, second])}`.replaceAll(/["\\]/g, "_");
    for (const key of [first, second]) {
      const bytes = encodeEntries(jsonCodec, [[place, ""], [key, "value"], ["last", ""]]);
      assertEquals(Object.keys(jsonCodec.decode(bytes).entries), [place, key, "last"]);
    }
  }
});

Deno.test("jsonCodec.decode() reads keys and values that look like the syntax around them", () => {
  const texts = [
    '"',
    '":"',
    '\\":"',
    '\\\\":"',
    '","',
    '\\","',
    ":",
    ",",
    "{",
    "}",
    '"{',
    '"}\n',
    '\\"}',
    "\\",
    "\\\\",
    '\\\\"',
  ];
  const entries = [...texts, "__proto__"].map((text, i): Entry => [text, texts.at(-i) ?? ""]);
  assertEquals(jsonCodec.decode(encodeEntries(jsonCodec, entries)).entries, Object.fromEntries(entries));
  for (const entry of entries) {
    assertEquals(jsonCodec.decode(encodeEntries(jsonCodec, [entry])).entries, Object.fromEntries([entry]));
  }
});

Deno.test("jsonCodec.decode() reads a file made elsewhere when it has spaces and other escapes", () => {
  const head = '{ "format" : "kvlab/1", "shard": 0, "shards": 1, "version": 2, "count": 2,\n\t"entries": { ';
  const bytes = jsonFileOfText(`${head}"\\u0041\\n" : "\\/\\ud83d\\ude00\\t" , "b" : ":" }`);
  assertEquals(jsonCodec.decode(bytes).entries, { "A\n": "/\u{1f600}\t", b: ":" });
});

Deno.test("jsonCodec.decode() reads a long text of nothing but backslashes", () => {
  for (const length of [100_000, 100_001]) {
    const entries: Entry[] = [["key", `${"\\".repeat(length)}x${"\\".repeat(length)}`]];
    assertEquals(jsonCodec.decode(encodeEntries(jsonCodec, entries)).entries, Object.fromEntries(entries));
  }
});

Deno.test("jsonCodec.decode() refuses what JSON refuses when the checksum is right", () => {
  for (const text of ["", "[1", "null", '{"format":kvlab', "{'a':1", '{"a":1}', "\0"]) {
    assertThrows(() => jsonCodec.decode(jsonFileOfText(text)), CorruptSnapshotError, "it is not JSON");
  }
  const head = '{"format":"kvlab/1","shard":0,"shards":1,"version":1,"count":1,"entries":';
  for (
    const entries of ['{"\\n","b"}', '{"\\n":"b":"c":"d"}', '{"\\n":"b",}', '{"\\x":"b"}', '["\\n":"b"]', '{"\\n":"b"']
  ) {
    assertThrows(() => jsonCodec.decode(jsonFileOfText(head + entries)), CorruptSnapshotError, "it is not JSON");
  }
});

Deno.test("jsonCodec.decode() refuses bytes that are no UTF-8 when the checksum is right", () => {
  const head = '{"format":"kvlab/1","shard":0,"shards":1,"version":1,"count":1,"entries":{"Key1":"';
  const covered = Uint8Array.of(...new TextEncoder().encode(head), 0xc3, 0x28, 0x22, 0x7d);
  const bytes = Uint8Array.of(...covered, ...new TextEncoder().encode(`,"crc32":"${crcOf(covered)}"}\n`));
  assertThrows(() => jsonCodec.decode(bytes), CorruptSnapshotError, "not JSON");
});

Deno.test("jsonCodec.decode() refuses a key that is there twice when the checksum is right", () => {
  const head = '{"format":"kvlab/1","shard":0,"shards":1,"version":2,"count":2,"entries":';
  const bytes = jsonFileOfText(`${head}{"Key1":"foo","Key1":"bar"}`);
  assertThrows(() => jsonCodec.decode(bytes), CorruptSnapshotError, "its count is 2, but it has 1 entries");
});
