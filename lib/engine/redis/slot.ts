/**
 * Which of a cluster's slots a key is in.
 *
 * @module
 */
import calculateSlot from "cluster-key-slot";

/** Slots of a cluster. */
export const SLOT_COUNT = 16_384;

/** The slot of a key: CRC16 of it, or of what is in its first braces, modulo the number of slots. */
export function slotOf(key: string): number {
  return calculateSlot(key);
}
