/**
 * Schedules of the file backend end to end: puts through its connection, the file worker, real layouts and codecs, on a
 * file system in shared memory. At any moment a crash of the process must leave what is acknowledged.
 *
 * @module
 */
import { connectFile } from "../../../lib/backend/file_connection.ts";
import type { SyncName } from "../../../lib/persist/durability.ts";
import { FileLocks } from "../../../lib/persist/file_locks.ts";
import { layoutOf, type LayoutOptions } from "../../../lib/persist/layout/layouts.ts";
import { Ledger } from "../../../lib/persist/ledger.ts";
import { attachPersistence } from "../../../lib/persist/persistence.ts";
import type { PersistenceHandle } from "../../../lib/persist/persistence_handle.ts";
import { type PersistencePolicy, policyOf } from "../../../lib/persist/policy/policies.ts";
import { FILE_WRITER, WriteMeter } from "../../../lib/persist/write_meter.ts";
import { WriteQueue } from "../../../lib/persist/write_queue.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../../lib/store/shared_store.ts";
import { Abort } from "../../../lib/sync/abort.ts";
import { Doorbell } from "../../../lib/sync/doorbell.ts";
import { DRAINING, Phase } from "../../../lib/sync/phase.ts";
import { unscheduled } from "../mark.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";
import { attachFiles, createFiles, DIRECTORY } from "./memory_files.ts";

interface Load {
  readonly layout: LayoutOptions;
  readonly policy: PersistencePolicy;
  readonly sync?: SyncName;
  /**
   * Workers that put, and how often each; then comes the file worker, then the one that sees what a crash would leave.
   */
  readonly putters: number;
  readonly puts: number;
  /** Whether every second one is a delete instead, of what the one before has put. */
  readonly deletes?: boolean;
}

/** Whether the write with this number, of a worker's from 1 on, is a delete. */
function isDelete({ deletes = false }: Load, write: number): boolean {
  return deletes && write % 2 === 0;
}

const COMMIT: PersistencePolicy = { kind: "commit", commitDelayUs: 0 };
const QUEUED: PersistencePolicy = { kind: "asynchronous", queueDepth: 2, queueMemoryBytes: 4096 };
const SWEPT: PersistencePolicy = { kind: "periodic", flushPeriodUs: 20 };

/** So small that a checkpoint is due after two puts. */
const LOG: LayoutOptions = { kind: "log", logBytes: 64, pendingBytes: 2 ** 13 };
const RENAMED: LayoutOptions = { kind: "snapshot", replace: "rename" };
const ALTERNATING: LayoutOptions = { kind: "snapshot", replace: "alternate" };
const BLOCKS: LayoutOptions = { kind: "blocks", blockBytes: 512 };

const SERIALIZER = "raw";
const KIND = { files: 1, serializer: SERIALIZER } as const;
const LENGTHS = { keyLengthMax: 1, valueLengthMax: 8 };
/** How often a crash is looked at. */
const CRASHES = 2;
/** How long the file worker sleeps when it only maintains the files and finds nothing to do. */
const IDLE_MS = 10;

async function create({ layout, policy, sync = "none", putters }: Load) {
  const abort = Abort.create({ tickMs: Infinity });
  const opening = { ...KIND, shards: 1, layout, policy, sync: "none", ...LENGTHS, abort } as const;
  const held = { path: DIRECTORY, fileNames: () => [], setAside: neverSetAside, setAsideCopy: neverSetAside };
  const stored = await layoutOf(layout.kind).open(held, opening);
  const pages = layoutOf(layout.kind).pages?.(layout, SERIALIZER);
  const store = SharedStore.create({
    shards: 1,
    entriesPerShard: putters,
    arenaWordsPerShard: 300,
    ...(pages === undefined ? {} : { pages }),
  }, abort);
  const ledger = Ledger.create(1);
  const layoutHandle = await stored.load({ store, ledger });
  const queue = policyOf(policy).createQueue?.(policy, store.size, abort);
  const persistence: PersistenceHandle = {
    store: store.handle(),
    ledger: ledger.handle(),
    locks: FileLocks.create(1, abort).handle(),
    clock: { originMs: 0 },
    doorbell: Doorbell.create(abort).handle(),
    serializer: SERIALIZER,
    directory: DIRECTORY,
    shardsPerFile: 1,
    layout: layoutHandle,
    policy,
    ...(queue === undefined ? {} : { queue: queue.handle() }),
    sync,
    openFilesMax: 2,
    writeMeter: WriteMeter.create(1 + putters).handle(),
  };
  return {
    persistence,
    files: createFiles(),
    phase: Phase.create().handle(),
    /** How many puts of each worker are acknowledged; then how many have ended. */
    acknowledged: new Int32Array(new SharedArrayBuffer(4 * (putters + 1))),
  };
}

type State = Awaited<ReturnType<typeof create>>;

function neverSetAside(): never {
  throw new Error("nothing is damaged in an empty directory");
}

function put({ persistence, phase, acknowledged }: State, load: Load, worker: number): void {
  const { putters, puts } = load;
  const connection = connectFile({ kind: "file", persistence }, worker);
  const key = PaddedBytes.of(String(worker));
  for (let i = 1; i <= puts; i++) {
    if (isDelete(load, i)) connection.delete(key);
    else connection.put(key, PaddedBytes.of(String(i).padStart(LENGTHS.valueLengthMax)));
    Atomics.store(acknowledged, worker, i);
  }
  if (Atomics.add(acknowledged, putters, 1) + 1 < putters) return;
  if (persistence.queue !== undefined) WriteQueue.attach(persistence.queue).close();
  Phase.attach(phase).advance(DRAINING);
  Doorbell.attach(persistence.doorbell).ring();
}

