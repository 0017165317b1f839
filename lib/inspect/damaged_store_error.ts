/**
 * The error of an export that cannot be whole.
 *
 * @module
 */
import { PersistError } from "../system/persist_error.ts";

/** The files of a directory are damaged, so not all that was written can be read. */
export class DamagedStoreError extends PersistError {
  constructor(directory: string, reason: string) {
    super("export", directory, reason);
  }
}
