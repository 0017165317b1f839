/**
 * Recovery: opens what a kill left behind, as a new process would.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import { loadBackend, nameOf, prepareBackend } from "../backend/backends.ts";
import type { KeySpace } from "../backend/plan.ts";
import type { PreparedFiles } from "../backend/prepare.ts";
import { layoutOf } from "../persist/layout/layouts.ts";
import type { Gettable } from "../engine/connection.ts";
import type { EngineResult } from "../run/run_result.ts";
import type { SetAsideFile } from "../persist/layout/layout_module.ts";
import { parseStoreFileName, storeFileNames } from "../directory/store_files.ts";
import { given } from "../option/given.ts";
import { Abort } from "../sync/abort.ts";
import { afterFailure, thenCleanUp } from "../sync/clean_up.ts";
import { Clock } from "../sync/clock.ts";

/** A store as found after a kill. */
export interface Recovered extends Gettable {
  /** How long it took to open it again, in milliseconds. */
  readonly recoveryMs: number;
  /** Present for a file backend. */
  readonly files?: RecoveredFiles;
  /** What an engine had to have repaired before it could be opened, as a clause. */
  readonly repaired?: string;
  /** Asks an engine for its version and its settings. */
  describe?(): Promise<EngineResult | undefined>;
  close(): void | Promise<void>;
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

/** How a backend is opened again. */
export interface RecoverOptions {
  /** Whether an engine's files may be repaired if that is needed; by default they may not. */
  readonly mayRepair?: boolean;
  /** Aborted to give up. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Opens a backend again: prepares it and connects to it, as a run does. Damaged files of the file backend are set
 * aside.
 *
 * @throws {PersistError | EngineError} when it cannot be opened
 * @throws {StoppedError} when told to stop first
 */
export async function recover(
  options: BackendOptions,
  keys: KeySpace,
  { mayRepair = false, stop }: RecoverOptions = {},
): Promise<Recovered> {
  const startedAtMs = performance.now();
  const backend = await loadBackend(nameOf(options));
  const { title } = backend;
  const shared = { abort: Abort.create(), clock: Clock.create() };
  const prepared = await prepareBackend(backend, options, {
    ...shared,
    keys,
    threads: 1,
    mayRepair,
    ...given({ stop }),
  });
  try {
    const connection = await backend.connect(prepared.target, 0);
    return {
      recoveryMs: performance.now() - startedAtMs,
      ...given({ repaired: prepared.repaired, files: prepared.files && recoveredFiles(prepared.files) }),
      describe: async () => {
        const description = await connection.describe?.();
        return title === undefined || description === undefined ? undefined : { title, ...description };
      },
      get: (key, out) => connection.get(key, out),
      ...("getAll" in connection && connection.getAll !== undefined
        ? { getAll: connection.getAll.bind(connection) }
        : {}),
      close: () => thenCleanUp(() => connection.close(), () => prepared.close()),
    };
  } catch (error) {
    await afterFailure(() => prepared.close());
    throw error;
  }
}

function recoveredFiles({ store, directory, filesSetAside }: PreparedFiles): RecoveredFiles {
  const versions = Float64Array.from({ length: store.size.shards }, (_, shard) => store.version(shard));
  return { versions, ...damageIn(filesSetAside, directory.fileNames()), setAside: filesSetAside };
}

/** How many of the files set aside were the only ones of their shard or log, and how many were spares. */
function damageIn(
  filesSetAside: readonly SetAsideFile[],
  namesLeft: readonly string[],
): Pick<RecoveredFiles, "torn" | "damagedSpares"> {
  const left = new Set([...storeFileNames(namesLeft).values()].map(({ index }) => index));
  const torn = new Set<number>();
  let damagedSpares = 0;
  for (const { path } of filesSetAside) {
    const file = parseStoreFileName(path.slice(path.lastIndexOf("/") + 1));
    if (file === undefined) continue;
    if (layoutOf(file.layout).hasSpares && left.has(file.index)) damagedSpares++;
    else torn.add(file.index);
  }
  return { torn: torn.size, damagedSpares };
}
