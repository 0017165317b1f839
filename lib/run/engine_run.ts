/**
 * The engine side of a run: prepares the engine, and closes it afterwards.
 *
 * @module
 */
import type { EngineBackendOptions } from "../backend/backend.ts";
import type { KeySpace } from "../backend/plan.ts";
import type { Engine, EngineTarget, PreparedEngine } from "../engine/engine.ts";
import type { EngineDirectory } from "../engine/engine_directory.ts";
import { loadEngine } from "../engine/engines.ts";
import { sampledBytes } from "../load/sampled_bytes.ts";
import type { WorkloadOptions } from "../load/workload.ts";
import { volatileFileSystem } from "../persist/system.ts";
import { withContents } from "./cost_meter.ts";
import type { RunHooks } from "./hooks.ts";
import { LoadRun, type LoadRunParts } from "./load_run.ts";
import type { RunResult } from "./run_result.ts";

/**
 * Runs a load on an engine.
 *
 * @throws {Error} when the engine cannot be prepared, or a worker fails
 */
export async function runOnEngine(
  { engine: name, settings, output, inFlight }: EngineBackendOptions,
  keys: KeySpace,
  parts: Pick<LoadRunParts, "options" | "hooks" | "abort" | "phase">,
): Promise<RunResult> {
  const { options: { threads }, hooks } = parts;
  const engine = await loadEngine(name);
  const prepared = await engine.prepare({
    settings,
    ...(output === undefined ? {} : { output }),
    threads,
    inFlight,
    valueBytesMax: keys.valueLengthMax,
    ...(hooks.stop === undefined ? {} : { stop: hooks.stop }),
    onWarning: (message) => hooks.onWarning?.(message),
  });
  /** Where the data goes. */
  const storage = prepared.keepsNothing ? undefined : prepared.directory;
  let result: RunResult;
  try {
    if (prepared.directory !== undefined) warnOfVolatileFiles(prepared.directory.path, hooks);
    result = await new LoadRun({
      ...parts,
      backend: { kind: "engine", engine: name, target: prepared.target, inFlight },
      promises: engine.promises(settings),
      places: { directory: storage?.path, servers: prepared.servers },
      engine: { title: engine.title, ...(prepared.settle === undefined ? {} : { settle: () => prepared.settle?.() }) },
    }).run();
  } catch (error) {
    const explanation = await prepared.explain?.();
    await closeAfterFailure(prepared, hooks);
    throw explanation === undefined ? error : new Error(`${messageOf(error)}; ${explanation}`, { cause: error });
  }
  const measured = { ...result, promises: engine.promises(settings, result.engine?.settings) };
  if (result.failed !== undefined) {
    const explanation = await prepared.explain?.();
    await closeAfterFailure(prepared, hooks);
    return explanation === undefined ? measured : { ...measured, failed: `${result.failed}; ${explanation}` };
  }
  const stops = [AbortSignal.timeout(ASK_MAX_MS), ...(hooks.stop === undefined ? [] : [hooks.stop])];
  const asked = { engine, storage, target: prepared.target, workload: parts.options.workload };
  const liveBytes = await liveBytesIn(asked, AbortSignal.any(stops));
  const counted = await withCounts(measured, prepared, hooks);
  try {
    await prepared.close();
  } catch (error) {
    return { ...counted, failed: messageOf(error) };
  }
  const contents = { diskBytes: storage?.allocatedBytes, liveBytes };
  return { ...counted, ...withContents(result.costs, contents) };
}

/** How long an engine may be asked what it holds, in milliseconds. */
const ASK_MAX_MS = 10_000;

/**
 * The bytes of all keys and values that the load has left in the engine's directory; `undefined` if that held others
 * before, which nobody has counted, or if the engine does not answer before the signal is aborted.
 */
async function liveBytesIn(asked: AskedEngine, stop: AbortSignal): Promise<number | undefined> {
  if (!asked.storage?.wasEmpty || stop.aborted) return undefined;
  const stopped = new Promise<undefined>((resolve) => stop.addEventListener("abort", () => resolve(undefined)));
  return await Promise.race([stopped, askLiveBytes(asked)]);
}

/** An engine that is asked what a load has left in it. */
interface AskedEngine {
  readonly engine: Engine;
  readonly target: EngineTarget;
  /** Its directory, if its data is there. */
  readonly storage: EngineDirectory | undefined;
  readonly workload: WorkloadOptions;
}

async function askLiveBytes({ engine, target, workload }: AskedEngine): Promise<number | undefined> {
  try {
    const connection = await engine.connect(target);
    try {
      return await sampledBytes(workload, (key, out) => connection.get(key, out));
    } finally {
      await connection.close();
    }
  } catch {
    return undefined;
  }
}

/** The result with what the engine has counted meanwhile, and a warning of each count. */
async function withCounts(result: RunResult, prepared: PreparedEngine, hooks: RunHooks): Promise<RunResult> {
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

/** Closes the engine of a run that has failed for another reason, which an error here does not hide. */
async function closeAfterFailure(prepared: PreparedEngine, hooks: RunHooks): Promise<void> {
  try {
    await prepared.close();
  } catch (error) {
    hooks.onWarning?.(messageOf(error));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function warnOfVolatileFiles(directory: string, hooks: RunHooks): void {
  const type = volatileFileSystem(directory);
  if (type === undefined) return;
  hooks.onWarning?.(`${directory} is on ${type}, which loses everything in a power loss: syncs cost nothing there`);
}
