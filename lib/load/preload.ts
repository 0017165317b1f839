/**
 * Puts the records that a load expects to exist.
 *
 * @module
 */
import type { Batch } from "../engine/connection.ts";
import { createValues, RecordKeys, STAMPS_HALF } from "./record.ts";
import type { Rng } from "./rng.ts";
import type { MixOptions } from "./workload.ts";

/**
 * Records per batch, after which to check whether to go on: often enough to stop promptly, rarely enough to cost
 * nothing.
 */
const BATCH_RECORDS = 1024;
/**
 * Bytes of keys and values after which a batch ends before that: engines hold a batch in memory, and send it as one
 * message, for which each has a limit.
 */
const BATCH_BYTES = 8 << 20;

/** What one thread's preload works with. */
interface PreloadParts {
  /** For the values. */
  readonly rng: Rng;
  /** Index of the thread, from 0. */
  readonly thread: number;
  readonly threads: number;
  /**
   * Called after every batch, of 1,024 records at most, and at the end, with how many the thread has put; returns
   * whether to go on.
   */
  keepGoing(records: number): boolean;
}

/**
 * Puts a thread's share of the records 0 to `keyCount` - 1 in batches. The share is a range, so that all threads
 * together put each record once.
 *
 * @returns how many records it has put
 * @throws {StoreFullError} when the store was planned for less
 * @throws {EngineError} when the engine refuses them
 */
export async function preload(batch: Batch, options: MixOptions, parts: PreloadParts): Promise<number> {
  const { rng, thread, threads } = parts;
  const { keyCount } = options;
  const keys = new RecordKeys(options);
  const values = createValues(rng, options, { thread: STAMPS_HALF + thread, threads });
  const key = keys.createKey();
  const value = values.createValue();
  const first = Math.floor(keyCount * thread / threads);
  const end = Math.floor(keyCount * (thread + 1) / threads);
  let record = first;
  while (parts.keepGoing(record - first) && record < end) {
    const batchEnd = Math.min(record + BATCH_RECORDS, end);
    let bytes = 0;
    batch.begin();
    for (; record < batchEnd && bytes < BATCH_BYTES; record++) {
      keys.write(record, key);
      values.write(value);
      batch.put(key, value);
      bytes += key.length + value.length;
    }
    await batch.commit();
  }
  return record - first;
}
