/**
 * Looks at the file of a trace, and reads it several times.
 *
 * @module
 */
import { PersistError } from "../system/persist_error.ts";
import { unpackedChunks } from "../system/unpacked_file.ts";

/** What tells whether a file is still the same. */
export interface TraceFile {
  readonly sizeBytes: number;
  /** In milliseconds since 1970; 0 if the file system does not say. */
  readonly modifiedMs: number;
}

/**
 * Looks at a trace's file, which is read more than once.
 *
 * @throws {PersistError} when there is none, or it cannot be read again and again
 */
export function lookAtTrace(path: string): TraceFile {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (error) {
    throw new PersistError("read", path, error);
  }
  const { isFile, isDirectory, size, mtime } = info;
  if (isDirectory) throw new PersistError("read", path, "it is a directory, must be a trace");
  if (!isFile) {
    throw new PersistError("read", path, "it is a pipe or a device, must be a file, as a trace is read twice");
  }
  if (size === 0) throw new PersistError("read", path, "it is empty, must be a trace");
  return { sizeBytes: size, modifiedMs: mtime?.getTime() ?? 0 };
}

/** A smaller trace is kept in memory, once it has been read, for whoever goes through it again. */
const KEPT_BYTES_MAX = 64 << 20;

/** The content of a trace's file, for going through it several times. */
export class TraceChunks {
  readonly #path: string;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #isWhole = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Goes through it from its beginning, as {@linkcode unpackedChunks} does. */
  async *read(): AsyncGenerator<Uint8Array, void> {
    if (this.#isWhole) {
      yield* this.#kept;
      return;
    }
    this.#kept.length = 0;
    this.#keptBytes = 0;
    for await (const chunk of unpackedChunks(this.#path)) {
      this.#keptBytes += chunk.length;
      if (this.#keptBytes <= KEPT_BYTES_MAX) this.#kept.push(chunk.slice());
      else this.#kept.length = 0;
      yield chunk;
    }
    this.#isWhole = this.#keptBytes <= KEPT_BYTES_MAX;
  }
}
