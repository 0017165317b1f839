/**
 * Computes which of a cluster's slots a key is in.
 *
 * @module
 */
import calculateSlot from "cluster-key-slot";

/** Number of slots in a cluster. */
export const SLOT_COUNT = 16_384;

/** The slot of a key: the CRC16 of the key, or of what is in its first pair of braces, modulo the number of slots. */
export function slotOf(key: string): number {
  return calculateSlot(key);
}
