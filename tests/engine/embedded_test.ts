/**
 * Tests of the embedded engines: what is put is got, by whichever connection, and again after all have been closed; and
 * a directory is one engine's alone.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { EngineError, HarnessError } from "../../lib/engine/engine_error.ts";
import { ENGINES, loadEngine } from "../../lib/engine/engines.ts";
import { findLibrary } from "../../lib/engine/rocksdb/settings.ts";
import { ShardDirectory } from "../../lib/directory/directory.ts";
import { takeLock } from "../../lib/system/directory_lock.ts";
import { JOURNAL_NAMES } from "../../lib/engine/sqlite/settings.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { EMBEDDED, NO_ROCKSDB, prepare, valueOf } from "./embedded.ts";

for (const embedded of EMBEDDED) {
  const [name, settings] = embedded;
  const what = `${name} ${JSON.stringify(settings)}`;

  Deno.test(`${what}: every connection gets what any has put, and so does one after all were closed`, async () => {
    using directory = temporaryDirectory();
    const output = `${directory.path}/store`;
    const engine = await loadEngine(name);
    const prepared = await prepare(embedded, { output });
    // As a worker gets it.
    const target = structuredClone(prepared.target);
    const [one, other] = [await engine.connect(target), await engine.connect(target)];
    assertEquals(await valueOf(one, "a"), undefined);
    await one.put(PaddedBytes.of("a"), PaddedBytes.of("first"));
    assertEquals(await valueOf(other, "a"), "first");
    await other.put(PaddedBytes.of("a"), PaddedBytes.of("second, and longer"));
    await one.put(PaddedBytes.of("é\0"), PaddedBytes.of("\0ü"));
    assertEquals([await valueOf(one, "a"), await valueOf(other, "é\0")], ["second, and longer", "\0ü"]);
    // What is not there may be deleted, too, also by whoever has not put it.
    for (const name of ["b", "absent", "b", "c"]) {
      if (name !== "absent") await one.put(PaddedBytes.of(name), PaddedBytes.of("first"));
      await other.delete(PaddedBytes.of(name));
      await one.delete(PaddedBytes.of(name));
      assertEquals([await valueOf(one, name), await valueOf(other, name)], [undefined, undefined]);
    }
    await one.put(PaddedBytes.of("c"), PaddedBytes.of("anew"));
    for (const connection of [one, other]) await connection.close();
    await prepared.close();

    const again = await prepare(embedded, { output });
    const reopened = await engine.connect(again.target);
    assertEquals([await valueOf(reopened, "a"), await valueOf(reopened, "é\0")], ["second, and longer", "\0ü"]);
    assertEquals([await valueOf(reopened, "b"), await valueOf(reopened, "c")], [undefined, "anew"]);
    await reopened.close();
    await again.close();
  });

  Deno.test(`${what}: a batch puts all of its records, though their buffers are used again at once`, async () => {
    const engine = await loadEngine(name);
    const prepared = await prepare(embedded, {});
    const connection = await engine.connect(prepared.target);
    const key = new PaddedBytes(16), value = new PaddedBytes(16);
    const records = 2500;
    for (let start = 0; start < records; start += 1250) {
      connection.preload.begin();
      for (let record = start; record < start + 1250; record++) {
        key.setString(`key ${record}`);
        value.setString(`value ${record}`);
        connection.preload.put(key, value);
      }
      await connection.preload.commit();
    }
    await prepared.settle?.();
    for (const record of [0, 1, 999, 1000, 1249, 1250, records - 1]) {
      assertEquals(await valueOf(connection, `key ${record}`), `value ${record}`);
    }
    assertEquals(await valueOf(connection, `key ${records}`), undefined);
    await connection.close();
    await prepared.close();
    // It was a temporary one.
    assert(prepared.directory !== undefined);
    await assertRejects(() => Deno.stat(prepared.directory?.path ?? ""), Deno.errors.NotFound);
  });

  Deno.test(`${what}: a directory that is another backend's, or in use, is refused and left alone`, async () => {
    using directory = temporaryDirectory();
    const output = directory.path;
    const prepared = await prepare(embedded, { output });
    await assertRejects(() => prepare(embedded, { output }), Error, "it is locked by another kvlab");
    await prepared.close();
    for (const other of EMBEDDED.filter(([otherName]) => otherName !== name)) {
      await assertRejects(() => prepare(other, { output }), Error, `it holds a store of ${name}, not of ${other[0]}`);
    }
    const options = { path: output, layout: "snapshot", files: 1, serializer: "json" } as const;
    let refused = "";
    try {
      ShardDirectory.open(options).close();
    } catch (error) {
      refused = String(error);
    }
    assertMatch(refused, new RegExp(`it holds a store of ${name}`));
    await (await prepare(embedded, { output })).close();
  });
}

/** The names and contents of all files in a directory, but for the lock, which names whoever has last opened it. */
function contentOf(directory: string): Map<string, string> {
  const contents = new Map<string, string>();
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) { for (const [inner, text] of contentOf(path)) contents.set(`${name}/${inner}`, text); }
    else if (name !== "LOCK") contents.set(name, Deno.readTextFileSync(path));
  }
  return contents;
}

