/**
 * Tests of what is recovered after a loss of power, by a model of what that leaves: nothing that was synced is lost,
 * and nothing is called damaged, whatever sectors of what was not synced are there; but a bit that flips in what was
 * synced is damage.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import fc from "fast-check";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { type PreparedFiles, prepareFiles } from "../../lib/backend/prepare.ts";
import { filePromises } from "../../lib/backend/file.ts";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { Rng } from "../../lib/load/rng.ts";
import type { SyncName } from "../../lib/persist/durability.ts";
import type { LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { attachPersistence } from "../../lib/persist/persistence.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import type { QueuedWrite, WriteQueue } from "../../lib/persist/write_queue.ts";
import type { Writer } from "../../lib/persist/writer.ts";
import { hashKey, shardOf } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { connectShared } from "../backend/shared.ts";
import { isFull, numberOption } from "../campaign/campaign.ts";
import { temporaryDirectory } from "../run/files.ts";
import { type LeftState, RecordedFiles } from "./recorded_files.ts";

/** Faster than a disk, where there is one. */
const MEMORY_DIRECTORY = Deno.build.os === "linux" ? "/dev/shm" : undefined;

const KEYS = { keyCount: 48, keyLengthMax: 8, valueLengthMax: 1200 };
const QUEUE_DEPTH = 8;

const POLICIES: readonly PersistencePolicy[] = [
  { kind: "periodic", flushPeriodUs: 60_000_000 },
  { kind: "asynchronous", queueDepth: QUEUE_DEPTH, queueMemoryBytes: 2 ** 20 },
  { kind: "commit", commitDelayUs: 0 },
  { kind: "synchronous", writePeriodUs: 0 },
];
const LAYOUTS: readonly LayoutOptions[] = [
  { kind: "snapshot", replace: "rename" },
  { kind: "snapshot", replace: "alternate" },
  { kind: "blocks", blockBytes: 4096 },
  { kind: "log", logBytes: 2 ** 13, pendingBytes: 2 ** 20 },
];

/** What is known of a store at some moment: up to which of its puts each shard is synced. */
interface Note {
  readonly moment: number;
  readonly puts: number;
  readonly synced: Float64Array;
}

/** One put: the number that its value begins with counts all puts of all runs. */
interface Put {
  readonly key: string;
  readonly shard: number;
  readonly version: number;
  readonly number: number;
}

/** What a run did, from opening the directory on. */
interface Recording {
  readonly files: RecordedFiles;
  readonly puts: readonly Put[];
  readonly notes: readonly Note[];
}

/** The number of the put that each key's value is of. */
type Found = ReadonlyMap<string, number>;

async function open(options: FileBackendOptions): Promise<PreparedFiles> {
  return await prepareFiles(options, KEYS, { abort: Abort.create(), clock: Clock.create(), threads: 1 });
}

/** Opens a directory, puts for some rounds, and stops as a loss of power would stop it. */
async function record(
  options: FileBackendOptions & { output: string },
  rng: Rng,
  before: Known,
  { rounds = 1 + rng.below(6), putsPerRound }: { rounds?: number; putsPerRound?: number } = {},
): Promise<Recording> {
  using files = new RecordedFiles(options.output);
  const notes: Note[] = [{ moment: 0, puts: 0, synced: before.synced }];
  const prepared = await open(options);
  try {
    const { store, ledger, queue } = prepared;
    const backend = connectShared(prepared.handle, 0);
    const { writer } = attachPersistence(prepared.persistence, 0);
    const { shards } = store.size;
    const puts: Put[] = [];
    const note = () => {
      const synced = Float64Array.from({ length: shards }, (_, shard) => ledger.syncedVersion(shard));
      notes.push({ moment: files.moment, puts: puts.length, synced });
    };
    note();
    let number = before.number;
    for (let round = 0; round < rounds; round++) {
      const putsMax = queue === undefined ? 24 : QUEUE_DEPTH;
      for (let count = putsPerRound ?? 1 + rng.below(putsMax); count > 0; count--) {
        const key = PaddedBytes.of(`k${rng.below(KEYS.keyCount)}`);
        const shard = shardOf(hashKey(key.words, key.length), shards);
        puts.push({ key: key.toString(), shard, version: store.version(shard) + 1, number: ++number });
        backend.put(key, PaddedBytes.of(`${number} ${"v".repeat(rng.below(KEYS.valueLengthMax - 12))}`));
        note();
      }
      write(writer, queue);
      while (writer.maintain());
      note();
    }
    if (rng.below(3) === 0) {
      writer.makeAllDurable();
      note();
    }
    return { files, puts, notes };
  } finally {
    prepared.directory.close();
  }
}

