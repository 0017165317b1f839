/**
 * Recovery: opens what a kill left behind, as a new process would.
 *
 * @module
 */
import type { EngineBackendOptions, FileBackendOptions } from "../backend/backend.ts";
import { prepareFiles } from "../backend/prepare.ts";
import { loadEngine } from "../engine/engines.ts";
import { mixKeySpace } from "../load/mix.ts";
import type { MixOptions } from "../load/workload.ts";
import type { SetAsideFile } from "../persist/directory.ts";
import { parseBlockFileName } from "../persist/layout/blocks/block_file_name.ts";
import { parseLogFileName } from "../persist/layout/log/log_file_name.ts";
import { parseShardFileName } from "../persist/shard_file.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { Abort } from "../sync/abort.ts";
import { afterFailure } from "../sync/clean_up.ts";
import { Clock } from "../sync/clock.ts";
import type { CrashBackend } from "./crash_load.ts";

/** A store as found after a kill. */
export interface Recovered {
  /** How long it took to open it again, in milliseconds. */
  readonly recoveryMs: number;
  /**
   * Copies the key's value into `out`.
   *
   * @returns whether the key is present; if it is a promise, several gets may be in flight
   */
  get(key: PaddedBytes, out: PaddedBytes): boolean | Promise<boolean>;
  /** Present for a file backend. */
  readonly files?: RecoveredFiles;
  /** What an engine had to have repaired before it could be opened, as a clause. */
  readonly repaired?: string;
  close(): void | Promise<void>;
}

/** A store as found in a file backend's directory. */
export interface RecoveredDirectory extends Recovered {
  readonly files: RecoveredFiles;
}

/** What the files of a file backend say about themselves. */
export interface RecoveredFiles {
  /** Each shard's version. */
  readonly versions: Float64Array;
  /** How many shards had files but no sound one, or how many logs or block files were damaged. */
  readonly torn: number;
  /** Damaged files of shards that also had a sound one. */
  readonly damagedSpares: number;
  /** All damaged files. */
  readonly setAside: readonly SetAsideFile[];
}

/**
 * Opens a backend again.
 *
 * @param mayRepair whether an engine's files may be repaired if that is needed
 * @throws {PersistError | EngineError} when it cannot be opened
 */
export async function recover(backend: CrashBackend, mix: MixOptions, mayRepair = false): Promise<Recovered> {
  return backend.kind === "file" ? await recoverFiles(backend, mix) : await recoverEngine(backend, mix, mayRepair);
}

/** Prepares and connects to an engine, as a run does. */
async function recoverEngine(
  { engine: name, settings, output }: EngineBackendOptions,
  { valueBytesMax }: MixOptions,
  mayRepair: boolean,
): Promise<Recovered> {
  const startedAtMs = performance.now();
  const engine = await loadEngine(name);
  const where = output === undefined ? {} : { output };
  const preparation = { settings, ...where, threads: 1, inFlight: 1, valueBytesMax, mayRepair };
  const prepared = await engine.prepare(preparation);
  try {
    const connection = await engine.connect(prepared.target);
    return {
      recoveryMs: performance.now() - startedAtMs,
      ...(prepared.repaired === undefined ? {} : { repaired: prepared.repaired }),
      get: (key, out) => connection.get(key, out),
      close: async () => {
        await connection.close();
        await prepared.close();
      },
    };
  } catch (error) {
    await afterFailure(() => prepared.close());
    throw error;
  }
}

/**
 * Opens the directory of a file backend; damaged files in it are set aside.
 *
 * @throws {PersistError} when the directory cannot be used
 */
export async function recoverFiles(backend: FileBackendOptions, mix: MixOptions): Promise<RecoveredDirectory> {
  const context = { abort: Abort.create(), clock: Clock.create(), threads: 1 };
  const { store, directory, filesSetAside, openMs } = await prepareFiles(backend, mixKeySpace(mix), context);
  const versions = Float64Array.from({ length: store.size.shards }, (_, shard) => store.version(shard));
  const sound = new Set(directory.shardFiles().map(({ shard }) => shard));
  return {
    recoveryMs: openMs,
    get: (key, out) => store.get(key, out),
    files: { versions, ...damageIn(filesSetAside, sound), setAside: filesSetAside },
    close: () => directory.close(),
  };
}

/** How many of the files set aside were the only ones of their shard or log, and how many were spares. */
function damageIn(
  filesSetAside: readonly SetAsideFile[],
  soundShards: ReadonlySet<number>,
): Pick<RecoveredFiles, "torn" | "damagedSpares"> {
  const torn = new Set<number>();
  let damagedSpares = 0;
  for (const { path } of filesSetAside) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    // These have no spares: each file holds what no other does.
    const log = parseLogFileName(name)?.log ?? parseBlockFileName(name)?.file;
    const shard = parseShardFileName(name)?.shard;
    if (log !== undefined) torn.add(log);
    else if (shard !== undefined && soundShards.has(shard)) damagedSpares++;
    else if (shard !== undefined) torn.add(shard);
  }
  return { torn: torn.size, damagedSpares };
}
