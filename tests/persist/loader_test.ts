/**
 * Tests of the loader: what was written comes back, and what is damaged is set aside with nothing lost.
 *
 * @module
 */
import { decode } from "../codec/decode.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Codec, SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { ShardDirectory } from "../../lib/directory/directory.ts";
import { ShardFiles } from "../../lib/persist/layout/snapshot/shard_files.ts";
import { Ledger } from "../../lib/persist/ledger.ts";
import { type DirectorySurvey, loadDirectory, surveyDirectory } from "../../lib/persist/layout/snapshot/loader.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { otherSide, shardFileName, type Side } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import { hashKey } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { entryWords } from "../../lib/store/shard.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { UNIT_WORDS_MIN } from "../../lib/store/store_size.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { HOSTILE_TEXTS, utf8Length } from "../codec/fixtures.ts";
import {
  filesIn,
  isDirty,
  namesIn,
  persistedStore,
  persistenceOf,
  roomyStore,
  snapshotOf,
  TemporaryDirectory,
} from "./fixtures.ts";

const SHARDS = 5;
const ENTRIES = new Map([
  ...Array.from({ length: 200 }, (_, i) => [`Key${i}`, "foo".repeat(i % 7)] as const),
  ...HOSTILE_TEXTS.map((text) => [text, text] as const),
]);

/** An output directory with the files of a store that holds {@linkcode ENTRIES}. */
class Fixture implements Disposable {
  readonly serializer: SerializerName;
  readonly store: SharedStore;
  readonly #parent = new TemporaryDirectory();
  readonly path = this.#parent.path;

  constructor(serializer: SerializerName) {
    this.serializer = serializer;
    const { store, writer } = persistedStore({ directory: this.path, shards: SHARDS, serializer });
    this.store = store;
    for (const key of ENTRIES.keys()) store.putString(key, "x");
    for (const [key, value] of ENTRIES) store.putString(key, value);
    writer.rewriteStaleFiles();
  }

  pathOf(shard: number, side?: Side): string {
    return `${this.path}/${shardFileName(shard, SHARDS, this.serializer, side)}`;
  }

  /** The entries of one shard. */
  entriesOf(shard: number): [string, string][] {
    return [...ENTRIES].filter(([key]) => shardOf(key) === shard);
  }

  /** Opens the directory as a run does, and loads it into a store of exactly the size surveyed. */
  async load(): Promise<Loaded> {
    const { serializer, path } = this;
    const codec = CODECS[serializer];
    const directory = ShardDirectory.open({ path, layout: "snapshot", files: SHARDS, serializer });
    try {
      const survey = await surveyDirectory(directory, { codec, shards: SHARDS });
      const size = {
        shards: SHARDS,
        entriesPerShard: Math.max(1, survey.entriesPerShardMax),
        arenaWordsPerShard: Math.max(
          1,
          survey.arenaWordsPerShardMax + survey.entriesPerShardMax * (UNIT_WORDS_MIN - 1),
        ),
      };
      const store = SharedStore.create(size, Abort.create());
      const ledger = Ledger.create(SHARDS);
      await loadDirectory(survey, { codec, store, ledger });
      return { survey, store, ledger };
    } finally {
      directory.close();
    }
  }

  [Symbol.dispose](): void {
    this.#parent[Symbol.dispose]();
  }
}

interface Loaded {
  readonly survey: DirectorySurvey;
  readonly store: SharedStore;
  readonly ledger: Ledger;
}

function shardOf(key: string): number {
  const padded = PaddedBytes.of(key);
  return SIZING_STORE.shardOf(hashKey(padded.words, padded.length));
}

const SIZING_STORE = roomyStore(SHARDS);

/** Asserts that a store holds all entries but those of one shard, of which it holds none. */
function assertHolds(fixture: Fixture, { store, ledger }: Loaded, missing?: number): void {
  for (let shard = 0; shard < SHARDS; shard++) {
    const present = shard !== missing;
    for (const [key, value] of fixture.entriesOf(shard)) {
      assertEquals(store.getString(key), present ? value : undefined, JSON.stringify(key));
    }
    assertEquals(store.count(shard), present ? fixture.entriesOf(shard).length : 0);
    assertEquals(store.version(shard), present ? fixture.store.version(shard) : 0);
    assertEquals(ledger.writtenVersion(shard), store.version(shard));
  }
}

