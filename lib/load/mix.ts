/**
 * The key space of a mix, which determines how large a store it needs.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import type { MixOptions } from "./workload.ts";

/** What a mix may put. */
export function mixKeySpace({ keyCountMax, keyBytes, valueBytesMax }: MixOptions): KeySpace {
  return { keyCount: keyCountMax, keyLengthMax: keyBytes, valueLengthMax: valueBytesMax };
}
