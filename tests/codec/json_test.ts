/**
 * Tests of the JSON codec: any JSON parser must read its bytes, and a person its lines.
 *
 * @module
 */
import { decode } from "./decode.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { CorruptSnapshotError } from "../../lib/codec/snapshot_reader.ts";
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

import fc from "fast-check";

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

Deno.test("jsonCodec.encode() writes one line per entry in the order of the arena when the text is anything", () => {
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
  const puts: Entry[] = [["a", "1"], ["b", "2"], ["a", "x".repeat(17)], ["b", "3"], ["a", "1"], ["c", '"'], [
    "a",
    "x".repeat(33),
  ]];
  const text = utf8.decode(encodeEntries(jsonCodec, puts));
  assertEquals(text.split("\n").slice(1, -2), ['"b":"3",', '"c":"\\"",', `"a":"${"x".repeat(33)}"`]);
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
  // Alone, JSON.parse would read the second key as the first: nothing but the first has ever followed a key like
  // `place`.
  for (const [first, second] of [["\\", '"'], ["\\", "\n"], ["a\\", 'a"'], ['a\\"', 'a"b'], ["\\u", "\0b"]] as const) {
    const place = `after ${JSON.stringify([first, second])}`.replaceAll(/["\\]/g, "_");
    for (const key of [first, second]) {
      const bytes = encodeEntries(jsonCodec, [[place, ""], [key, "value"], ["last", ""]]);
      assertEquals(Object.keys(decode(jsonCodec, bytes).entries), [place, key, "last"]);
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
  assertEquals(decode(jsonCodec, encodeEntries(jsonCodec, entries)).entries, Object.fromEntries(entries));
  for (const entry of entries) {
    assertEquals(decode(jsonCodec, encodeEntries(jsonCodec, [entry])).entries, Object.fromEntries([entry]));
  }
});

Deno.test("jsonCodec.decode() reads a long text of nothing but backslashes", () => {
  for (const length of [100_000, 100_001]) {
    const entries: Entry[] = [["key", `${"\\".repeat(length)}x${"\\".repeat(length)}`]];
    assertEquals(decode(jsonCodec, encodeEntries(jsonCodec, entries)).entries, Object.fromEntries(entries));
  }
});

const HEAD = '{"format":"kvlab/1","shard":0,"shards":1,"version":2,"count":2,"entries":{\n';
const LINES = '"Key1":"foo",\n"Key2":"bar"\n}';

Deno.test("jsonCodec.decode() refuses all that the encoder never writes when the checksum is right", () => {
  assertEquals(decode(jsonCodec, jsonFileOfText(HEAD + LINES)).entries, { Key1: "foo", Key2: "bar" });
  const wrong = [
    ...["", "[1", "null", '{"a":1}', "\0", "\ufeff" + HEAD + LINES, ` ${HEAD}${LINES}`, `${HEAD}${LINES} `],
    ...["01", "2.0", "2e0", "-2", "+2", ""].map((version) =>
      HEAD.replace('"version":2', `"version":${version}`) + LINES
    ),
    ...[
      '"Key1":"foo","Key2":"bar"\n}',
      '"Key1":"foo",\n"Key2":"bar",\n}',
      '"Key1":"foo"\n"Key2":"bar"\n}',
      '"Key1":"foo",\n"Key2":"bar"}',
      '"Key1" :"foo",\n"Key2":"bar"\n}',
      '"Key1": "foo",\n"Key2":"bar"\n}',
      '"Key1","foo",\n"Key2":"bar"\n}',
      '"Key1":"foo",\n"Key2":bar\n}',
      '"Key1":"foo",\n"Key2":"bar\n}',
      '"Key1":"foo",\n"Key2":"bar"\n]',
      '"Key1":"fo\to",\n"Key2":"bar"\n}',
    ].map((lines) => HEAD + lines),
    ...["\\n", "\\u0041", "\\u001F", "\\u0020", "\\u00", "\\/", "\\x", "\\ud800", "\\"].map((escape) =>
      `${HEAD}"Key1":"foo",\n"Key2":"${escape}"\n}`
    ),
  ];
  for (const text of wrong) {
    assertThrows(() => decode(jsonCodec, jsonFileOfText(text)), CorruptSnapshotError, undefined, text);
  }
});

Deno.test("jsonCodec.decode() refuses a key that is there twice when the checksum is right", () => {
  for (const key of ["Key1", '\\"', "\\u000a"]) {
    const bytes = jsonFileOfText(`${HEAD}"${key}":"foo",\n"${key}":"bar"\n}`);
    assertThrows(() => decode(jsonCodec, bytes), CorruptSnapshotError, "occurs twice");
  }
});
