/**
 * Deno KV, in a file of its own.
 *
 * @module
 */
import type { Engine, EngineTarget, PreparedEngine } from "../engine.ts";
import { prepareIn, type StoreSigns } from "../engine_directory.ts";
import { EngineError } from "../engine_error.ts";
import { NOTHING } from "../promises.ts";
import { DenokvConnection } from "./connection.ts";

/** The file's name in its directory. */
const FILE_NAME = "store.denokv";
const SIGNS: StoreSigns = { file: FILE_NAME, isSign: (name) => name === `${FILE_NAME}-wal` };

/**
 * The largest value that `Deno.Kv.set` takes. A key may have a few bytes more as Deno encodes it; none of kvlab's is
 * that long.
 */
const VALUE_BYTES_MAX = 65_536;

/** What a connection needs. */
type DenokvTarget = EngineTarget & { readonly path: string };

/** Deno KV, which has no settings. Each load worker opens the file for itself. */
export const ENGINE: Engine<Record<never, never>> = {
  title: "Deno KV",

  /**
   * Deno's documentation says nothing about durability. On a file, Deno KV is SQLite in WAL mode with SQLite's own
   * default for `PRAGMA synchronous`, which is FULL (denoland/denokv, `sqlite/backend.rs`): each commit is synced.
   */
  promises: () => ({ processCrash: NOTHING, powerLoss: NOTHING }),

  async prepare({ output, valueBytesMax }): Promise<PreparedEngine> {
    if (valueBytesMax > VALUE_BYTES_MAX) {
      throw new EngineError("use", "denokv", `values of ${valueBytesMax} B, must be at most ${VALUE_BYTES_MAX} B`);
    }
    return await prepareIn("denokv", { output, signs: SIGNS }, async (directory) => {
      const path = `${directory}/${FILE_NAME}`;
      const kv = await openKv(path);
      return { target: { path }, close: () => kv.close() };
    });
  },

  async connect(target) {
    const { path } = target as DenokvTarget;
    return new DenokvConnection(await openKv(path), path);
  },
};

async function openKv(path: string): Promise<Deno.Kv> {
  try {
    return await Deno.openKv(path);
  } catch (error) {
    throw new EngineError("open", path, error);
  }
}
