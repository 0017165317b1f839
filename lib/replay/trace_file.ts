/**
 * Reads the file of a trace, which may be compressed with gzip, in chunks.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { openFile } from "../system/file_io.ts";
import { PersistError } from "../system/persist_error.ts";

const CHUNK_BYTES = 1 << 20;

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

/**
 * The content of a trace's file, unpacked, in chunks; each may be overwritten once the next one is asked for.
 *
 * @throws {PersistError} when it cannot be read or unpacked
 */
export async function* traceChunks(path: string): AsyncGenerator<Uint8Array, void> {
  using file = openFile(path, { read: true });
  const buffer = new Uint8Array(CHUNK_BYTES);
  let length = readChunk(file, path, buffer);
  if (length > 1 && buffer[0] === 0x1f && buffer[1] === 0x8b) {
    yield* unpacked(path);
    return;
  }
  for (; length > 0; length = readChunk(file, path, buffer)) yield buffer.subarray(0, length);
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

  /** Goes through it from its beginning, as {@linkcode traceChunks} does. */
  async *read(): AsyncGenerator<Uint8Array, void> {
    if (this.#isWhole) {
      yield* this.#kept;
      return;
    }
    this.#kept.length = 0;
    this.#keptBytes = 0;
    for await (const chunk of traceChunks(this.#path)) {
      this.#keptBytes += chunk.length;
      if (this.#keptBytes <= KEPT_BYTES_MAX) this.#kept.push(chunk.slice());
      else this.#kept.length = 0;
      yield chunk;
    }
    this.#isWhole = this.#keptBytes <= KEPT_BYTES_MAX;
  }
}

function readChunk(file: Deno.FsFile, path: string, buffer: Uint8Array): number {
  try {
    return file.readSync(buffer) ?? 0;
  } catch (error) {
    throw new PersistError("read", path, error);
  }
}

/** Unpacks all members of a gzip file, of which tools that pack in parallel, or append, write several. */
async function* unpacked(path: string): AsyncGenerator<Uint8Array, void> {
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // Without this, whoever reads what is unpacked would wait for ever.
  source.on("error", (error: Error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Uint8Array;
  } catch (error) {
    throw new PersistError("unpack", path, error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}
