/**
 * An engine's directory: locked by one kvlab at a time, and marked with the engine's name, so that no other backend
 * uses it.
 *
 * @module
 */
import { allocatedBytes } from "../persist/allocated_bytes.ts";
import { makeDirectory, namesIn } from "../persist/directory.ts";
import { takeLock } from "../persist/directory_lock.ts";
import { markedEngine, markEngine } from "../persist/engine_marker.ts";
import { syncDirectory } from "../persist/file_io.ts";
import { removeLeftDirectories, RUN_PREFIX } from "../persist/left_directories.ts";
import { PersistError } from "../persist/persist_error.ts";
import { storeFileNames } from "../persist/store_files.ts";
import { afterFailureSync } from "../sync/clean_up.ts";
import { makeTemporaryDirectory, removeTemporaryDirectory } from "../persist/temporary_directory.ts";

/** A directory that this process holds from {@linkcode EngineDirectory.open} to {@linkcode EngineDirectory.close}. */
export class EngineDirectory {
  readonly path: string;
  readonly #isTemporary: boolean;
  readonly #lock: Deno.FsFile;
  #wasEmpty = true;
  #allocatedBytes: number | undefined;

  private constructor(path: string, options: { isTemporary: boolean; lock: Deno.FsFile }) {
    this.path = path;
    this.#isTemporary = options.isTemporary;
    this.#lock = options.lock;
  }

  /** Whether it held no store of the engine when it was opened. */
  get wasEmpty(): boolean {
    return this.#wasEmpty;
  }

  /** Bytes that it occupied when it was closed; undefined before that, or if the system does not tell. */
  get allocatedBytes(): number | undefined {
    return this.#allocatedBytes;
  }

  /**
   * Opens and locks an engine's directory, creating and marking it if necessary.
   *
   * @param output its path; if absent, a temporary directory that is removed on closing
   * @throws {PersistError} when it cannot be used: not a directory, in use, or another backend's
   */
  static open(engine: string, output: string | undefined): EngineDirectory {
    const isTemporary = output === undefined;
    const path = isTemporary ? makeTemporaryDirectory(RUN_PREFIX) : makeDirectory(output, "full");
    if (isTemporary) removeLeftDirectories(path);
    const lock = takeLock(path);
    const directory = new EngineDirectory(path, { isTemporary, lock });
    try {
      directory.#wasEmpty = takeFor(path, engine);
    } catch (error) {
      afterFailureSync(() => directory.close());
      throw error;
    }
    return directory;
  }

  close(): void {
    this.#allocatedBytes = allocatedBytes(this.path);
    this.#lock.close();
    if (this.#isTemporary) removeTemporaryDirectory(this.path);
  }
}

/** Marks the directory, or checks that it already belongs to the engine; returns whether it did not yet. */
function takeFor(path: string, engine: string): boolean {
  const marked = markedEngine(path);
  if (marked === engine) return false;
  if (marked !== undefined) throw new PersistError("use", path, `it holds a store of ${marked}, not of ${engine}`);
  const [name] = storeFileNames(namesIn(path)).keys();
  if (name !== undefined) throw new PersistError("use", path, `it holds ${name}, which is the file backend's`);
  markEngine(path, engine);
  syncDirectory(path);
  return true;
}
