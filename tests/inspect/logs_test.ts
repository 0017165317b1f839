/**
 * Tests of inspecting and exporting directories of logs: what they say is what a run would load, and nothing is
 * touched.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { decodeCbor } from "@std/cbor";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { prepareFiles } from "../../lib/backend/prepare.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { exportDirectory, type ExportOptions } from "../../lib/inspect/export.ts";
import { inspectDirectory, isDamaged } from "../../lib/inspect/inspect.ts";
import { sharesOf } from "../../lib/load/operation.ts";
import { mixKeySpace } from "../../lib/load/workload.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { RecordKeys } from "../../lib/load/record.ts";
import { ShardDirectory } from "../../lib/directory/directory.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { run } from "../../lib/run/runner.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { concat, sortedEntries } from "../codec/fixtures.ts";
import { contentOf, namesIn, temporaryDirectory } from "../run/files.ts";
import { modelKeys } from "../run/modelled_keys.ts";
import { stateOf } from "./stored_files.ts";

const GENTLY = { forceRead: false };
const LOGS = 2;
const LOAD = { threads: 1, loadTimeMs: 1000, pattern: "unthrottled", seed: 7 } as const;
const MIX = { ...NUMBERED_SEED_MIX, keyCount: 2000, keyCountMax: 2000, preload: true };

function backendOf(output: string, serializer: SerializerName): FileBackendOptions {
  return {
    kind: "file",
    output,
    fileCount: LOGS,
    serializer,
    policy: { kind: "synchronous", writePeriodUs: 0 },
    layout: { kind: "log", logBytes: 2 ** 16, pendingBytes: 2 ** 20 },
    sync: "none",
  };
}

/** What {@linkcode fill} fills a directory with, by serializer. */
const filled = new Map<SerializerName, { files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>; puts: number }>();

/** Bytes that the last segment of each log has at least, some records: a log may go on in the next one at any time. */
const LAST_BYTES_MIN = 1000;

/**
 * Fills a directory with logs that were preloaded, of which each has a checkpoint then, and put more; then a little
 * more, until the last segment of each has records. They are written once. Returns the number of puts.
 */
async function fill(output: string, serializer: SerializerName): Promise<number> {
  const known = filled.get(serializer);
  if (known !== undefined) {
    for (const [name, bytes] of known.files) Deno.writeFileSync(`${output}/${name}`, bytes);
    return known.puts;
  }
  const backend = backendOf(output, serializer);
  const runs = [await run({ ...LOAD, ops: 8_000, workload: MIX, backend })];
  const lastBytes = (log: number) => Deno.statSync(lastSegment(output, log)).size;
  while (runs.length < 2 || lastBytes(0) < LAST_BYTES_MIN || lastBytes(1) < LAST_BYTES_MIN) {
    runs.push(await run({ ...LOAD, ops: 100, workload: { ...MIX, preload: false }, backend }));
  }
  const puts = MIX.keyCount + runs.flatMap(({ threads }) => threads).reduce((sum, { writes }) => sum + writes, 0);
  filled.set(serializer, { files: contentOf(output), puts });
  return puts;
}

/** What a run that opens the directory has in its store. */
async function loaded(output: string, serializer: SerializerName): Promise<Record<string, string>> {
  const context = { abort: Abort.create(), clock: Clock.create(), threads: 1 };
  const { store, directory } = await prepareFiles(backendOf(output, serializer), mixKeySpace(MIX), context);
  directory.close();
  const keys = new RecordKeys(MIX);
  const key = keys.createKey();
  const entries: Record<string, string> = {};
  for (let record = 0; record < MIX.keyCount; record++) {
    keys.write(record, key);
    const value = store.getString(key.toString());
    if (value !== undefined) entries[key.toString()] = value;
  }
  return entries;
}

/** Exports a directory as one document, and checks that nothing in it is touched. */
function exported(path: string, options: Partial<ExportOptions> = {}) {
  const before = stateOf(path);
  const document = concat(...exportDirectory(path, { ...GENTLY, format: "json", ...options }));
  assertEquals(stateOf(path), before);
  const read = options.format === "cbor" ? decodeCbor(document) : JSON.parse(new TextDecoder().decode(document));
  return read as { format: string; shards: number; count: number; entries: Record<string, string> };
}