Deno.test("a store whose main file is gone is refused by its path, nothing is made anew, and nothing is touched", async () => {
  const rows = [
    [0, "store.sqlite"],
    [2, "leveldb/CURRENT"],
    [4, "store.denokv"],
    [5, "store.lmdb"],
    [7, "rocksdb/CURRENT"],
  ] as const;
  for (const [index, file] of rows) {
    const embedded = EMBEDDED[index];
    if (embedded === undefined) continue;
    using directory = temporaryDirectory();
    const output = `${directory.path}/store`;
    const prepared = await prepare(embedded, { output });
    const connection = await (await loadEngine(embedded[0])).connect(prepared.target);
    await connection.put(PaddedBytes.of("key"), PaddedBytes.of("value"));
    await connection.close();
    await prepared.close();
    // It is opened again as before.
    await (await prepare(embedded, { output })).close();

    Deno.removeSync(`${output}/${file}`);
    const left = contentOf(output);
    const message = `Cannot use ${output}/${file}: it is missing, though ${output}/ENGINE says that it was there`;
    await assertRejects(() => prepare(embedded, { output }), EngineError, message);
    assertEquals(contentOf(output), left);
    if (!file.endsWith("/CURRENT")) continue;
    // As an earlier version has marked it: the logs and tables tell as well.
    Deno.writeTextFileSync(`${output}/ENGINE`, `kvlab engine ${embedded[0]}\n`);
    const other = contentOf(output);
    await assertRejects(() => prepare(embedded, { output }), EngineError, `${output}/${file}: it is missing, though `);
    assertEquals(contentOf(output), other);
  }
});

Deno.test("a store whose main file is empty, or that has lost its log, is refused, and nothing is touched", async () => {
  const rows = [
    [0, /^store\.sqlite$/, "store.sqlite: it is empty, though "],
    [2, /^CURRENT$/, "leveldb/CURRENT: it is empty, though "],
    [2, /\.log$/, "leveldb: its log is gone, though "],
    [7, /^CURRENT$/, "rocksdb/CURRENT: it is empty, though "],
    [7, /^\d+\.log$/, "rocksdb: its log is gone, though "],
    [4, /^store\.denokv$/, "store.denokv: it is empty, though "],
    [5, /^store\.lmdb$/, "store.lmdb: it is empty, though "],
  ] as const;
  for (const [index, pattern, message] of rows) {
    const embedded = EMBEDDED[index];
    if (embedded === undefined) continue;
    using directory = temporaryDirectory();
    const output = `${directory.path}/store`;
    // A file that was made and is still empty is what a kill leaves of a store that was never there.
    if (!["leveldb", "rocksdb"].includes(embedded[0])) {
      Deno.mkdirSync(output);
      Deno.writeTextFileSync(`${output}/ENGINE`, `kvlab engine ${embedded[0]}\n`);
      Deno.writeTextFileSync(`${output}/store.${embedded[0]}`, "");
    }
    const prepared = await prepare(embedded, { output });
    const connection = await (await loadEngine(embedded[0])).connect(prepared.target);
    await connection.put(PaddedBytes.of("key"), PaddedBytes.of("value"));
    await connection.close();
    await prepared.close();

    const inner = `${output}/${embedded[0]}`;
    const beside = namesIn(output).includes(embedded[0]) ? inner : output;
    const [name] = Array.from(Deno.readDirSync(beside), ({ name }) => name).filter((name) => pattern.test(name));
    if (message.includes("empty")) Deno.truncateSync(`${beside}/${name}`);
    else Deno.removeSync(`${beside}/${name}`);
    const left = contentOf(output);
    await assertRejects(() => prepare(embedded, { output }), EngineError, `Cannot use ${output}/${message}`);
    assertEquals(contentOf(output), left);
  }
});

