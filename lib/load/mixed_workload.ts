/**
 * Room of the mixed workload: operations of several kinds on records of a given size.
 *
 * @module
 */
import { PaddedBytes } from "../store/padded_bytes.ts";
import { READ } from "./operation.ts";
import type { Rng } from "./rng.ts";
import type { MixOptions, Workload } from "./workload.ts";

/** A mix of operations. */
export class MixedWorkload implements Workload {
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;
  kind = READ;

  constructor(_rng: Rng, options: MixOptions, _place: { thread: number; threads: number }) {
    this.key = new PaddedBytes(options.keyBytes);
    this.value = new PaddedBytes(options.valueBytesMax);
  }

  next(): void {}
}