function inspect(path: string) {
  const before = stateOf(path);
  const inspection = inspectDirectory(path, GENTLY);
  assertEquals(stateOf(path), before);
  return inspection;
}

/** The path of the last segment of a log, by name. */
function lastSegment(path: string, log: number): string {
  const names = namesIn(path).filter((name) => name.startsWith(`log-000${log}`) && !name.includes("checkpoint"));
  return `${path}/${names.sort().at(-1)}`;
}

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`inspectDirectory() and exportDirectory() agree with a run on logs in ${serializer}`, async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const puts = await fill(path, serializer);

    const { kind, totals, parts } = inspect(path);
    assertEquals(kind, { layout: "log", files: LOGS, serializer });
    assertEquals(totals.versionSum, puts);
    const { torn, superseded, damaged, temporary } = totals.health;
    assertEquals([torn, superseded, damaged, temporary], [0, 0, 0, 0]);
    assertEquals([totals.missingParts, totals.unreadableParts], [0, 0]);
    assertEquals(totals.entries, MIX.keyCount);
    assertEquals(totals.files, namesIn(path).filter((name) => name.startsWith("log-")).length);
    for (const { files } of parts) {
      for (const { path, bytes } of files) assertEquals(bytes, Deno.statSync(path).size);
      assertEquals(files.filter(({ entries }) => entries !== undefined).length, 1, "one checkpoint");
    }

    const [json, cbor] = [exported(path), exported(path, { format: "cbor" })];
    const expected = sortedEntries(await loaded(path, serializer));
    assertEquals(totals.entries, expected.length);
    for (const { format, shards, count, entries } of [json, cbor]) {
      assertEquals([format, shards, count], ["kvlab-export/1", 256, expected.length]);
      assertEquals(sortedEntries(entries), expected);
    }
  });

  Deno.test(`inspectDirectory() counts deletes in logs in ${serializer}, and no deleted key is exported`, async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const backend = backendOf(path, serializer);
    await run({ ...LOAD, ops: 1, workload: MIX, backend });
    const records = inspect(path).totals.records;
    const workload = { ...MIX, preload: false, shares: sharesOf({ read: 0.1, update: 0.5, delete: 0.4 }) };
    const before = Object.keys(exported(path).entries);
    // So few that no checkpoint takes their place.
    const { threads } = await run({ ...LOAD, ops: 400, workload, backend });

    const model = modelKeys(workload, { seed: LOAD.seed, threadOps: threads.map(({ ops }) => ops), before });
    const { totals, parts } = inspect(path);
    assertEquals(totals.deletes, model.removedMin);
    assertEquals(totals.records, records + threads[0]!.writes - model.deletes + model.removedMin);
    assertEquals(
      parts.flatMap(({ files }) => files).reduce((sum, { deletes = 0 }) => sum + deletes, 0),
      totals.deletes,
    );
    const { entries } = exported(path);
    assertEquals(new Set(Object.keys(entries)), model.there);
    assert(model.removedMin > 50 && model.deletes > model.removedMin, JSON.stringify(model));

    // Cut short it is torn; with a wrong byte further ahead, damaged from there on.
    const segment = lastSegment(path, 0);
    Deno.truncateSync(segment, Deno.statSync(segment).size - 3);
    assertEquals(isDamaged(inspect(path)), false);
    const bytes = Deno.readFileSync(segment);
    bytes[bytes.length - 400]! ^= 4;
    Deno.writeFileSync(segment, bytes);
    const damaged = inspect(path).totals;
    assert(damaged.health.damaged === 1 && damaged.deletes < totals.deletes && damaged.deletes > 0);
  });

  Deno.test(`a torn log in ${serializer} is exported up to its end, with a warning`, async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const puts = await fill(path, serializer);
    const segment = lastSegment(path, 1);
    Deno.truncateSync(segment, Deno.statSync(segment).size - 3);
    const name = segment.slice(path.length + 1);

    const { totals, parts } = inspect(path);
    assertEquals([totals.versionSum, totals.health.torn, totals.unreadableParts], [puts - 1, 1, 0]);
    assert(!isDamaged(inspect(path)), "a crash may cut a log short");
    const [file] = parts[1]?.files.filter(({ health }) => health === "torn") ?? [];
    assertEquals(file?.name, name);
    assertMatch(file?.reason ?? "", /^torn tail of \d+ bytes from byte \d+ on, never synced$/);

    const warnings: string[] = [];
    const { entries } = exported(path, { onWarning: (message) => warnings.push(message) });
    assertEquals(warnings.length, 1);
    assertStringIncludes(warnings[0]!, `cut short, exported up to there: ${name}: torn tail of `);
    assertEquals(sortedEntries(entries), sortedEntries(await loaded(path, serializer)));
  });

  Deno.test(`a damaged log in ${serializer} is reported, and not exported before its files are moved away`, async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    await fill(path, serializer);
    const segment = lastSegment(path, 0);
    const bytes = Deno.readFileSync(segment);
    // In one of the last records, but not the last.
    bytes[bytes.length - 100]! ^= 4;
    Deno.writeFileSync(segment, bytes);
    const name = segment.slice(path.length + 1);

    const { totals, parts } = inspect(path);
    assertEquals([totals.health.damaged, totals.unreadableParts], [1, 1]);
    assertEquals(parts[0]?.files.find(({ health }) => health === "damaged")?.name, name);
    const refused = assertThrows(() => exported(path), PersistError).message;
    assertStringIncludes(refused, `Cannot export ${path}: damaged files of log 0 (${name}: damaged at byte `);
    assertMatch(refused, /; move them and STORE away to export the rest$/);

    Deno.removeSync(segment);
    // STORE lists it, and so may a checkpoint, which stands at no certain place.
    assertMatch(
      assertThrows(() => exported(path), PersistError).message,
      new RegExp(`${name} is gone, (which|though) `),
    );
    const others = namesIn(path).filter((name) => name === "STORE" || name.startsWith("log-0000-"));
    for (const name of others) Deno.removeSync(`${path}/${name}`);
    const { entries } = exported(path);
    assertEquals(sortedEntries(entries), sortedEntries(await loaded(path, serializer)));
  });
}

