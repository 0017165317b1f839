/**
 * Schedules of the policies: puts through the file backend's connection, the file worker, and a gauge, on a disk that
 * is shared memory.
 *
 * @module
 */
import { FileConnection } from "../../../lib/backend/file_connection.ts";
import type { SyncName } from "../../../lib/persist/durability.ts";
import { ExposureGauge } from "../../../lib/persist/exposure.ts";
import { FileLocks } from "../../../lib/persist/file_locks.ts";
import { Ledger } from "../../../lib/persist/ledger.ts";
import { type PersistencePolicy, policyOf } from "../../../lib/persist/policy/policies.ts";
import { WriteMeter } from "../../../lib/persist/write_meter.ts";
import { WriteQueue } from "../../../lib/persist/write_queue.ts";
import { Writer } from "../../../lib/persist/writer.ts";
import { hashKey } from "../../../lib/store/hash.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../../lib/store/shared_store.ts";
import { Abort } from "../../../lib/sync/abort.ts";
import { Clock } from "../../../lib/sync/clock.ts";
import { Doorbell } from "../../../lib/sync/doorbell.ts";
import { DRAINING, Phase } from "../../../lib/sync/phase.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";
import { createDisk, Disk, DiskLayout } from "./noted_disk.ts";

interface Load {
  readonly policy: PersistencePolicy;
  readonly sync: SyncName;
  /** Workers that put, and how often each. */
  readonly putters: number;
  readonly puts: number;
  /** Whether all of them delete the same key instead, so that all but one find nothing to delete. */
  readonly isDeleted: boolean;
  /** Whether one more worker is the file worker, and whether one more reads the gauge. */
  readonly hasFileWorker: boolean;
  readonly hasGauge: boolean;
  readonly shards: number;
  /** Puts of a shard that can be noted until they are taken. */
  readonly roomPuts: number;
  /** Whether a queued item supersedes those before it, so that the file worker takes the newest only. */
  readonly supersedes: boolean;
  readonly tickMs: number;
}

const SMALL: Omit<Load, "policy"> = {
  sync: "none",
  putters: 2,
  puts: 1,
  isDeleted: false,
  hasFileWorker: false,
  hasGauge: false,
  shards: 1,
  roomPuts: 100,
  supersedes: true,
  tickMs: Infinity,
};

const COMMIT: PersistencePolicy = { kind: "commit", commitDelayUs: 0 };
const DELAYED: PersistencePolicy = { kind: "commit", commitDelayUs: 1_000 };
const OFTEN_ITSELF: PersistencePolicy = { kind: "synchronous", writePeriodUs: 5 };
const QUEUED: PersistencePolicy = { kind: "asynchronous", queueDepth: 2, queueMemoryBytes: 256 };
/** Sweeps only when rung. */
const RUNG: PersistencePolicy = { kind: "periodic", flushPeriodUs: Infinity };
const OFTEN: PersistencePolicy = { kind: "periodic", flushPeriodUs: 10 };

/** Looks at the gauge so often. */
const LOOKS = 3;

function create({ policy, putters, shards, tickMs }: Load) {
  const abort = Abort.create({ tickMs });
  const store = SharedStore.create({ shards, entriesPerShard: putters, arenaWordsPerShard: 10 * putters }, abort);
  return {
    store: store.handle(),
    ledger: Ledger.create(shards).handle(),
    locks: FileLocks.create(shards, abort).handle(),
    doorbell: Doorbell.create(abort).handle(),
    queue: policyOf(policy).createQueue?.(policy, store.size, abort).handle(),
    meter: WriteMeter.create(putters + 1).handle(),
    phase: Phase.create().handle(),
    disk: createDisk(shards),
    acknowledged: new Int32Array(new SharedArrayBuffer(4 * shards)),
    isThere: new Int32Array(new SharedArrayBuffer(4)),
    ended: new Int32Array(new SharedArrayBuffer(4)),
  };
}

type State = ReturnType<typeof create>;

/** What a thread has of everything that threads share. */
function attach(state: State, { sync, roomPuts, supersedes }: Load, worker: number) {
  const store = SharedStore.attach(state.store);
  const ledger = Ledger.attach(state.ledger);
  const locks = FileLocks.attach(state.locks);
  const clock = Clock.attach({ originMs: 0 });
  const meter = WriteMeter.attach(state.meter).writer(worker);
  const layout = new DiskLayout(state.disk, store, { meter, roomPuts, supersedes });
  const queue = state.queue === undefined ? {} : { queue: WriteQueue.attach(state.queue) };
  const shardsPerFile = 1;
  const writer = new Writer({ store, ledger, clock, locks, layout, shardsPerFile, sync });
  const doorbell = Doorbell.attach(state.doorbell);
  return { store, ledger, locks, clock, doorbell, ...queue, writer, shardsPerFile, sync };
}