Deno.test("a store that was not made before its kvlab died is made the next time", async () => {
  for (const embedded of EMBEDDED) {
    using directory = temporaryDirectory();
    Deno.writeTextFileSync(`${directory.path}/ENGINE`, `kvlab engine ${embedded[0]}\n`);
    // It was about to say which file it had made.
    Deno.writeTextFileSync(`${directory.path}/ENGINE.tmp`, "kvlab engine");
    await (await prepare(embedded, { output: directory.path })).close();
    const names = Array.from(Deno.readDirSync(directory.path), ({ name }) => name);
    assert(!names.includes("ENGINE.tmp"), names.join());
  }
});

Deno.test("sqlite opens a database with each of its journals", async () => {
  for (const journal of JOURNAL_NAMES) {
    using directory = temporaryDirectory();
    const settings = { journal, synchronous: "off", busyTimeoutMs: 1000 } as const;
    const prepared = await prepare(["sqlite", settings], { output: directory.path });
    const connection = await (await loadEngine("sqlite")).connect(prepared.target);
    await connection.put(PaddedBytes.of("key"), PaddedBytes.of("value"));
    await connection.close();
    await prepared.close();
  }
});

Deno.test("sqlite says so when another process's reader pins its write-ahead log", async () => {
  using directory = temporaryDirectory();
  const warnings: string[] = [];
  const options = { output: directory.path, onWarning: (message: string) => void warnings.push(message) };
  for (const isRead of [false, true]) {
    const prepared = await prepare(EMBEDDED[0]!, options);
    const connection = await (await loadEngine("sqlite")).connect(prepared.target);
    const reader = new DatabaseSync(`${directory.path}/store.sqlite`);
    if (isRead) {
      reader.exec("BEGIN");
      reader.prepare("SELECT count(*) FROM kv").get();
    }
    for (let key = 0; key < 100; key++) await connection.put(PaddedBytes.of(`${key}`), PaddedBytes.of(`${isRead}`));
    await connection.close();
    await prepared.close();
    reader.close();
    assertEquals(warnings.length, Number(isRead));
  }
  assertMatch(warnings.join(), /^another process reads \S+store\.sqlite, which kept \d+ of the \d+ pages /);
});

Deno.test("sqlite lets go of its directory even if its write-ahead log cannot be read in the end", async () => {
  using directory = temporaryDirectory();
  const prepared = await prepare(EMBEDDED[0]!, { output: directory.path });
  const connection = await (await loadEngine("sqlite")).connect(prepared.target);
  await connection.put(PaddedBytes.of("a"), PaddedBytes.of("first"));
  await connection.close();
  Deno.truncateSync(`${directory.path}/store.sqlite-wal`);
  await assertRejects(
    async () => await prepared.close(),
    EngineError,
    `Cannot write to ${directory.path}/store.sqlite`,
  );
  takeLock(directory.path).close();
});

Deno.test("an engine does not take a directory with files of the file backend", async () => {
  for (const embedded of EMBEDDED) {
    using directory = temporaryDirectory();
    const name = "shard-0000-of-0001.json";
    Deno.writeTextFileSync(`${directory.path}/${name}`, "");
    const found = `it holds ${name}, which is the file backend's`;
    await assertRejects(() => prepare(embedded, { output: directory.path }), Error, found);
  }
});

Deno.test("sqlite reads its settings back, as each connection has them", async () => {
  const [embedded] = EMBEDDED;
  assert(embedded !== undefined);
  const prepared = await prepare(embedded, {});
  const connection = await (await loadEngine("sqlite")).connect(prepared.target);
  const description = await connection.describe?.();
  assert(description !== undefined);
  const { version, settings } = description;
  assertMatch(version, /^3\.\d+\.\d+$/);
  const { journal_mode, synchronous, busy_timeout, cache_size } = settings;
  assertEquals({ journal_mode, synchronous, busy_timeout, cache_size }, {
    journal_mode: "wal",
    synchronous: "full",
    busy_timeout: 1000,
    cache_size: -1024,
  });
  await connection.close();
  await prepared.close();
});

