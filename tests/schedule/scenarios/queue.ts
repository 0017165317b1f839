/**
 * Schedules of the write queue.
 *
 * @module
 */
import { WriteQueue } from "../../../lib/persist/write_queue.ts";
import { Abort, AbortError } from "../../../lib/sync/abort.ts";
import { lock, unlock } from "../../../lib/sync/mutex.ts";
import { mark } from "../mark.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";

/** A queue so small that producers wait for each other and payloads wrap: a few slots, three lines. */
interface Load {
  readonly producers: number;
  readonly puts: number;
  readonly depth: number;
  readonly shards: number;
  readonly tickMs?: number;
}

const SINCE_MS = 7;
const LINES = 3;
const LINE_BYTES = 64;

// Words: who has ended, then for each shard a lock, the version put last, and the version taken last.
const ENDED = 0;
const SHARDS = 1;
const SHARD_WORDS = 3;
const SHARD_LOCK = 0;
const SHARD_PUT = 1;
const SHARD_TAKEN = 2;

function create({ depth, shards, tickMs = Infinity }: Load) {
  const abort = Abort.create({ tickMs });
  return {
    queue: WriteQueue.create({ depth, bytes: LINES * LINE_BYTES, shards }, abort).handle(),
    abort: abort.handle(),
    words: new Int32Array(new SharedArrayBuffer(4 * (SHARDS + shards * SHARD_WORDS))),
  };
}

type State = ReturnType<typeof create>;

/** A put takes one or two lines, every byte of it says its version. */
function payload(version: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(version % 2 === 0 ? 2 * LINE_BYTES : LINE_BYTES - 8).fill(version);
}

function expectPayload(bytes: Uint8Array, version: number): void {
  expect("the length of a payload", bytes.length, payload(version).length);
  for (const byte of bytes) expect("a payload's byte", byte, version);
}

function produce({ queue: handle, abort: abortHandle, words }: State, { puts, shards }: Load, worker: number): void {
  const queue = WriteQueue.attach(handle);
  const abort = Abort.attach(abortHandle);
  for (let i = 0; i < puts; i++) {
    const shard = (worker + i) % shards;
    const row = SHARDS + shard * SHARD_WORDS;
    lock(words, row + SHARD_LOCK, abort);
    const version = ++words[row + SHARD_PUT]!;
    const bytes = payload(version);
    queue.put({ shard, version, bytes, length: bytes.length, putAtMs: SINCE_MS });
    unlock(words, row + SHARD_LOCK);
  }
}

/** The last producer to end closes the queue, as the main thread does when all loads have ended. */
function end({ queue, words }: State, producers: number): void {
  if (Atomics.add(words, ENDED, 1) + 1 === producers) WriteQueue.attach(queue).close();
}

/** Takes the newest of one shard after another. */
function consumeNewest({ queue: handle, words }: State): void {
  const queue = WriteQueue.attach(handle);
  const item = { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
  while (queue.take(item)) {
    const taken = SHARDS + item.shard * SHARD_WORDS + SHARD_TAKEN;
    expect("whether versions rise", item.version > words[taken]!, true);
    words[taken] = item.version;
    expect("the time of a shard's first put", item.sinceMs, SINCE_MS);
    expectPayload(item.bytes, item.version);
    mark();
    expectPayload(item.bytes, item.version);
    queue.release();
  }
}

/** Takes everything that is there. */
function consumeAll({ queue: handle, words }: State): void {
  const queue = WriteQueue.attach(handle);
  const taken: { bytes: Uint8Array; version: number }[] = [];
  const take = ({ shard, version, bytes }: { shard: number; version: number; bytes: Uint8Array }) => {
    expect("the version after the one before", version, ++words[SHARDS + shard * SHARD_WORDS + SHARD_TAKEN]!);
    expectPayload(bytes, version);
    taken.push({ bytes, version });
  };
  while (queue.takeAll(take)) {
    mark();
    for (const { bytes, version } of taken.splice(0)) expectPayload(bytes, version);
    queue.releaseAll();
  }
}

function load(consume: (state: State) => void, load: Load) {
  const { producers, shards, tickMs } = load;
  return scenario({
    workers: 1 + producers,
    timeoutsAnyTime: tickMs !== undefined,
    create: () => create(load),
    run(state: State, worker) {
      if (worker === 0) return consume(state);
      produce(state, load, worker);
      end(state, producers);
    },
    check({ queue, words }) {
      expect("what is left in the queue", WriteQueue.attach(queue).count, 0);
      for (let shard = 0; shard < shards; shard++) {
        const row = SHARDS + shard * SHARD_WORDS;
        expect("the newest version taken", words[row + SHARD_TAKEN], words[row + SHARD_PUT]);
        expect("the time of what is queued", WriteQueue.attach(queue).queuedSinceMs(shard), 0);
      }
    },
  });
}

/** The run fails while threads wait in the queue: each ends within a tick. */
function failing(work: (state: State, worker: number) => void) {
  const options = { producers: 1, puts: 4, depth: 1, shards: 1, tickMs: 100 };
  return scenario({
    workers: 3,
    create: () => create(options),
    run(state: State, worker) {
      const abort = Abort.attach(state.abort);
      if (worker === 0) return abort.raise();
      let isAborted = false;
      try {
        work(state, worker);
      } catch (error) {
        if (!(error instanceof AbortError)) throw error;
        isAborted = true;
      }
      expect("whether the wait ended with the run", isAborted, true);
      expect("whether that came within a tick", performance.now() < 2 * abort.tickMs, true);
    },
  });
}

export const SCENARIOS: Scenarios = {
  "one puts, the newest is taken": load(consumeNewest, { producers: 1, puts: 3, depth: 2, shards: 1 }),
  "two put to two shards, the newest is taken": load(consumeNewest, { producers: 2, puts: 2, depth: 2, shards: 2 }),
  "two put to one shard, the newest is taken": load(consumeNewest, { producers: 2, puts: 2, depth: 3, shards: 1 }),
  "three put, the newest is taken": load(consumeNewest, { producers: 3, puts: 3, depth: 3, shards: 2 }),
  "one puts, all is taken": load(consumeAll, { producers: 1, puts: 3, depth: 2, shards: 1 }),
  "two put to two shards, all is taken": load(consumeAll, { producers: 2, puts: 2, depth: 2, shards: 2 }),
  "three put, all is taken": load(consumeAll, { producers: 3, puts: 3, depth: 3, shards: 2 }),
  "waits for room time out": load(consumeNewest, { producers: 2, puts: 2, depth: 2, shards: 2, tickMs: 100 }),
  "waits for items time out": load(consumeAll, { producers: 2, puts: 2, depth: 2, shards: 2, tickMs: 100 }),
  "the run fails while some wait for room": failing((state, worker) => {
    produce(state, { producers: 1, puts: 4, depth: 1, shards: 1 }, worker);
  }),
  "the run fails while some wait for items": failing((state) => consumeNewest(state)),
};