/** A worker's key is its number. */
function keyOf(worker: number): PaddedBytes {
  return PaddedBytes.of(String.fromCharCode(worker));
}

function shardOf(store: SharedStore, key: PaddedBytes): number {
  return store.shardOf(hashKey(key.words, key.length));
}

function valueOf(put: number): PaddedBytes {
  const value = new PaddedBytes(4);
  value.words[0] = put;
  value.length = 4;
  return value;
}

/**
 * Deletes the key that the first worker has put, and checks that it is gone as the policy says, whoever has deleted it.
 */
function deleteOnce(state: State, load: Load, worker: number): void {
  const attached = attach(state, load, worker);
  const { store, writer: { layout } } = attached;
  const connection = new FileConnection({ store, layout, policy: policyOf(load.policy).put(load.policy, attached) });
  const key = keyOf(0);
  const shard = shardOf(store, key);
  if (worker === 0) {
    connection.put(key, valueOf(1));
    Atomics.store(state.isThere, 0, 1);
    Atomics.notify(state.isThere, 0);
  } else {
    Atomics.wait(state.isThere, 0, 0);
  }
  connection.delete(key);
  const disk = new Disk(state.disk);
  if (load.policy.kind === "commit") {
    expect("the key, as written", disk.puts(shard, 0, "written"), -1);
    if (load.sync !== "none") expect("the key, as synced", disk.puts(shard, 0, "synced"), -1);
  }
  if (Atomics.add(state.ended, 0, 1) + 1 === load.putters) drain(state, load);
}

/** Puts, and checks that what is acknowledged has survived as the policy says. */
function put(state: State, load: Load, worker: number): void {
  const attached = attach(state, load, worker);
  const { store, writer: { layout } } = attached;
  const connection = new FileConnection({ store, layout, policy: policyOf(load.policy).put(load.policy, attached) });
  const key = keyOf(worker);
  const shard = shardOf(store, key);
  const disk = new Disk(state.disk);
  for (let i = 1; i <= load.puts; i++) {
    connection.put(key, valueOf(i));
    if (load.policy.kind === "commit") {
      expectAtLeast("written", i, disk.puts(shard, worker, "written"));
      if (load.sync !== "none") expectAtLeast("synced", i, disk.puts(shard, worker, "synced"));
    }
    Atomics.add(state.acknowledged, shard, 1);
  }
  if (Atomics.add(state.ended, 0, 1) + 1 === load.putters) drain(state, load);
}

function expectAtLeast(what: string, acknowledged: number, found: number): void {
  if (found < acknowledged) throw new Error(`put ${acknowledged} is acknowledged, but ${what} is only put ${found}`);
}

/** What the main thread does when all loads have ended. */
function drain(state: State, { hasFileWorker }: Load): void {
  if (!hasFileWorker) return;
  if (state.queue !== undefined) WriteQueue.attach(state.queue).close();
  Phase.attach(state.phase).advance(DRAINING);
  Doorbell.attach(state.doorbell).ring();
}

/** What the file worker does. */
function write(state: State, load: Load): void {
  const attached = attach(state, load, load.putters);
  const phase = Phase.attach(state.phase);
  policyOf(load.policy).flush?.(load.policy, attached, phase);
  phase.waitFor(DRAINING, Abort.attach(state.store.abort));
  attached.writer.writeDirtyFiles();
  attached.writer.rewriteStaleFiles();
  attached.writer.makeAllDurable();
}

/** Neither the ledger nor the gauge may say that more survives than does. */
function look(state: State, load: Load): void {
  const { store, ledger, clock } = attach(state, load, 0);
  const disk = new Disk(state.disk);
  const queue = state.queue === undefined ? undefined : WriteQueue.attach(state.queue);
  const gauge = new ExposureGauge({ store, ledger, queue, clock, policy: load.policy });
  const exposure = { writes: 0, ageMs: 0, worstShard: 0, worstShardWrites: 0 };
  const shards = Array.from({ length: load.shards }, (_, shard) => shard);
  for (let i = 0; i < LOOKS; i++) {
    for (const shard of shards) {
      expectAtLeast("written", ledger.writtenVersion(shard), disk.version(shard, "written"));
      expectAtLeast("synced", ledger.syncedVersion(shard), disk.version(shard, "synced"));
    }
    const before = shards.map((shard) => Atomics.load(state.acknowledged, shard));
    const isPowerLoss = load.sync !== "none" && i % 2 === 0;
    gauge.read(isPowerLoss ? "powerLoss" : "processCrash", exposure);
    const after = shards.map((shard) => isPowerLoss ? ledger.syncedVersion(shard) : ledger.writtenVersion(shard));
    const atRisk = shards.reduce((sum, shard) => sum + Math.max(0, before[shard]! - after[shard]!), 0);
    expect("whether the gauge is too low", exposure.writes < atRisk, false);
    if (atRisk > 0) expect("whether what is at risk has an age", exposure.ageMs > 0, true);
  }
}