Deno.test("inspectDirectory() calls segments being made temporary, and a log without files missing", () => {
  using directory = temporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/log-0001-of-0003.00000001.raw.tmp`, "");
  const { kind, totals, parts } = inspect(directory.path);
  assertEquals([kind.layout, kind.files, totals.files, totals.missingParts], ["log", 3, 0, 3]);
  assertEquals(parts.map(({ files }) => files.map(({ health }) => health)), [[], ["temporary"], []]);
  assertEquals(exported(directory.path).count, 0);
});

Deno.test("inspectDirectory() refuses logs and snapshots in one directory, and names the layouts", () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  Deno.writeTextFileSync(`${path}/log-0000-of-0002.00000001.json`, "");
  Deno.writeTextFileSync(`${path}/shard-0000-of-0002.json`, "");
  const { message } = assertThrows(() => inspectDirectory(path, GENTLY), PersistError);
  assertStringIncludes(message, "1 of --layout=log --file-count=2 --serializer=json (such as log-0000");
  assertStringIncludes(message, "1 of --layout=snapshot --file-count=2 --serializer=json (such as shard-0000");
});

Deno.test("inspectDirectory() names the log files that were set aside", () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  const aside = "log-0000-of-0001.00000001.json.corrupt-20260102T030405.678Z";
  Deno.writeTextFileSync(`${path}/log-0000-of-0001.00000002.json`, "");
  Deno.writeTextFileSync(`${path}/${aside}`, "");
  assertEquals(inspect(path).setAsideNames, [aside]);
});

Deno.test("exportDirectory() of logs that a kvlab has is refused, or forced", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  await fill(path, "json");
  const running = ShardDirectory.open({ path, layout: "log", files: LOGS, serializer: "json" });
  try {
    assertThrows(() => exported(path), PersistError, "it is locked by another kvlab");
    const pieces = exportDirectory(path, { forceRead: true, format: "json" });
    const head = pieces.next().value;
    assert(head instanceof Uint8Array);
    // What it has begun with is whole, whatever becomes of the files.
    const before = exported(path, { forceRead: true });
    for (const name of namesIn(path).filter((name) => name.startsWith("log-"))) Deno.removeSync(`${path}/${name}`);
    assertEquals(JSON.parse(new TextDecoder().decode(concat(head, ...pieces))), before);
  } finally {
    running.close();
  }
});
