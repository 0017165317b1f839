/**
 * Room of the shard files: their names, and how a snapshot replaces the one before it.
 *
 * @module
 */
import { SERIALIZER_NAMES, type SerializerName } from "../codec/codec.ts";
import { PersistError } from "./persist_error.ts";

/** What a shard file's name says. */
export interface ShardFileName {
  readonly shard: number;
  readonly shards: number;
  readonly serializer: SerializerName;
  /** Whether it is the temporary file of a replacement. */
  readonly temporary: boolean;
}

const TEMPORARY_SUFFIX = ".tmp";
const DIGITS = 4;
const NAME_PATTERN = new RegExp(
  `^shard-(\\d{${DIGITS},})-of-(\\d{${DIGITS},})\\.(${SERIALIZER_NAMES.join("|")})(\\.tmp)?$`,
);

/** The name of a shard's file, such as `shard-0007-of-0120.json`. */
export function shardFileName(shard: number, shards: number, serializer: SerializerName): string {
  return `shard-${digits(shard)}-of-${digits(shards)}.${serializer}`;
}

/** Reads a name that {@linkcode shardFileName} made, or that of its temporary file; `undefined` for any other. */
export function parseShardFileName(name: string): ShardFileName | undefined {
  const match = NAME_PATTERN.exec(name);
  if (match === null) return undefined;
  const shard = Number(match[1]);
  const shards = Number(match[2]);
  const serializer = match[3] as SerializerName;
  const temporary = match[4] !== undefined;
  const canonical = shardFileName(shard, shards, serializer) + (temporary ? TEMPORARY_SUFFIX : "");
  return canonical === name && shard < shards ? { shard, shards, serializer, temporary } : undefined;
}

/**
 * Replaces a file's content as a whole: a reader, and a crash of the process at any moment, finds either the old
 * content or the new. Writes a temporary file beside it, then renames.
 *
 * @throws {PersistError} when a step fails; the old file is untouched then, and the temporary one is gone
 */
export function replaceFile(path: string, bytes: Uint8Array): void {
  const temporary = path + TEMPORARY_SUFFIX;
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(temporary, { write: true, createNew: true });
  } catch (error) {
    throw new PersistError("create", temporary, error);
  }
  try {
    try {
      writeAll(file, temporary, bytes);
    } finally {
      file.close();
    }
    renameOver(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** Writes all bytes at the file's position: a single write may write fewer, or be interrupted by a signal. */
function writeAll(file: Deno.FsFile, path: string, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    try {
      const written = file.writeSync(done === 0 ? bytes : bytes.subarray(done));
      if (written === 0) throw new Error(`the file takes no more than ${done} of ${bytes.length} bytes`);
      done += written;
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted)) throw new PersistError("write", path, error);
    }
  }
}

function renameOver(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    throw new PersistError("rename", `${from} to ${to}`, error);
  }
}

/** Removes what a failed replacement leaves; that failure is the one to report. */
function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // The next opening of the directory removes it.
  }
}

function digits(value: number): string {
  return String(value).padStart(DIGITS, "0");
}