/** Has a writer do what the file worker would. */
function write(writer: Writer, queue: WriteQueue | undefined): void {
  if (queue === undefined) return writer.writeDirtyFiles();
  if (!writer.layout.supersedes) {
    if (queue.count === 0) return;
    queue.takeAll((item) => writer.accept(item));
    writer.flush();
    queue.releaseAll();
    return;
  }
  const item: QueuedWrite = { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  while (queue.count > 0) {
    queue.take(item);
    writer.accept(item);
    writer.flush();
    queue.release();
  }
}

/** What a cut must leave at least, and what it may leave. */
interface Known {
  readonly synced: Float64Array;
  readonly found: Found;
  /** The numbers of all puts of each key so far, which a disk has seen before its power was cut. */
  readonly everPut: ReadonlyMap<string, readonly number[]>;
  /** The number of the last put. */
  readonly number: number;
}

/** Opens what a cut has left; checks that nothing that was synced is gone, and returns what is there. */
async function recover(
  options: FileBackendOptions & { output: string },
  { puts, notes }: Recording,
  { moment, before, what }: { moment: number; before: Known; what: string },
): Promise<Known & { readonly lost: number }> {
  const note = notes.findLast((note) => note.moment <= moment) ?? notes[0]!;
  const begun = puts.slice(0, (notes.find((note) => note.moment > moment) ?? notes.at(-1)!).puts);
  using _ = new RecordedFiles(options.output);
  const { store, directory, filesSetAside } = await open(options);
  directory.close();
  const isSynced = options.sync !== "none";
  if (isSynced) assertEquals(filesSetAside.map(({ path, reason }) => `${path}: ${reason}`), [], what);
  const found = new Map<string, number>();
  const everPut = new Map<string, readonly number[]>();
  for (let n = 0; n < KEYS.keyCount; n++) {
    const key = `k${n}`;
    const value = store.getString(key);
    const number = value === undefined ? 0 : parseInt(value);
    if (number > 0) found.set(key, number);
    const own = begun.filter((put) => put.key === key);
    // Of what is never synced any older image may come back, where the newer ones are lost.
    const earlier = isSynced ? [before.found.get(key) ?? 0] : [0, ...before.everPut.get(key) ?? []];
    const may = [...earlier, ...own.map(({ number }) => number)];
    everPut.set(key, may);
    assert(may.includes(number), `${what}: ${key} is put ${number}, must be one of ${may}`);
    const safe = own.findLast(({ shard, version }) => version <= note.synced[shard]!)?.number ?? before.found.get(key);
    if (isSynced) assertGreaterOrEqual(number, safe ?? 0, `${what}: ${key}`);
  }
  const versions = Float64Array.from({ length: store.size.shards }, (_, shard) => store.version(shard));
  if (isSynced) {
    for (const [shard, version] of versions.entries()) {
      assertGreaterOrEqual(version, note.synced[shard]!, `${what}: shard ${shard}`);
    }
  }
  const acknowledged = puts.slice(0, note.puts);
  const lost = acknowledged.filter(({ shard, version }) => version > versions[shard]!).length;
  return { synced: versions, found, everPut, number: puts.at(-1)?.number ?? before.number, lost };
}

/** One store, cut twice: each time at some moment, which leaves some state. */
interface Scenario {
  readonly serializer: typeof SERIALIZER_NAMES[number];
  readonly policy: PersistencePolicy;
  readonly sync: SyncName;
  readonly files: number;
  readonly seed: number;
  readonly cuts: readonly LeftState[];
}

const anyState = fc.record({
  content: fc.constantFrom<LeftState["content"]>("none", "all", "prefix", "sectors", "sectors", "sectors"),
  seed: fc.nat(),
});

function anyScenario(syncs: readonly SyncName[]): fc.Arbitrary<Scenario> {
  return fc.record({
    serializer: fc.constantFrom(...SERIALIZER_NAMES),
    policy: fc.constantFrom(...POLICIES),
    sync: fc.constantFrom(...syncs),
    files: fc.constantFrom(1, 4, 16),
    seed: fc.nat(),
    cuts: fc.array(anyState, { minLength: 2, maxLength: 8 }),
  });
}

const SEED = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]! | 0;

/** Only for a renamed snapshot's own name it is trusted that the file system keeps the order of names and files. */
function namesOf(layout: LayoutOptions): "synced by themselves" | "synced with any file" {
  return layout.kind === "snapshot" && layout.replace === "rename" ? "synced with any file" : "synced by themselves";
}

/** Any moment of a recording; half of them are just before something is synced. */
function anyMoment({ moment, momentsBeforeSyncs: before }: RecordedFiles, rng: Rng): number {
  return rng.below(2) === 0 ? rng.below(moment + 1) : before[rng.below(before.length)] ?? moment;
}

/**
 * Cuts a store again and again, at moments that the seed draws, each time going on from what the cut before has left.
 */
