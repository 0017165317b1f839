/**
 * How much data an engine holds after a load: it is asked for some of the records that the load may have put.
 *
 * @module
 */
import { PaddedBytes } from "../store/padded_bytes.ts";
import { RecordKeys } from "./record.ts";
import { SEED_KEY_COUNT, SEED_KEY_SPACE, writeSeedKey } from "./seed_workload.ts";
import type { WorkloadOptions } from "./workload.ts";

/** The most records that are asked for: if half of all exist, the result is then right to about one percent. */
const SAMPLES_MAX = 8192;

/** The maximum number of gets in flight. */
const GETS_AT_ONCE = 256;

/**
 * Estimates the bytes of all keys and values that a workload has left in an engine that was empty before. It is exact
 * if the workload has at most 8,192 records; otherwise it follows from so many, spread evenly over all.
 *
 * @param get copies a key's value into `out`, and returns whether the key is present
 */
export async function sampledBytes(
  workload: WorkloadOptions,
  get: (key: PaddedBytes, out: PaddedBytes) => boolean | Promise<boolean>,
): Promise<number> {
  const { count, createKey, writeKey, valueBytesMax } = recordsOf(workload);
  const samples = Math.min(count, SAMPLES_MAX);
  const buffers = Array.from({ length: Math.min(samples, GETS_AT_ONCE) }, () => ({
    key: createKey(),
    value: new PaddedBytes(valueBytesMax),
  }));
  let bytes = 0;
  for (let first = 0; first < samples; first += buffers.length) {
    const found = buffers.slice(0, samples - first).map(async ({ key, value }, index) => {
      writeKey(Math.floor((first + index + 0.5) * count / samples), key);
      if (await get(key, value)) bytes += key.length + value.length;
    });
    await Promise.all(found);
  }
  return bytes * count / samples;
}

/** The records that a workload may put, by number. */
function recordsOf(workload: WorkloadOptions) {
  if (workload.kind === "seed") {
    const { keyLengthMax, valueLengthMax } = SEED_KEY_SPACE;
    return {
      count: SEED_KEY_COUNT,
      createKey: () => new PaddedBytes(keyLengthMax),
      writeKey: writeSeedKey,
      valueBytesMax: valueLengthMax,
    };
  }
  const keys = new RecordKeys(workload);
  return {
    count: workload.keyCountMax,
    createKey: () => keys.createKey(),
    writeKey: (record: number, key: PaddedBytes) => keys.write(record, key),
    valueBytesMax: workload.valueBytesMax,
  };
}
