/**
 * Reads a file that may be packed with gzip, which its first bytes tell, in chunks.
 *
 * @module
 */
import { openFile } from "./file_io.ts";
import { PersistError } from "./persist_error.ts";

const CHUNK_BYTES = 1 << 20;

/**
 * The content of a file, unpacked, in chunks; each may be overwritten once the next one is asked for. The file is read
 * once, from its beginning to its end, and may be a pipe.
 *
 * @throws {PersistError} when it cannot be read or unpacked
 */
export async function* unpackedChunks(path: string): AsyncGenerator<Uint8Array, void> {
  using file = openFile(path, { read: true });
  const buffer = new Uint8Array(CHUNK_BYTES);
  let length = readChunk(file, path, buffer);
  // A pipe may give a single byte.
  if (length === 1) length += readChunk(file, path, buffer.subarray(1));
  if (length > 1 && buffer[0] === 0x1f && buffer[1] === 0x8b) {
    yield* unpacked(
      path,
      function* () {
        for (; length > 0; length = readChunk(file, path, buffer)) yield buffer.slice(0, length);
      }(),
    );
    return;
  }
  for (; length > 0; length = readChunk(file, path, buffer)) yield buffer.subarray(0, length);
}

function readChunk(file: Deno.FsFile, path: string, buffer: Uint8Array): number {
  try {
    return file.readSync(buffer) ?? 0;
  } catch (error) {
    throw new PersistError("read", path, error);
  }
}

/** Unpacks all members of a gzip file, of which tools that pack in parallel, or append, write several. */
async function* unpacked(path: string, packed: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const [{ Readable }, { createGunzip }] = await Promise.all([import("node:stream"), import("node:zlib")]);
  const source = Readable.from(packed, { highWaterMark: 1 });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // Without this, whoever reads what is unpacked would wait for ever.
  source.on("error", (error: Error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Uint8Array;
  } catch (error) {
    throw error instanceof PersistError ? error : new PersistError("unpack", path, error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}
