/**
 * Does one run, from preparation to result.
 *
 * @module
 */
import { type BackendName, inFlightOf, loadBackend, nameOf, prepareBackend, settingsOf } from "../backend/backends.ts";
import type { PreparedBackend } from "../backend/backend_interface.ts";
import { keySpaceOf } from "../load/key_space.ts";
import { forgetResidentMax } from "../system/process_usage.ts";
import { messageOf } from "../system/persist_error.ts";
import { volatileFileSystem } from "../system/system.ts";
import { Abort } from "../sync/abort.ts";
import { Clock } from "../sync/clock.ts";
import { Phase } from "../sync/phase.ts";
import { withContents } from "./cost_meter.ts";
import { startFileRun } from "./file_run.ts";
import type { RunHooks } from "./live.ts";
import { liveBytesIn } from "./live_bytes.ts";
import { LoadRun, type LoadRunParts } from "./load_run.ts";
import { type RunOptions, withTrace } from "./run_options.ts";
import type { RunResult } from "./run_result.ts";
import { given } from "../option/given.ts";

/**
 * Runs a load against a backend: prepares it, starts all load workers together, stops them when the time is up, the
 * operations are done or `hooks.stop` says so, waits until everything acknowledged is in its file, and returns what was
 * measured.
 *
 * @throws {Error} the first failure of any worker before the load, or of the preparation; by then every worker has
 * ended
 */
export async function run(asked: RunOptions, hooks: RunHooks = {}): Promise<RunResult> {
  const options = await withTrace(asked);
  const { workload, threads, witness } = options;
  forgetResidentMax();
  const abort = Abort.create();
  const phase = Phase.create();
  const clock = Clock.create();
  const name = nameOf(options.backend);
  const backend = await loadBackend(name);
  const prepared = await prepareBackend(backend, options.backend, {
    keys: keySpaceOf(workload, witness !== undefined),
    threads,
    abort,
    clock,
    witness: witness?.directory,
    ...given({ stop: hooks.stop }),
    onWarning: (message) => hooks.onWarning?.(message),
    onSetAside: (file) => hooks.onSetAside?.(file),
  });
  const promises = (readings?: NonNullable<RunResult["engine"]>["settings"]) =>
    backend.promises(settingsOf(options.backend), { threads, readings });
  const storage = prepared.keepsNothing ? undefined : prepared.directory;
  let result: RunResult;
  try {
    if (backend.title !== undefined && storage !== undefined) warnOfVolatileFiles(storage.path, hooks);
    const fileRun = prepared.files === undefined ? undefined : startFileRun(prepared.files, {
      options,
      createWorker: hooks.createFileWorker,
      clock,
      phase,
      abort: abort.handle(),
    });
    const { target, servers } = prepared;
    const parts: LoadRunParts = {
      options,
      hooks,
      abort,
      phase,
      backend: { name, target, inFlight: inFlightOf(options.backend) },
      promises: promises(),
      wasEmpty: isEmpty(name, prepared),
      places: { directory: storage?.path, servers },
      ...given({ fileRun, title: backend.title }),
      ...(prepared.settle === undefined ? {} : { settle: () => prepared.settle?.() }),
    };
    let loadRun: LoadRun;
    try {
      loadRun = new LoadRun(parts);
    } catch (error) {
      // There is no memory for what it counts in.
      await fileRun?.abandon();
      throw error;
    }
    result = await loadRun.run();
  } catch (error) {
    const explanation = await prepared.explain?.();
    await closeAfterFailure(prepared, hooks);
    throw explanation === undefined ? error : new Error(`${messageOf(error)}; ${explanation}`, { cause: error });
  }
  const measured = { ...result, promises: promises(result.engine?.settings) };
  if (result.failed !== undefined) {
    const explanation = await prepared.explain?.();
    await closeAfterFailure(prepared, hooks);
    return explanation === undefined ? measured : { ...measured, failed: `${result.failed}; ${explanation}` };
  }
  const liveBytes = await liveBytesIn({ backend, prepared, workload, stop: hooks.stop });
  const counted = await withCounts(measured, prepared, hooks);
  try {
    await prepared.close();
  } catch (error) {
    return { ...counted, failed: messageOf(error) };
  }
  const contents = { diskBytes: storage?.allocatedBytes, liveBytes };
  return { ...counted, ...withContents(result.costs, contents) };
}

/** Whether the store is known to hold nothing yet. */
function isEmpty(name: BackendName, { files, directory, servers }: PreparedBackend): boolean {
  if (files !== undefined) return files.entriesLoaded === 0;
  return name === "memory" || servers === undefined && directory?.wasEmpty === true;
}

/** The result with what the engine has counted meanwhile, and a warning of each count. */
async function withCounts(result: RunResult, prepared: PreparedBackend, hooks: RunHooks): Promise<RunResult> {
  const { engine } = result;
  if (engine === undefined || prepared.counts === undefined) return result;
  // An engine that does not answer any more will say so when it is closed.
  const counts = await prepared.counts().catch(() => undefined);
  if (counts === undefined) return result;
  for (const [name, count] of Object.entries(counts)) {
    if (count > 0) hooks.onWarning?.(`${engine.title} counted ${count} ${name.replaceAll("_", " ")} during the run`);
  }
  return { ...result, engine: { ...engine, counts } };
}

/** Closes the backend of a run that has failed for another reason, which an error here does not hide. */
async function closeAfterFailure(prepared: PreparedBackend, hooks: RunHooks): Promise<void> {
  try {
    await prepared.close();
  } catch (error) {
    hooks.onWarning?.(messageOf(error));
  }
}

function warnOfVolatileFiles(directory: string, hooks: RunHooks): void {
  const type = volatileFileSystem(directory);
  if (type === undefined) return;
  hooks.onWarning?.(`${directory} is on ${type}, which loses everything in a power loss: syncs cost nothing there`);
}