async function cutAll(layout: LayoutOptions, scenario: Scenario): Promise<void> {
  const { serializer, policy, sync, files: fileCount, seed } = scenario;
  using directory = temporaryDirectory(MEMORY_DIRECTORY);
  const rng = new Rng(seed);
  const optionsOf = (output: string) => ({
    kind: "file" as const,
    output,
    fileCount,
    serializer,
    policy,
    layout,
    sync,
  });
  let output = `${directory.path}/0`;
  Deno.mkdirSync(output);
  let before: Known = { synced: new Float64Array(256), found: new Map(), everPut: new Map(), number: 0 };
  for (const [i, state] of scenario.cuts.entries()) {
    const recording = await record(optionsOf(output), rng, before);
    const moment = anyMoment(recording.files, rng);
    output = `${directory.path}/${i + 1}`;
    recording.files.leave(output, moment, { names: namesOf(layout), ...state });
    const what = `cut ${i + 1} at ${moment} of ${recording.files.moment}`;
    const { lost, ...left } = await recover(optionsOf(output), recording, { moment, before, what });
    const { powerLoss: { writesMax = Infinity } } = filePromises(optionsOf(output), 1);
    if (i === 0) {
      assert(lost <= writesMax, `${what}: lost ${lost} of acknowledged writes, promised at most ${writesMax}`);
    }
    before = left;
  }
}

Deno.test("a power loss costs no more writes than are promised, and more than a queue holds where a snapshot's name may be lost", async () => {
  const policy = POLICIES.find(({ kind }) => kind === "asynchronous")!;
  for (const sync of ["data", "full"] as const) {
    for (const replace of ["rename", "alternate"] as const) {
      using directory = temporaryDirectory(MEMORY_DIRECTORY);
      const optionsOf = (output: string) => ({
        kind: "file" as const,
        output: `${directory.path}/${output}`,
        fileCount: 2,
        serializer: "raw" as const,
        policy,
        layout: { kind: "snapshot", replace } as const,
        sync,
      });
      const options = optionsOf("run");
      Deno.mkdirSync(options.output);
      const before: Known = { synced: new Float64Array(2), found: new Map(), everPut: new Map(), number: 0 };
      const recording = await record(options, new Rng(1), before, { rounds: 4, putsPerRound: QUEUE_DEPTH });
      const { powerLoss: { writesMax = Infinity } } = filePromises(options, 1);
      let most = 0;
      for (let moment = 0; moment <= recording.files.moment; moment++) {
        const left = optionsOf(`${moment}`);
        recording.files.leave(left.output, moment, { content: "none", seed: 0, names: "synced with any file" });
        const { lost } = await recover(left, recording, {
          moment,
          before,
          what: `${replace} ${sync}, cut at ${moment}`,
        });
        most = Math.max(most, lost);
      }
      assert(most <= writesMax, `${replace} ${sync}: lost ${most}, promised at most ${writesMax}`);
      assertEquals(most > QUEUE_DEPTH + 1, replace === "rename" && sync === "data", `${replace} ${sync}: lost ${most}`);
    }
  }
});

for (const layout of LAYOUTS) {
  const name = layout.kind === "snapshot" ? layout.replace : layout.kind;
  Deno.test(`a power loss at any moment of the first few puts into ${name} costs nothing that was synced, and damages nothing`, async () => {
    using directory = temporaryDirectory(MEMORY_DIRECTORY);
    const optionsOf = (output: string) => ({
      kind: "file" as const,
      output: `${directory.path}/${output}`,
      fileCount: 2,
      serializer: "json" as const,
      policy: POLICIES[0]!,
      layout,
      sync: "data" as const,
    });
    Deno.mkdirSync(optionsOf("run").output);
    const before: Known = { synced: new Float64Array(256), found: new Map(), everPut: new Map(), number: 0 };
    const recording = await record(optionsOf("run"), new Rng(1), before, { rounds: 3, putsPerRound: 3 });
    for (let moment = 0; moment <= recording.files.moment; moment++) {
      for (const seed of [1, 2, 3]) {
        const left = optionsOf(`${moment}-${seed}`);
        recording.files.leave(left.output, moment, { content: "sectors", seed, names: namesOf(layout) });
        await recover(left, recording, { moment, before, what: `cut at ${moment}, seed ${seed}` });
      }
    }
  });

  Deno.test(`a power loss costs nothing that was synced and calls nothing damaged, whatever it leaves of ${name}`, async () => {
    const property = fc.asyncProperty(anyScenario(["data", "full"]), (scenario) => cutAll(layout, scenario));
    await fc.assert(property, { numRuns: isFull() ? 2000 : 10, seed: SEED });
  });

  Deno.test(`a power loss leaves of ${name} that is never synced what can be opened, with nothing that was never put`, async () => {
    const property = fc.asyncProperty(anyScenario(["none"]), (scenario) => cutAll(layout, scenario));
    await fc.assert(property, { numRuns: isFull() ? 500 : 4, seed: SEED });
  });
}
