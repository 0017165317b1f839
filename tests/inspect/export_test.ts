/**
 * Tests of the export: its document is what the files hold, whoever reads it, and the files stay as they are.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { decodeCbor, encodeCbor } from "@std/cbor";
import { exportDirectory, type ExportOptions } from "../../lib/inspect/export.ts";
import { ShardDirectory } from "../../lib/directory/directory.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { concat, type Entry, HOSTILE_TEXTS, isReadByStdCbor, sortedEntries } from "../codec/fixtures.ts";
import { temporaryDirectory } from "../run/files.ts";
import { damage, runInto, stateOf, unionOf, writeFiles } from "./stored_files.ts";

const ENTRIES = Array.from({ length: 50 }, (_, n): Entry => [`Key${n}`, `value ${n}`]);

/** What every export holds. */
interface ExportDocument {
  readonly format: string;
  readonly shards: number;
  readonly count: number;
  readonly entries: Readonly<Record<string, string>>;
}

/** Exports a directory as one document, and checks that nothing in it is touched. */
function exported(path: string, options: Partial<ExportOptions> = {}): Uint8Array<ArrayBuffer> {
  const before = stateOf(path);
  const document = concat(...exportDirectory(path, { forceRead: false, format: "json", ...options }));
  assertEquals(stateOf(path), before);
  return document;
}

function asJson(document: Uint8Array): ExportDocument {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(document)) as ExportDocument;
}

function assertDocument(document: unknown, expected: { shards: number; entries: Readonly<Record<string, string>> }) {
  const { entries, ...head } = document as ExportDocument;
  const { shards } = expected;
  assertEquals(head, { format: "kvlab-export/1", shards, count: Object.keys(expected.entries).length });
  assertEquals(sortedEntries(entries), sortedEntries(expected.entries));
}

for (const replace of ["rename", "alternate"] as const) {
  for (const serializer of ["json", "cbor"] as const) {
    Deno.test(`exportDirectory() gives what a run wrote under ${replace} and ${serializer}, as JSON and CBOR`, async () => {
      using directory = temporaryDirectory();
      await runInto(directory.path, { layout: { kind: "snapshot", replace }, serializer, fileCount: 3 });
      const { entries } = unionOf(directory.path, serializer);
      assert(Object.keys(entries).length > 0);

      assertDocument(asJson(exported(directory.path)), { shards: 3, entries });
      assertDocument(decodeCbor(exported(directory.path, { format: "cbor" })), { shards: 3, entries });
    });
  }
}

Deno.test("exportDirectory() writes JSON with one line for each entry", () => {
  using directory = temporaryDirectory();
  writeFiles(directory.path, [["Key1", "foo"], ["Key2", 'b"r']], { shards: 1, serializer: "cbor" });
  const text = '{"format":"kvlab-export/1","shards":1,"count":2,"entries":{\n"Key1":"foo",\n"Key2":"b\\"r"\n}}\n';
  assertEquals(new TextDecoder().decode(exported(directory.path)), text);
});

Deno.test("exportDirectory() writes the CBOR that encodeCbor() writes of the whole document", () => {
  for (const length of [0, 1, 23, 24, 255, 256, 1023, 1024, 1025, 70_000]) {
    using directory = temporaryDirectory();
    const entries = Array.from({ length }, (_, n): Entry => [`Key${n}`, "x"]);
    writeFiles(directory.path, entries, { shards: 1, serializer: "json" });
    const whole = { format: "kvlab-export/1", shards: 1, count: length, entries: Object.fromEntries(entries) };
    const document = exported(directory.path, { format: "cbor" });
    assertStrictEquals(new Uint8Array(document).toString(), encodeCbor(whole).toString(), `${length} entries`);
  }
});

Deno.test("exportDirectory() writes a document without entries when there are none", () => {
  using directory = temporaryDirectory();
  writeFiles(directory.path, [], { shards: 2, serializer: "json" });
  const text = '{"format":"kvlab-export/1","shards":2,"count":0,"entries":{\n}}\n';
  assertEquals(new TextDecoder().decode(exported(directory.path)), text);
  assertDocument(decodeCbor(exported(directory.path, { format: "cbor" })), { shards: 2, entries: {} });
});

Deno.test("exportDirectory() keeps every hostile key and value", () => {
  const all = HOSTILE_TEXTS.map((text): Entry => [text, text]);
  for (const serializer of ["json", "cbor"] as const) {
    using directory = temporaryDirectory();
    writeFiles(directory.path, all, { shards: 3, serializer });
    const expected = { shards: 3, entries: Object.fromEntries(all) };
    assertDocument(asJson(exported(directory.path)), expected);
    // @std/cbor would not give all of them back: so each one's encoding must be there, and nothing else behind the
    // head.
    const bytes = exported(directory.path, { format: "cbor" });
    const pairs = all.map(([key, value]) => [...encodeCbor(key), ...encodeCbor(value)].join());
    const head = encodeCbor({ format: "kvlab-export/1", shards: 3, count: all.length, entries: {} }).length + 1;
    assertEquals(bytes.length, head + pairs.join().split(",").length);
    for (const pair of pairs) assertStringIncludes(bytes.join(), pair);
  }
  using directory = temporaryDirectory();
  const readable = all.filter(([text]) => isReadByStdCbor(text));
  writeFiles(directory.path, readable, { shards: 3, serializer: "cbor" });
  const document = decodeCbor(exported(directory.path, { format: "cbor" }));
  assertDocument(document, { shards: 3, entries: Object.fromEntries(readable) });
});