Deno.test("a file that is no database, or damaged, is refused with its path, and not changed", async () => {
  const text = "this is no database at all. ".repeat(400);
  const cases = [
    [0, "store.sqlite", "file is not a database"],
    [4, "store.denokv", "file is not a database"],
    [5, "store.lmdb", "it is not an LMDB database"],
  ] as const;
  for (const [index, name, reason] of cases) {
    using directory = temporaryDirectory();
    const path = `${directory.path}/${name}`;
    Deno.writeTextFileSync(path, text);
    const embedded = EMBEDDED[index]!;
    await assertRejects(() => prepare(embedded, { output: directory.path }), Error, `Cannot open ${path}: ${reason}`);
    assertEquals(Deno.readTextFileSync(path), text);
  }
  using directory = temporaryDirectory();
  Deno.mkdirSync(`${directory.path}/leveldb`);
  Deno.writeTextFileSync(`${directory.path}/leveldb/CURRENT`, "MANIFEST-000009\n");
  const error = await assertRejects(() => prepare(EMBEDDED[2]!, { output: directory.path }), Error);
  assertMatch(error.message, /^Cannot open \S+\/leveldb: (Corruption|IO error|NotFound)/);
});

Deno.test("a put in flight is heard of, however many gets follow each other without a pause", async () => {
  for (const embedded of EMBEDDED.filter(([name]) => ENGINES[name].takes.includes("in-flight"))) {
    const prepared = await prepare(embedded, { inFlight: 2 });
    const connection = await (await loadEngine(embedded[0])).connect(prepared.target);
    await connection.put(PaddedBytes.of("key"), PaddedBytes.of("value"));
    let isPut = false;
    const put = Promise.resolve(connection.put(PaddedBytes.of("other"), PaddedBytes.of("value"))).then(() =>
      isPut = true
    );
    const endsAtMs = performance.now() + 10_000;
    while (!isPut && performance.now() < endsAtMs) await valueOf(connection, "key");
    assert(isPut, embedded[0]);
    await put;
    await connection.close();
    await prepared.close();
  }
});

Deno.test("rocksdb says what it was opened with, as it has written that down itself", async () => {
  if (NO_ROCKSDB !== undefined) return;
  for (
    const [embedded, expected] of [
      [EMBEDDED[7]!, { sync: false, wal_recovery_mode: "kAbsoluteConsistency", manual_wal_flush: true }],
      [EMBEDDED[8]!, { sync: true, wal_recovery_mode: "kPointInTimeRecovery", manual_wal_flush: false }],
      [["rocksdb", { sync: "none", disableWal: "true" }] as const, { sync: false, disableWAL: true }],
    ] as const
  ) {
    const prepared = await prepare(embedded, {});
    const connection = await (await loadEngine("rocksdb")).connect(prepared.target);
    const { version = "", settings = {} } = await connection.describe?.() ?? {};
    assertMatch(version, /^\d+\.\d+\.\d+$/);
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, settings[name]]));
    assertEquals<Record<string, unknown>>(found, expected);
    if (embedded === EMBEDDED[7]) {
      assertEquals([settings.wal_bytes_per_sync, settings.write_buffer_size], [1 << 16, 1 << 20]);
    }
    await connection.close();
    await prepared.close();
  }
});

Deno.test("a damaged rocksdb, and a library that is none, are refused with their paths", async () => {
  if (NO_ROCKSDB !== undefined) return;
  using directory = temporaryDirectory();
  const output = directory.path;
  await (await prepare(EMBEDDED[8]!, { output })).close();
  Deno.writeTextFileSync(`${output}/rocksdb/CURRENT`, "MANIFEST-000099\n");
  for (let times = 0; times < 2; times++) {
    const error = await assertRejects(() => prepare(EMBEDDED[8]!, { output }), EngineError);
    assertMatch(error.message, /^Cannot open \S+\/rocksdb: (Corruption|IO error|NotFound): /);
  }
  const library = `${output}/librocksdb.so.1`;
  Deno.writeTextFileSync(library, "no library");
  const error = await assertRejects(() => prepare(["rocksdb", { sync: "none", library }], {}), HarnessError);
  assertMatch(error.message, /^Cannot load (\S+): \1: (file too short|invalid ELF header)/);
});

Deno.test("rocksdb's library is looked for where libraries are, and the newest in a directory is taken", () => {
  using directory = temporaryDirectory();
  const names = [
    "librocksdb.so.7.8",
    "librocksdb.so.10.2",
    "librocksdb.so.9.1.1",
    "librocksdbjni.so.11",
    "librocks.so",
  ];
  for (const name of names) Deno.writeTextFileSync(`${directory.path}/${name}`, "");
  const places = ["/nowhere", `${directory.path}/librocks.so`];
  assertEquals(findLibrary(places), undefined);
  assertEquals(findLibrary([...places, directory.path]), `${directory.path}/librocksdb.so.10.2`);
});

