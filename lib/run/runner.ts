/**
 * Does one run, from preparation to result.
 *
 * @module
 */
import type { FileBackendOptions } from "../backend/backend.ts";
import type { KeySpace } from "../backend/plan.ts";
import { prepareFiles, prepareMemory } from "../backend/prepare.ts";
import { ownPromises } from "../backend/promises.ts";
import { mixKeySpace } from "../load/mix.ts";
import { SEED_KEY_SPACE } from "../load/seed_workload.ts";
import type { WorkloadOptions } from "../load/workload.ts";
import { allocatedBytes } from "../persist/allocated_bytes.ts";
import { probeDevice } from "../persist/device_probe.ts";
import { forgetResidentMax } from "../persist/process_usage.ts";
import { fileSystemType, volatileFileSystem } from "../persist/system.ts";
import { liveBytes } from "../store/live_bytes.ts";
import { Abort } from "../sync/abort.ts";
import { thenCleanUp } from "../sync/clean_up.ts";
import { Clock } from "../sync/clock.ts";
import { Phase } from "../sync/phase.ts";
import { withContents } from "./cost_meter.ts";
import { runOnEngine } from "./engine_run.ts";
import { type DeviceDescription, FileRun } from "./file_run.ts";
import type { RunHooks } from "./hooks.ts";
import { LoadRun } from "./load_run.ts";
import type { RunOptions } from "./run_options.ts";
import type { RunResult } from "./run_result.ts";
import { startWorker } from "./start_worker.ts";

/**
 * Runs a load against a backend: prepares it, starts all load workers together, stops them when the time is up, the
 * operations are done or `hooks.stop` says so, waits until everything acknowledged is in its file, and returns what was
 * measured.
 *
 * @throws {Error} the first failure of any worker, or of the preparation; by then every worker has ended
 */
export async function run(options: RunOptions, hooks: RunHooks = {}): Promise<RunResult> {
  const { backend, workload, threads } = options;
  forgetResidentMax();
  const keys = keySpaceOf(workload);
  const witness = options.witness?.directory;
  const abort = Abort.create();
  const phase = Phase.create();
  const common = { options, hooks, abort, phase };
  if (backend.kind === "engine") return await runOnEngine(backend, keys, common);
  const parts = { ...common, promises: ownPromises(backend, threads) };
  if (backend.kind === "memory") {
    return await new LoadRun({ ...parts, places: {}, backend: prepareMemory(keys, { abort, threads }).handle }).run();
  }
  const clock = Clock.create();
  const files = await prepareFiles(backend, keys, { abort, clock, threads, witness });
  const work = async () => {
    const { path } = files.directory;
    warnOfVolatileSync(backend, path, hooks);
    for (const file of files.filesSetAside) hooks.onSetAside?.(file);
    for (const { path, reason } of files.filesTorn) {
      hooks.onWarning?.(`left out of ${path} what a crash had cut short: ${reason}`);
    }
    const preloaded = workload.kind === "mix" && workload.preload;
    const device = describeDevice(backend, path);
    const worker = startWorker(() => hooks.createFileWorker?.() ?? createFileWorker(), "the file worker");
    const shared = { clock, phase, abort: abort.handle() };
    const fileRun = new FileRun({ ...shared, options: backend, files, preloaded, device, worker });
    const result = await new LoadRun({ ...parts, places: { directory: path }, backend: files.handle, fileRun }).run();
    // After a failure something may still be writing.
    if (result.failed !== undefined) return result;
    const contents = { diskBytes: allocatedBytes(path), liveBytes: liveBytes(files.store) };
    return { ...result, ...withContents(result.costs, contents) };
  };
  return await thenCleanUp(work, () => files.directory.close());
}

function keySpaceOf(workload: WorkloadOptions): KeySpace {
  return workload.kind === "seed" ? SEED_KEY_SPACE : mixKeySpace(workload);
}

function warnOfVolatileSync({ sync }: FileBackendOptions, directory: string, hooks: RunHooks): void {
  if (sync === "none") return;
  const type = volatileFileSystem(directory);
  if (type === undefined) return;
  hooks.onWarning?.(
    `${directory} is on ${type}, which loses everything in a power loss: --sync=${sync} proves nothing`,
  );
}

/** What is known of the device under a directory, as far as the options ask for it. */
function describeDevice({ deviceProbe }: FileBackendOptions, directory: string): DeviceDescription {
  if (deviceProbe === undefined) return {};
  const fileSystem = fileSystemType(directory);
  return {
    ...(fileSystem === undefined ? {} : { fileSystem }),
    ...(deviceProbe ? { device: probeDevice(directory) } : {}),
  };
}

function createFileWorker(): Worker {
  return new Worker(new URL("../persist/file_worker.ts", import.meta.url), { type: "module" });
}
