/**
 * Gets many keys at once, as fast as an engine does that.
 *
 * @module
 */
import type { PaddedBytes } from "../store/padded_bytes.ts";
import type { KeyAndRoom } from "./connection.ts";

/** What keys are got from: a connection, or a store that has been opened again. */
export interface Gettable {
  /** Copies the key's value into `out`; whether the key is present. If it is a promise, several may be in flight. */
  get(key: PaddedBytes, out: PaddedBytes): boolean | Promise<boolean>;
  /** Does what as many gets would do. Present if that is much faster. */
  getAll?(entries: readonly KeyAndRoom[]): Promise<readonly boolean[]>;
}

/** Gets all of the entries; tells which are there. */
export async function getAll(from: Gettable, entries: readonly KeyAndRoom[]): Promise<readonly boolean[]> {
  if (from.getAll !== undefined) return await from.getAll(entries);
  const gets = entries.map(({ key, value }) => from.get(key, value));
  return gets.every((isPresent) => typeof isPresent === "boolean") ? gets : await Promise.all(gets);
}