Deno.test("an lmdb file of which only the beginning is left, or of another version, is refused with its path", async () => {
  for (
    const [change, reason] of [
      [
        (path: string) => Deno.truncateSync(path, 5000),
        "it has 5000 B, must have at least the 8192 B of its meta pages",
      ],
      [(path: string) => Deno.truncateSync(path, 20), "it is not an LMDB database"],
      [(path: string) => {
        const bytes = Deno.readFileSync(path);
        bytes[28] = 1;
        Deno.writeFileSync(path, bytes);
      }, "its format is version 1, must be 2"],
    ] as const
  ) {
    using directory = temporaryDirectory();
    const path = `${directory.path}/store.lmdb`;
    await (await prepare(EMBEDDED[5]!, { output: directory.path })).close();
    change(path);
    await assertRejects(
      () => prepare(EMBEDDED[5]!, { output: directory.path }),
      EngineError,
      `Cannot open ${path}: ${reason}`,
    );
  }
});

Deno.test("an lmdb file of which the end is gone is refused with its path, and does not kill the process", async () => {
  // Of many pages, and of values that take several.
  for (const valueBytes of [100, 9000]) {
    using directory = temporaryDirectory();
    const path = `${directory.path}/store.lmdb`;
    const prepared = await prepare(EMBEDDED[6]!, { output: directory.path });
    const connection = await (await loadEngine("lmdb")).connect(prepared.target);
    const keys = Array.from({ length: 100_000 / valueBytes }, (_, record) => PaddedBytes.of(`key ${record}`));
    for (const key of keys) await connection.put(key, PaddedBytes.of("v".repeat(valueBytes)));
    await connection.close();
    await prepared.close();
    const whole = Deno.readFileSync(path);
    let refused = 0;
    for (let pages = 2; pages <= whole.length / 4096; pages++) {
      Deno.writeFileSync(path, whole.subarray(0, pages * 4096));
      const cut = await prepare(EMBEDDED[6]!, { output: directory.path }).catch((error) => error);
      if (cut instanceof Error) {
        assertInstanceOf(cut, EngineError);
        assertEquals(
          cut.message.replace(/page \d+ ends at \d+ B$/, "page N ends at N B"),
          `Cannot open ${path}: it is damaged: it has ${pages * 4096} B, its page N ends at N B`,
        );
        refused++;
        continue;
      }
      // What is not refused has everything.
      const rest = await (await loadEngine("lmdb")).connect(cut.target);
      const out = new PaddedBytes(valueBytes);
      for (const key of keys) assert(await rest.get(key, out) && out.length === valueBytes);
      await rest.close();
      await cut.close();
    }
    assert(refused > 20, String(refused));
  }
});

Deno.test("a database in which sqlite cannot make its table is refused with its path, and let go of", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/store.sqlite`;
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE other(k); CREATE INDEX kv ON other(k)");
  database.close();
  for (let times = 0; times < 2; times++) {
    await assertRejects(
      () => prepare(EMBEDDED[0]!, { output: directory.path }),
      EngineError,
      `Cannot write to ${path}: there is already an index named kv`,
    );
  }
});

Deno.test("denokv takes a batch of keys and values of any size, as many at a time as it allows", async () => {
  const prepared = await prepare(["denokv", {}], {});
  const connection = await (await loadEngine("denokv")).connect(prepared.target);
  const name = (record: number, size: number) => String(record).padStart(size, "k");
  const rows = [[16, 1000], [100, 1], [1024, 100], [1024, 10_000], [16, 65_536]] as const;
  for (const [keySize, valueSize] of rows) {
    const records = 1001;
    connection.preload.begin();
    for (let record = 0; record < records; record++) {
      connection.preload.put(PaddedBytes.of(name(record, keySize)), PaddedBytes.of("v".repeat(valueSize)));
    }
    await connection.preload.commit();
    for (const record of [0, 500, records - 1]) {
      assertEquals((await valueOf(connection, name(record, keySize)))?.length, valueSize);
    }
  }
  await connection.close();
  await prepared.close();
});

Deno.test("denokv refuses values that it cannot take, before anything is made", async () => {
  const message = "values of 65537 B, must be at most 65536 B";
  await assertRejects(() => prepare(["denokv", {}], { valueBytesMax: 65_537 }), Error, message);
});
