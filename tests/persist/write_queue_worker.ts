/**
 * The workers of the snapshot queue's tests: producers, and the consumer that checks what it gets.
 *
 * @module
 */
import { type QueuedWrite, type QueueHandle, WriteQueue } from "../../lib/persist/write_queue.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import { LINE_WORDS } from "../../lib/sync/layout.ts";
import { lock, unlock } from "../../lib/sync/mutex.ts";
import { addJitter } from "../sync/jitter.ts";
import { meet, serve } from "../sync/serve.ts";
import { mix, payloadOf, sameBytes } from "./payload.ts";

/** Words of the memory that the workers share beside the queue, a cache line apart. */
const MEETING = 0;
const ENDED = LINE_WORDS;
/** Where the workers that are to be blocked say that they are about to. */
export const ARRIVED = 2 * LINE_WORDS;
/** A lock and a version for each shard. */
const SHARDS = 3 * LINE_WORDS;

/** Words in all. */
export function queueTestWords(shards: number): number {
  return SHARDS + shards * LINE_WORDS;
}

/** What all workers of a test have in common. */
export interface QueueLoad {
  readonly queue: QueueHandle;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly producers: number;
  /**
   * In each round the producers put all they have to, and the consumer empties the queue, before the next begins: so a
   * wake-up lost in one is not made up for in the next. From half of the rounds on, atomic operations are late at
   * random.
   */
  readonly rounds: number;
  /** Snapshots that each producer puts in a round. */
  readonly putsPerRound: number;
  readonly lengthMax: number;
  /** Whether producers put snapshots of all shards, under the shards' locks, instead of each of shards of its own. */
  readonly sharing: boolean;
}

/** One worker's part. */
export interface QueueConfig {
  readonly kind: "produce" | "consume" | "blockPut" | "blockTake";
  readonly load: QueueLoad;
  /** The producer's number. */
  readonly producer: number;
}

/** What a worker did. */
export interface QueueResult {
  /** Snapshots put. */
  readonly put: number;
  /** Snapshots taken, and slots released. */
  readonly taken: number;
  readonly released: number;
  /** By shard, the last version put or taken; 0 for none. */
  readonly lastVersions: readonly number[];
  /** What the consumer got that it must not get, a few of them. */
  readonly wrong: readonly string[];
  /** Whether a wait ended in an AbortError. */
  readonly aborted: boolean;
}

/** For the waits that are not under test: their end must not depend on being woken. */
const OWN_TICK_MS = 50;

if (import.meta.main) {
  serve((config: QueueConfig): QueueResult => {
    switch (config.kind) {
      case "produce":
        return produce(config);
      case "consume":
        return consume(config.load);
      default:
        return block(config);
    }
  });
}

function nothing(load: QueueLoad): QueueResult {
  const lastVersions = Array<number>(load.queue.size.shards).fill(0);
  return { put: 0, taken: 0, released: 0, lastVersions, wrong: [], aborted: false };
}

/** The run's abort flag, with a tick of its own. */
function ownAbort(load: QueueLoad): Abort {
  return Abort.attach({ ...load.queue.abort, tickMs: OWN_TICK_MS });
}

function produce({ load, producer }: QueueConfig): QueueResult {
  const { words, producers, rounds, putsPerRound } = load;
  const queue = WriteQueue.attach(load.queue);
  const abort = ownAbort(load);
  const lastVersions = Array<number>(queue.size.shards).fill(0);
  for (let round = 1; round <= rounds; round++) {
    if (round === rounds >> 1) addJitter(producer);
    for (let i = 0; i < putsPerRound; i++) {
      const shard = shardFor(load, producer, round * putsPerRound + i);
      const row = SHARDS + shard * LINE_WORDS;
      lock(words, row, abort);
      try {
        const version = ++words[row + 1]!;
        const payload = payloadOf(shard, version, load.lengthMax);
        // The version tells the consumer which put it was.
        queue.put({ shard, version, bytes: payload, length: payload.length, putAtMs: version });
        lastVersions[shard] = version;
      } finally {
        unlock(words, row);
      }
    }
    meet(words, MEETING, round * (producers + 1), abort);
  }
  if (Atomics.add(words, ENDED, 1) + 1 === producers) queue.close();
  return { ...nothing(load), put: rounds * putsPerRound, lastVersions };
}

/** The shard of a producer's next snapshot. */
function shardFor({ queue, producers, sharing }: QueueLoad, producer: number, turn: number): number {
  const { shards } = queue.size;
  const random = mix(producer, turn) >>> 0;
  if (sharing) return random % shards;
  const ownShards = shards / producers;
  return producer * ownShards + random % ownShards;
}

function consume(load: QueueLoad): QueueResult {
  const { words, producers, rounds, putsPerRound } = load;
  const queue = WriteQueue.attach(load.queue);
  const abort = ownAbort(load);
  const check = new Check(load);
  let released = 0;
  for (let round = 1; round <= rounds; round++) {
    if (round === rounds >> 1) addJitter(producers);
    while (released < round * producers * putsPerRound) {
      if (!queue.take(check.snapshot)) throw new Error(`the queue ended after ${released} snapshots`);
      check.inspect();
      released += queue.release();
    }
    meet(words, MEETING, round * (producers + 1), abort);
  }
  if (queue.take(check.snapshot)) check.wrong.push("a snapshot more than was put");
  return { ...nothing(load), ...check, released };
}

/** What a snapshot taken is filled into. */
function emptySnapshot(): QueuedWrite {
  return { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
}

/** The consumer's record. */
class Check {
  readonly snapshot = emptySnapshot();
  readonly lastVersions: number[];
  readonly wrong: string[] = [];
  taken = 0;
  readonly #lengthMax: number;

  constructor({ queue, lengthMax }: QueueLoad) {
    this.lastVersions = Array(queue.size.shards).fill(0);
    this.#lengthMax = lengthMax;
  }

  /** Checks a snapshot that has been taken, its content twice: it must also stay as it is. */
  inspect(): void {
    const { shard, version, sinceMs, bytes } = this.snapshot;
    this.taken++;
    if (this.wrong.length > 5) return;
    const last = this.lastVersions[shard];
    if (last === undefined || !(version > last)) this.wrong.push(`${shard}@${version} after ${shard}@${last}`);
    // A shard's versions rise by one, so the first that this snapshot holds and none before is known.
    else if (sinceMs !== last + 1) this.wrong.push(`${shard}@${version} after ${shard}@${last} since ${sinceMs}`);
    this.lastVersions[shard] = version;
    const expected = payloadOf(shard, version, this.#lengthMax);
    for (const when of ["when taken", "later"]) {
      if (!sameBytes(bytes, expected)) this.wrong.push(`${bytes.length} bytes of ${shard}@${version}, ${when}`);
    }
  }
}

/** Calls what blocks until the run fails. */
function block({ kind, load }: QueueConfig): QueueResult {
  const queue = WriteQueue.attach(load.queue);
  const snapshot = emptySnapshot();
  Atomics.add(load.words, ARRIVED, 1);
  try {
    if (kind === "blockTake") queue.take(snapshot);
    else queue.put({ shard: 0, version: 2, bytes: new Uint8Array(1), length: 1, putAtMs: 2 });
    return nothing(load);
  } catch (error) {
    if (!(error instanceof AbortError)) throw error;
    return { ...nothing(load), aborted: true };
  }
}