function policyLoad(options: Partial<Load> & { policy: PersistencePolicy }) {
  const load = { ...SMALL, ...options };
  const { putters, hasFileWorker, hasGauge } = load;
  return scenario({
    workers: putters + Number(hasFileWorker) + Number(hasGauge),
    timeoutsAnyTime: load.tickMs !== Infinity,
    create: () => create(load),
    run(state: State, worker) {
      if (worker < putters && load.isDeleted) deleteOnce(state, load, worker);
      else if (worker < putters) put(state, load, worker);
      else if (worker === putters && hasFileWorker) write(state, load);
      else look(state, load);
    },
    check(state) {
      const store = SharedStore.attach(state.store);
      const ledger = Ledger.attach(state.ledger);
      const disk = new Disk(state.disk);
      let versions = 0;
      for (let shard = 0; shard < load.shards; shard++) {
        const version = store.version(shard);
        versions += version;
        expect("the version in the ledger", ledger.writtenVersion(shard), version);
        expect("the version on the disk", disk.version(shard, "written"), version);
        if (load.sync !== "none") expect("the version synced", ledger.syncedVersion(shard), version);
        expect("the time of what is not taken", ledger.dirtySinceMs(shard), 0);
      }
      if (load.isDeleted) expect("the key on the disk", disk.puts(shardOf(store, keyOf(0)), 0, "written"), -1);
      // One put, and the only delete that has found it.
      expect("the number of puts and deletes", versions, load.isDeleted ? 2 : putters * load.puts);
    },
  });
}

export const SCENARIOS: Scenarios = {
  "two commit": policyLoad({ policy: COMMIT, puts: 2 }),
  "two commit with a sync": policyLoad({ policy: COMMIT, sync: "data" }),
  "three commit": policyLoad({ policy: COMMIT, putters: 3 }),
  "three commit twice with a sync": policyLoad({ policy: COMMIT, putters: 3, puts: 2, sync: "full" }),
  "two commit, after a delay": policyLoad({ policy: DELAYED, puts: 2, sync: "data" }),
  "three commit to two shards": policyLoad({ policy: COMMIT, putters: 3, shards: 2 }),
  "two commit, a gauge is read": policyLoad({ policy: COMMIT, hasGauge: true, sync: "data" }),
  "two commit, a file worker drains": policyLoad({ policy: COMMIT, hasFileWorker: true }),
  "two commit, waits time out": policyLoad({ policy: COMMIT, puts: 2, tickMs: 100 }),
  "two delete one key and commit": policyLoad({ policy: COMMIT, isDeleted: true }),
  "three delete one key and commit with a sync": policyLoad({
    policy: COMMIT,
    putters: 3,
    isDeleted: true,
    sync: "data",
  }),
  "two delete one key, a file worker writes": policyLoad({ policy: QUEUED, isDeleted: true, hasFileWorker: true }),
  "two delete one key, swept often": policyLoad({ policy: OFTEN, isDeleted: true, hasFileWorker: true }),
  "two delete one key now and then": policyLoad({ policy: OFTEN_ITSELF, isDeleted: true, hasFileWorker: true }),
  "two write now and then": policyLoad({ policy: OFTEN_ITSELF, puts: 3, hasFileWorker: true }),
  "two write now and then, a gauge is read": policyLoad({
    policy: OFTEN_ITSELF,
    hasFileWorker: true,
    hasGauge: true,
    sync: "data",
  }),
  "two queue": policyLoad({ policy: QUEUED, puts: 2, hasFileWorker: true }),
  "two queue, a gauge is read": policyLoad({ policy: QUEUED, puts: 2, hasFileWorker: true, hasGauge: true }),
  "two queue, all is taken, a gauge is read": policyLoad({
    policy: QUEUED,
    puts: 2,
    hasFileWorker: true,
    hasGauge: true,
    supersedes: false,
  }),
  "two put until a sweep": policyLoad({ policy: RUNG, hasFileWorker: true }),
  "two put and ring for room": policyLoad({ policy: RUNG, puts: 2, hasFileWorker: true, roomPuts: 1 }),
  "two put, swept often": policyLoad({ policy: OFTEN, puts: 2, hasFileWorker: true, sync: "data" }),
  "one puts, swept often, a gauge is read": policyLoad({
    policy: OFTEN,
    putters: 1,
    puts: 3,
    hasFileWorker: true,
    hasGauge: true,
    sync: "data",
  }),
};