/** The shards of which there is a file to load. */
function shardsOf({ files }: DirectorySurvey): number[] {
  return files.map(({ shard }) => shard);
}

/** A snapshot of shard 2, sound but for a last key that belongs to another shard. */
function withKeyOf(shard: number, codec: Codec): Uint8Array<ArrayBuffer> {
  const keys = [...ENTRIES.keys()].filter((key) => key.startsWith("Key"));
  const own = keys.filter((key) => shardOf(key) === 2);
  const foreign = keys.filter((key) => shardOf(key) === shard).slice(0, 1);
  const entries = Object.fromEntries([...own, ...foreign].map((key) => [key, "foo"]));
  return snapshotOf(codec, entries, { shard: 2, shards: SHARDS, version: 9 });
}

for (const serializer of SERIALIZER_NAMES) {
  const codec = CODECS[serializer];

  Deno.test(`loadDirectory() brings back the entries and versions of ${serializer} files, and leaves them alone`, async () => {
    using fixture = new Fixture(serializer);
    const before = filesIn(fixture.path);
    assertEquals(before.length, SHARDS);

    const loaded = await fixture.load();

    assertHolds(fixture, loaded);
    assertEquals(filesIn(fixture.path, (name) => name !== "LOCK"), before);
    const { store, ledger } = loaded;
    for (let shard = 0; shard < SHARDS; shard++) {
      assertFalse(isDirty(loaded, shard));
      assertEquals(ledger.writtenVersion(shard), store.version(shard));
      // Whoever wrote the files may not have synced them.
      assertEquals([ledger.dirtySinceMs(shard), ledger.syncedVersion(shard)], [0, 0]);
    }
  });

  Deno.test(`surveyDirectory() says how much the ${serializer} files hold, in all and in the fullest`, async () => {
    using fixture = new Fixture(serializer);
    const { survey } = await fixture.load();
    const shards = [0, 1, 2, 3, 4];
    const words = shards.map((shard) => {
      return fixture.entriesOf(shard)
        .reduce((sum, [key, value]) => sum + entryWords(utf8Length(key), utf8Length(value)), 0);
    });
    assertEquals({ ...survey, files: survey.files.map(({ path, shard }) => ({ path, shard })) }, {
      files: shards.map((shard) => ({ path: fixture.pathOf(shard), shard })),
      entries: ENTRIES.size,
      entriesPerShardMax: Math.max(...shards.map((shard) => fixture.entriesOf(shard).length)),
      arenaWordsPerShardMax: Math.max(...words),
      setAside: [],
      torn: [],
    });
  });

  Deno.test(`surveyDirectory() finds nothing when there are no ${serializer} files`, async () => {
    using fixture = new Fixture(serializer);
    for (let shard = 0; shard < SHARDS; shard++) Deno.removeSync(fixture.pathOf(shard));
    const { survey, store } = await fixture.load();
    assertEquals(survey, {
      files: [],
      entries: 0,
      entriesPerShardMax: 0,
      arenaWordsPerShardMax: 0,
      setAside: [],
      torn: [],
    });
    assertEquals(store.version(0), 0);
  });

  Deno.test(`loadDirectory() takes a ${serializer} file without entries, and the others, when some are missing`, async () => {
    using fixture = new Fixture(serializer);
    Deno.removeSync(fixture.pathOf(0));
    Deno.writeFileSync(fixture.pathOf(1), snapshotOf(codec, {}, { shard: 1, shards: SHARDS, version: 77 }));
    const { survey, store, ledger } = await fixture.load();
    assertEquals(shardsOf(survey), [1, 2, 3, 4]);
    assertEquals([0, 1].map((shard) => store.version(shard)), [0, 77]);
    assertEquals([0, 1].map((shard) => ledger.writtenVersion(shard)), [0, 77]);
    for (const [key, value] of fixture.entriesOf(4)) assertEquals(store.getString(key), value);
  });

  /** What may become of a file's bytes, and what is said of it then. */
  const damages: readonly [name: string, damage: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array, reason: RegExp][] = [
    ["is empty", () => new Uint8Array(0), /./],
    ["is cut off in the middle", (bytes) => bytes.subarray(0, bytes.length >> 1), /./],
    ["lacks its last byte", (bytes) => bytes.subarray(0, -1), /./],
    ["has a byte too many", (bytes) => Uint8Array.of(...bytes, 0x20), /./],
    ["is text of another kind", () => new TextEncoder().encode("Dear diary,\n"), /./],
    ["is JSON of another kind", () => new TextEncoder().encode('{"shard":2,"shards":5}\n'), /./],
    ["is zeros", (bytes) => new Uint8Array(bytes.length), /./],
    ["is another shard's", () => snapshotOf(codec, {}, { shard: 3, shards: SHARDS }), /^it is shard 3 of 5$/],
    ["is of another number of shards", () => snapshotOf(codec, {}, { shard: 2, shards: 6 }), /^it is shard 2 of 6$/],
    ["has a foreign key", () => withKeyOf(3, codec), /^its key "Key\d+" belongs to shard 3$/],
  ];

  for (const [name, damage, reason] of damages) {
    Deno.test(`surveyDirectory() sets a ${serializer} file aside, and the rest is loaded, when it ${name}`, async () => {
      using fixture = new Fixture(serializer);
      const bytes = Uint8Array.from(damage(Deno.readFileSync(fixture.pathOf(2))));
      Deno.writeFileSync(fixture.pathOf(2), bytes);
      const before = filesIn(fixture.path);

      const loaded = await fixture.load();

      const { entries, setAside } = loaded.survey;
      assertEquals(shardsOf(loaded.survey), [0, 1, 3, 4]);
      assertEquals(entries, ENTRIES.size - fixture.entriesOf(2).length);
      assertEquals(setAside.map(({ path }) => path), [fixture.pathOf(2)]);
      assertMatch(setAside[0]?.reason ?? "", reason);
      assertMatch(setAside[0]?.reason ?? "", /^.+$/);
      assertHolds(fixture, loaded, 2);
      assertSameButRenamed(fixture, before, loaded.survey);
    });
  }

  Deno.test(`surveyDirectory() sets a ${serializer} file aside when any bit of it has flipped`, async () => {
    using fixture = new Fixture(serializer);
    const sound = Deno.readFileSync(fixture.pathOf(2));
    for (let flip = 0; flip < 24; flip++) {
      const bytes = Uint8Array.from(sound);
      bytes[Math.floor(flip / 24 * bytes.length)]! ^= 1 << (flip % 8);
      Deno.writeFileSync(fixture.pathOf(2), bytes);
      const { survey } = await fixture.load();
      assertEquals(shardsOf(survey), [0, 1, 3, 4], `flip ${flip}`);
      assertEquals(Deno.readFileSync(survey.setAside[0]?.backupPath ?? ""), bytes);
    }
    Deno.writeFileSync(fixture.pathOf(2), sound);
    assertHolds(fixture, await fixture.load());
  });

  Deno.test(`surveyDirectory() sets aside what cannot be read in place of a ${serializer} file`, async () => {
    using fixture = new Fixture(serializer);
    Deno.removeSync(fixture.pathOf(2));
    Deno.mkdirSync(fixture.pathOf(2));
    Deno.writeTextFileSync(`${fixture.pathOf(2)}/inside`, "content");
    const loaded = await fixture.load();
    assertHolds(fixture, loaded, 2);
    const [setAside] = loaded.survey.setAside;
    assertEquals(setAside?.reason, "it cannot be read: Is a directory (os error 21)");
    assertEquals(Deno.readTextFileSync(`${setAside?.backupPath}/inside`), "content");
  });

  Deno.test(`surveyDirectory() refuses, and sets nothing aside, when the process may not or cannot read a ${serializer} file`, async () => {
    using fixture = new Fixture(serializer);
    const before = filesIn(fixture.path, (name) => name !== "LOCK");
    const { readFileSync } = Deno;
    for (
      const [code, reason] of [["EACCES", "Permission denied"], ["EMFILE", "Too many open files"], ["EIO", "I/O error"]]
    ) {
      Deno.readFileSync = () => {
        throw Object.assign(new Error(`${reason} (os error 1)`), { code });
      };
      try {
        const error = await assertRejects(() => fixture.load(), PersistError);
        assertStringIncludes(error.message, `${reason} (os error 1)`);
      } finally {
        Deno.readFileSync = readFileSync;
      }
    }
    assertEquals(filesIn(fixture.path, (name) => name !== "LOCK"), before);
    assertHolds(fixture, await fixture.load());
  });

  Deno.test(`surveyDirectory() sets every ${serializer} file aside when all are damaged, and the next run starts`, async () => {
    using fixture = new Fixture(serializer);
    for (let shard = 0; shard < SHARDS; shard++) Deno.truncateSync(fixture.pathOf(shard), 50 + shard);
    const before = filesIn(fixture.path);
    const { survey, ...target } = await fixture.load();
    assertEquals(survey.files, []);
    assertEquals(survey.setAside.map(({ path }) => path), before.map(({ name }) => `${fixture.path}/${name}`));
    assertSameButRenamed(fixture, before, survey);

    target.store.restoreVersion(0, 1);
    persistenceOf(target, { directory: fixture.path, serializer }).writer.rewriteStaleFiles();
    const again = await fixture.load();
    assertEquals(shardsOf(again.survey), [0]);
    assertEquals(again.survey.setAside, []);
    assertEquals(namesIn(fixture.path).length, SHARDS + 1 + 1);
  });

  Deno.test(`loadDirectory() names the path when a ${serializer} file is damaged after the survey, and keeps it`, async () => {
    using fixture = new Fixture(serializer);
    const path = fixture.path;
    const directory = ShardDirectory.open({ path, layout: "snapshot", files: SHARDS, serializer });
    const survey = await surveyDirectory(directory, { codec, shards: SHARDS });
    Deno.truncateSync(fixture.pathOf(3), 20);
    const before = filesIn(path);
    const target = { codec, store: roomyStore(SHARDS), ledger: Ledger.create(SHARDS) };
    const error = await assertRejects(() => loadDirectory(survey, target), PersistError);
    assert(error.message.startsWith(`Cannot load ${fixture.pathOf(3)}: `));
    assertEquals(target.ledger.writtenVersion(3), 0);
    assertGreater(target.ledger.writtenVersion(2), 0);
    assertEquals(filesIn(path), before);
    directory.close();
  });

  for (const newer of ["a", "b"] as const) {
    Deno.test(`loadDirectory() takes the newer of a shard's two ${serializer} files, and the next goes over the other: ${newer}`, async () => {
      using fixture = new Fixture(serializer);
      writeSides(fixture, newer);
      const before = filesIn(fixture.path);

      const loaded = await fixture.load();

      assertHolds(fixture, loaded);
      const { survey, store } = loaded;
      assertEquals([survey.files[2]?.path, survey.files[2]?.side], [fixture.pathOf(2, newer), newer]);
      assertEquals([survey.files.length, survey.entries, survey.setAside], [SHARDS, ENTRIES.size, []]);
      assertEquals(filesIn(fixture.path, (name) => name !== "LOCK"), before);

      store.restoreVersion(2, store.version(2) + 1);
      const shardFiles = ShardFiles.create(SHARDS);
      for (const { shard, side } of survey.files) shardFiles.setNewest(shard, side);
      const files = { directory: fixture.path, serializer, replace: "alternate" } as const;
      persistenceOf({ ...loaded, shardFiles }, files).writer.rewriteStaleFiles();
      assertEquals(shardFiles.newest(2), otherSide(newer));
      const written = decode(codec, Deno.readFileSync(fixture.pathOf(2, otherSide(newer))));
      assertEquals(written.version, store.version(2));
      const isOther = (name: string) => name !== "LOCK" && !fixture.pathOf(2, otherSide(newer)).endsWith(name);
      assertEquals(
        filesIn(fixture.path, isOther),
        before.filter(({ name }) => isOther(name)),
      );
    });

    Deno.test(`surveyDirectory() falls back on a shard's older ${serializer} file when the newer is torn, and mends that: ${newer}`, async () => {
      using fixture = new Fixture(serializer);
      writeSides(fixture, newer);
      const path = fixture.pathOf(2, newer);
      const { size } = Deno.statSync(path);
      tear(path);

      const { survey, store, ledger } = await fixture.load();

      assertEquals([survey.files[2]?.path, survey.files[2]?.side], [
        fixture.pathOf(2, otherSide(newer)),
        otherSide(newer),
      ]);
      assertEquals(survey.setAside, []);
      const [torn] = survey.torn;
      assertEquals([survey.torn.length, torn?.path, torn?.cutBytes], [1, path, size]);
      assertMatch(
        torn?.reason ?? "",
        new RegExp(`; ${shardFileName(2, SHARDS, serializer, otherSide(newer))} is used$`),
      );
      assertEquals(Deno.readFileSync(path), Deno.readFileSync(fixture.pathOf(2, otherSide(newer))));
      assertEquals([store.count(2), store.version(2)], [1, fixture.store.version(2) - 1]);
      assertEquals(ledger.writtenVersion(2), store.version(2));
      assertEquals(store.getString(fixture.entriesOf(2)[0]?.[0] ?? ""), "older");
    });
  }

  Deno.test(`surveyDirectory() sets a ${serializer} file of two aside that no write cut short explains`, async () => {
    using fixture = new Fixture(serializer);
    // Beside a file that was renamed, neither of the two is ever overwritten before it was whole.
    const bytes = snapshotOf(codec, {}, { shard: 2, shards: SHARDS });
    Deno.writeFileSync(fixture.pathOf(2, "a"), bytes.subarray(0, 30));
    // Whole, but of another shard.
    Deno.writeFileSync(fixture.pathOf(3, "a"), snapshotOf(codec, {}, { shard: 3, shards: SHARDS }));
    Deno.writeFileSync(fixture.pathOf(3, "b"), bytes);
    // Both unsound.
    for (const side of ["a", "b"] as const) Deno.writeFileSync(fixture.pathOf(4, side), bytes.subarray(0, 30));
    const loaded = await fixture.load();
    assertHolds(fixture, loaded);
    const { setAside, torn } = loaded.survey;
    const damaged = [[2, "a"], [3, "b"], [4, "a"], [4, "b"]] as const;
    assertEquals(setAside.map(({ path }) => path), damaged.map(([shard, side]) => fixture.pathOf(shard, side)));
    assertEquals(torn, []);
  });

  Deno.test(`loadDirectory() takes the newest ${serializer} file of a shard that has one of its own beside two`, async () => {
    using fixture = new Fixture(serializer);
    const version = fixture.store.version(2);
    for (const [side, older] of [["a", 2], ["b", 1]] as const) {
      const as = { shard: 2, shards: SHARDS, version: version - older };
      Deno.writeFileSync(fixture.pathOf(2, side), snapshotOf(codec, {}, as));
    }
    const loaded = await fixture.load();
    assertHolds(fixture, loaded);
    assertEquals(loaded.survey.files[2]?.side, undefined);
  });
}

