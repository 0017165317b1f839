/**
 * The sized load: puts of values whose sizes change all the time, and whose last acknowledged values can be told from
 * a count. The worker and the tests both go through it.
 *
 * @module
 */
import { type MixOptions, PRESETS, ZIPF_THETA } from "../../lib/load/workload.ts";
import { Rng } from "../../lib/load/rng.ts";

/** How many keys all threads have together, and how long the values are, in bytes, both inclusive. */
export interface Sizes {
  readonly keys: number;
  readonly valueBytesMin: number;
  readonly valueBytesMax: number;
}

/** The most threads that share the keys. */
export const THREADS_MAX = 4;

/** At least the length of its longest key. */
const KEY_BYTES = 24;

/** The workload that plans the memory for such a load and tells its worker the sizes. */
export function sizedWorkload({ keys, valueBytesMin, valueBytesMax }: Sizes): MixOptions {
  return {
    kind: "mix",
    name: "seed",
    ...PRESETS.seed,
    keyCount: keys + THREADS_MAX,
    keyCountMax: keys + THREADS_MAX,
    keyBytes: KEY_BYTES,
    valueBytesMin,
    valueBytesMax,
    compressible: 1,
    zipfTheta: ZIPF_THETA,
  };
}

/** One load worker's puts: no other thread puts its keys. */
export class SizedLoad {
  key = "";
  value = "";
  readonly #sizes: Sizes;
  readonly #thread: number;
  readonly #rng: Rng;
  #sequence = 0;

  constructor(seed: number, thread: number, sizes: Sizes) {
    this.#sizes = sizes;
    this.#thread = thread;
    this.#rng = new Rng(seed, thread);
  }

  /** Chooses the next key and value. Every value that is long enough is another. */
  next(): void {
    const { keys, valueBytesMin, valueBytesMax } = this.#sizes;
    const rng = this.#rng;
    this.#sequence++;
    const key = rng.below(Math.ceil(keys / THREADS_MAX));
    this.key = `t${this.#thread}k${key}`.padEnd(key % KEY_BYTES, "-");
    const length = valueBytesMin + rng.below(valueBytesMax - valueBytesMin + 1);
    this.value = `${this.#thread}:${this.#sequence}:`.padEnd(length, "v").slice(0, length);
  }
}

/** The value of every key after so many acknowledged puts of each thread, on top of those that were there before. */
export function lastSized(
  seed: number,
  threadWrites: readonly number[],
  sizes: Sizes,
  before: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const values = new Map(before);
  for (const [thread, writes] of threadWrites.entries()) {
    const load = new SizedLoad(seed, thread, sizes);
    for (let write = 0; write < writes; write++) {
      load.next();
      values.set(load.key, load.value);
    }
  }
  return values;
}
