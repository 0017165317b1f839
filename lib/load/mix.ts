/**
 * The mixes: what a mix of operations may put, and so how large a store it needs.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import type { MixOptions } from "./workload.ts";

/** What a mix may put. */
export function mixKeySpace({ keyCountMax, keyBytes, valueBytesMax }: MixOptions): KeySpace {
  return { keyCount: keyCountMax, keyLengthMax: keyBytes, valueLengthMax: valueBytesMax };
}