/** Asserts that the files are as before, those set aside under their new names. */
function assertSameButRenamed(fixture: Fixture, before: ReturnType<typeof filesIn>, survey: DirectorySurvey): void {
  const newNames = new Map(survey.setAside.map(({ path, backupPath }) => [path, backupPath]));
  for (const { path, backupPath } of survey.setAside) {
    assertMatch(backupPath.replace(path, ""), /^\.corrupt-\d{8}T\d{6}\.\d{3}Z(-\d+)?$/);
  }
  const expected = before.map((file) => {
    const path = `${fixture.path}/${file.name}`;
    return { ...file, name: (newNames.get(path) ?? path).slice(fixture.path.length + 1) };
  }).sort((a, b) => a.name < b.name ? -1 : 1);
  assertEquals(filesIn(fixture.path, (name) => name !== "LOCK"), expected);
}

/** Gives shard 2 two files: its snapshot as it was on one side, and one of the version before on the other. */
function writeSides(fixture: Fixture, newer: Side): void {
  const as = { shard: 2, shards: SHARDS, version: fixture.store.version(2) - 1 };
  const entries = { [fixture.entriesOf(2)[0]?.[0] ?? ""]: "older" };
  Deno.renameSync(fixture.pathOf(2), fixture.pathOf(2, newer));
  Deno.writeFileSync(fixture.pathOf(2, otherSide(newer)), snapshotOf(CODECS[fixture.serializer], entries, as));
}

/** Leaves a file as a write in place does that was cut short: its beginning is new, the rest is old. */
function tear(path: string): void {
  const bytes = Deno.readFileSync(path);
  bytes.fill(0x20, 30);
  Deno.writeFileSync(path, bytes);
}
