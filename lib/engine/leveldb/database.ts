/**
 * Opens a LevelDB database, with errors in one line.
 *
 * @module
 */
import { ClassicLevel } from "classic-level";
import type { EngineTarget } from "../engine.ts";
import { EngineError } from "../engine_error.ts";
import type { LeveldbSettings } from "./settings.ts";

/** A database of byte arrays. */
export type Database = ClassicLevel<Uint8Array, Uint8Array>;

/** What a connection needs. */
export type LeveldbTarget = EngineTarget & LeveldbSettings & { readonly path: string };

/**
 * Opens the database, or reuses the one that this process already has open.
 *
 * @throws {EngineError} when LevelDB cannot read it, or another process has it
 */
export async function openDatabase({ path, cacheSizeBytes, writeBufferSizeBytes }: LeveldbTarget): Promise<Database> {
  const database: Database = new ClassicLevel(path, { keyEncoding: "view", valueEncoding: "view" });
  try {
    await database.open({
      multithreading: true,
      cacheSize: cacheSizeBytes,
      writeBufferSize: writeBufferSizeBytes,
    });
    return database;
  } catch (error) {
    throw new EngineError("open", path, causeOf(error));
  }
}

/** LevelDB's own error, which the package wraps. */
export function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}