/** As the file worker does. */
function write({ persistence, phase: handle }: State, { policy }: Load): void {
  const attached = attachPersistence(persistence, FILE_WRITER);
  const { writer, doorbell } = attached;
  const phase = Phase.attach(handle);
  while (writer.maintain()) {
    // It prepares the files.
  }
  const { flush } = policyOf(policy);
  if (flush !== undefined) flush(policy, attached, phase);
  while (phase.current < DRAINING) {
    const { rings } = doorbell;
    doorbell.sleep(rings, writer.maintain() ? 0 : IDLE_MS);
  }
  writer.writeDirtyFiles();
  writer.rewriteStaleFiles();
  writer.makeAllDurable();
}

/** What the next run would find, at this moment. */
function recovered({ layout }: Load): { version: number; puts: ReadonlyMap<string, number> } {
  const names = [...Deno.readDirSync(DIRECTORY)].map(({ name }) => name);
  const blockBytes = layout.kind === "blocks" ? { blockBytes: layout.blockBytes } : {};
  const kind = { ...KIND, layout: layout.kind, ...blockBytes };
  const puts = new Map<string, number>();
  let version = 0;
  for (const part of layoutOf(layout.kind).parts({ path: DIRECTORY, names, kind, shards: 1 })) {
    if (part.isUnreadable) {
      const reasons = part.files.map(({ name, health, reason }) => `${name} ${health} ${reason ?? ""}`);
      throw new Error(`a crash would leave damage: ${reasons.join(", ")}`);
    }
    version += part.version;
    for (const batch of part.read?.().entries() ?? []) {
      for (const [key, value] of batch) puts.set(key, Number(value));
    }
  }
  return { version, puts };
}

/** Whatever the moment: what is acknowledged as written is found. */
function crash(state: State, load: Load): void {
  const { persistence, acknowledged } = state;
  const ledger = Ledger.attach(persistence.ledger);
  for (let i = 0; i < CRASHES; i++) {
    Atomics.load(acknowledged, 0);
    unscheduled(() => {
      const { version, puts } = recovered(load);
      const written = ledger.writtenVersion(0);
      if (version < written) throw new Error(`version ${written} is called written, but a crash leaves ${version}`);
      if (load.policy.kind !== "commit") return;
      for (let worker = 0; worker < load.putters; worker++) {
        // What is absent may have been deleted by the write that comes next.
        const last = acknowledged[worker]!;
        const absent = isDelete(load, last) ? last : isDelete(load, last + 1) ? last + 1 : 0;
        const found = puts.get(String(worker)) ?? absent;
        if (found >= last) continue;
        throw new Error(`write ${last} of worker ${worker} is acknowledged, but a crash leaves ${found}`);
      }
    });
  }
}

function fileLoad(load: Load) {
  const { putters, puts } = load;
  return scenario({
    workers: putters + 2,
    create: () => create(load),
    run(state: State, worker) {
      attachFiles(state.files);
      if (worker < putters) put(state, load, worker);
      else if (worker === putters) write(state, load);
      else crash(state, load);
    },
    check(state) {
      attachFiles(state.files);
      const { version, puts: found } = recovered(load);
      expect("the version that is found", version, putters * puts);
      const last = isDelete(load, puts) ? undefined : puts;
      for (let worker = 0; worker < putters; worker++) expect("the last write", found.get(String(worker)), last);
      const left = [...Deno.readDirSync(DIRECTORY)].filter(({ name }) => name.endsWith(".tmp"));
      expect("the number of temporary files", left.length, 0);
    },
  });
}

export const SCENARIOS: Scenarios = {
  "a log, committed": fileLoad({ layout: LOG, policy: COMMIT, putters: 2, puts: 2 }),
  "a log, committed with a sync": fileLoad({ layout: LOG, policy: COMMIT, sync: "data", putters: 2, puts: 2 }),
  "a log, queued": fileLoad({ layout: LOG, policy: QUEUED, putters: 2, puts: 2 }),
  "a log, swept": fileLoad({ layout: LOG, policy: SWEPT, putters: 2, puts: 2 }),
  "snapshots, committed": fileLoad({ layout: RENAMED, policy: COMMIT, putters: 2, puts: 2 }),
  "snapshots, queued": fileLoad({ layout: RENAMED, policy: QUEUED, sync: "full", putters: 2, puts: 2 }),
  "alternating snapshots, committed": fileLoad({ layout: ALTERNATING, policy: COMMIT, putters: 2, puts: 2 }),
  "alternating snapshots, swept": fileLoad({ layout: ALTERNATING, policy: SWEPT, putters: 2, puts: 2 }),
  "blocks, committed": fileLoad({ layout: BLOCKS, policy: COMMIT, putters: 2, puts: 2 }),
  "blocks, swept": fileLoad({ layout: BLOCKS, policy: SWEPT, sync: "data", putters: 2, puts: 2 }),
  "blocks with deletes, committed": fileLoad({ layout: BLOCKS, policy: COMMIT, putters: 2, puts: 2, deletes: true }),
  "blocks with deletes, swept": fileLoad({ layout: BLOCKS, policy: SWEPT, putters: 2, puts: 2, deletes: true }),
  "snapshots with deletes, swept": fileLoad({ layout: RENAMED, policy: SWEPT, putters: 2, puts: 2, deletes: true }),
};