Deno.test("exportDirectory() takes the newest sound file of each shard, and warns of torn and damaged ones", () => {
  using directory = temporaryDirectory();
  const common = { shards: 2, serializer: "json" } as const;
  const old: Entry[] = ENTRIES.map(([key]) => [key, "old"]);
  writeFiles(directory.path, old, { ...common, side: "a", version: 1 });
  const [newer = ""] = writeFiles(directory.path, ENTRIES, { ...common, side: "b", version: 2 });
  assertDocument(asJson(exported(directory.path)), { shards: 2, entries: Object.fromEntries(ENTRIES) });

  damage(newer);
  Deno.writeTextFileSync(`${directory.path}/shard-0001-of-0002.json`, "{");
  const warnings: string[] = [];
  const { entries } = asJson(exported(directory.path, { onWarning: (message) => warnings.push(message) }));
  const reason = "it does not end with the crc32 of its content";
  assertEquals(warnings, [
    `cut short, another file of its shard is exported: shard-0000-of-0002.b.json: ${reason}`,
    "damaged, another file of its shard is exported: shard-0001-of-0002.json: it ends after 1 bytes",
  ]);
  const values = Object.values(entries);
  assertStrictEquals(values.length, ENTRIES.length);
  assert(values.includes("old") && values.some((value) => value !== "old"));
});

Deno.test("exportDirectory() refuses, before it writes anything, when a shard has files but no sound one", () => {
  using directory = temporaryDirectory();
  const paths = writeFiles(directory.path, ENTRIES, { shards: 7, serializer: "json" });
  const [first = "", second = "", ...others] = paths;
  damage(second);
  const broken = "it does not end with the crc32 of its content";
  const tail = "; move them away to export the rest";
  const before = stateOf(directory.path);
  const refusal = () => {
    const pieces = exportDirectory(directory.path, { forceRead: false, format: "json" });
    return assertThrows(() => pieces.next(), PersistError).message;
  };
  assertStrictEquals(
    refusal(),
    `Cannot export ${directory.path}: no sound file of shard 1 (shard-0001-of-0007.json: ${broken})${tail}`,
  );
  assertEquals(stateOf(directory.path), before);
  for (const path of [first, ...others.slice(0, 3)]) damage(path);
  assertStringIncludes(refusal(), `no sound file of shard 0 (shard-0000-of-0007.json: ${broken}), shard 1 (`);
  assertMatch(refusal(), / and 2 others; /);

  for (const path of [second, first, ...others.slice(0, 3)]) Deno.removeSync(path);
  const { shards, count } = asJson(exported(directory.path));
  assertStrictEquals(shards, 7);
  assert(count > 0 && count < ENTRIES.length);
});

Deno.test("exportDirectory() yields a large shard in many small pieces", () => {
  using directory = temporaryDirectory();
  const value = "x".repeat(100);
  const entries = Array.from({ length: 50_000 }, (_, n): Entry => [`Key${n}`, value]);
  writeFiles(directory.path, entries, { shards: 1, serializer: "json" });
  for (const format of ["json", "cbor"] as const) {
    let pieces = 0, bytes = 0;
    for (const piece of exportDirectory(directory.path, { forceRead: false, format })) {
      assertLess(piece.length, 200_000);
      pieces++;
      bytes += piece.length;
    }
    assert(pieces > 40 && bytes > 5_000_000, `${pieces} pieces, ${bytes} bytes`);
  }
});

Deno.test("exportDirectory() holds the directory against writers, not readers, until it is done or given up", () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  const options = { path, shards: 2, serializer: "json" } as const;
  const wanted = { path, layout: "snapshot", files: 2, serializer: "json" } as const;
  writeFiles(path, ENTRIES, options);
  ShardDirectory.open(wanted).close();
  const pieces = exportDirectory(path, { forceRead: false, format: "json" });
  pieces.next();
  const error = assertThrows(() => ShardDirectory.open(wanted), PersistError);
  assertEquals(error.message, `Cannot use ${path}: it is being read by another kvlab`);
  assertStrictEquals(asJson(exported(path)).count, 50);
  pieces.return(undefined);
  ShardDirectory.open(wanted).close();
});

Deno.test("exportDirectory() refuses a directory that a kvlab has; forced, it is whole whatever that one does", () => {
  for (const format of ["json", "cbor"] as const) {
    using directory = temporaryDirectory();
    const { path } = directory;
    const options = { path, shards: 3, serializer: "json" } as const;
    const wanted = { path, layout: "snapshot", files: 3, serializer: "json" } as const;
    writeFiles(path, ENTRIES, options);
    const running = ShardDirectory.open(wanted);
    try {
      const refused = assertThrows(() => exported(path), PersistError);
      assertEquals(refused.message, `Cannot read ${path}: it is locked by another kvlab, process ${Deno.pid}`);

      const pieces = exportDirectory(path, { forceRead: true, format });
      const head = pieces.next().value;
      assert(head instanceof Uint8Array);
      writeFiles(path, ENTRIES.slice(0, 7), { ...options, version: 1000 });
      const document = concat(head, ...pieces);
      assertDocument(format === "json" ? asJson(document) : decodeCbor(document), {
        shards: 3,
        entries: Object.fromEntries(ENTRIES),
      });
    } finally {
      running.close();
    }
  }
});

Deno.test("exportDirectory() fails when a file changes under it although nobody has it locked", () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  const options = { shards: 1, serializer: "json" } as const;
  const [file = ""] = writeFiles(path, ENTRIES, options);
  const pieces = exportDirectory(path, { forceRead: false, format: "json" });
  pieces.next();
  writeFiles(path, ENTRIES, { ...options, version: 1000 });
  const error = assertThrows(() => [...pieces], PersistError);
  assertEquals(error.message, `Cannot export ${file}: it has changed while it was being read`);
});
