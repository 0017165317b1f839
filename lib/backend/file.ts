/**
 * The file backend: the shared store, persisted in files. What prepares it, and what connects to it, is imported where
 * it is needed: a load worker does not read files.
 *
 * @module
 */
import { given } from "../option/given.ts";
import { isSynced } from "../persist/durability.ts";
import { allocatedBytes } from "../system/allocated_bytes.ts";
import { volatileFileSystem } from "../system/system.ts";
import { liveBytes } from "../store/live_bytes.ts";
import type { FileBackendOptions } from "./backend.ts";
import type { Backend, BackendPreparation, PreparedBackend } from "./backend_interface.ts";
import type { FileTarget } from "./prepare.ts";
import type { Loss, Promises } from "../engine/promises.ts";
import { layoutOf } from "../persist/layout/layouts.ts";
import { policyOf } from "../persist/policy/policies.ts";

/** The file backend, whose settings are its options. */
export const BACKEND: Backend<FileBackendOptions> = {
  promises: (options, { threads = 1 } = {}) => filePromises(options, threads),
  prepare,
  connect: async (target, thread) => (await import("./file_connection.ts")).connectFile(target as FileTarget, thread),
};

async function prepare(preparation: BackendPreparation<FileBackendOptions>): Promise<PreparedBackend> {
  const { settings, keys, onSetAside, onWarning } = preparation;
  const { prepareFiles } = await import("./prepare.ts");
  const files = await prepareFiles(settings, keys, preparation);
  const { path } = files.directory;
  warnOfVolatileSync(settings, path, onWarning);
  for (const file of files.filesSetAside) onSetAside?.(file);
  for (const { path, reason } of files.filesTorn) {
    onWarning?.(`left out of ${path} what a crash had cut short: ${reason}`);
  }
  let allocated: number | undefined;
  return {
    target: files.handle,
    files,
    directory: {
      path,
      wasEmpty: files.filesLoaded === 0,
      get allocatedBytes() {
        return allocated;
      },
    },
    liveBytes: () => liveBytes(files.store),
    close: () => {
      allocated = allocatedBytes(path);
      files.directory.close();
    },
  };
}

function warnOfVolatileSync(
  { sync }: FileBackendOptions,
  directory: string,
  onWarning: ((message: string) => void) | undefined,
): void {
  // To ask for the file system starts a program, which would count as time of a recovery.
  if (!isSynced(sync) || onWarning === undefined) return;
  const type = volatileFileSystem(directory);
  if (type === undefined) return;
  onWarning(`${directory} is on ${type}, which loses everything in a power loss: --sync=${sync} proves nothing`);
}

/**
 * The promises of the shared store in files. They follow from the policy and, for a power loss, from the sync level and
 * from what the layout syncs: a power loss may destroy whatever was not synced, however long ago it was written. There
 * is no second copy that could take over.
 */
export function filePromises(backend: FileBackendOptions, threads: number): Promises {
  const { layout, sync } = backend;
  const { tears, losesWritten } = layoutOf(layout.kind);
  const processCrash = policyLoss(backend, threads);
  const written = losesWritten?.(layout, backend);
  const syncedLoss = written === undefined ? processCrash : { text: `${processCrash.text}, and ${written}` };
  const powerLoss = isSynced(sync) ? syncedLoss : UNSYNCED;
  switch (tears(layout)) {
    case "nothing":
      return { processCrash, powerLoss };
    case "any-crash":
      return { processCrash: orTorn(processCrash), powerLoss: { ...orTorn(powerLoss), mayTear: true } };
  }
}

const UNSYNCED: Loss = { text: "everything that was never synced (--sync=none)", mayTear: true };

function policyLoss({ policy }: FileBackendOptions, threads: number): Loss {
  const { bound, loss } = policyOf(policy);
  const { writes, ageMs } = bound(policy, { threads });
  return {
    text: loss(policy, { threads }),
    ...given({ writesMax: writes, ageMsMax: ageMs }),
  };
}

/** A file that is overwritten in place may be torn by either kind of failure. */
function orTorn(loss: Loss): Loss {
  return { ...loss, text: `${loss.text}, and all of each file that was being overwritten` };
}
