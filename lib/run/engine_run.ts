/**
 * The engine side of a run: prepares the engine, and closes it afterwards.
 *
 * @module
 */
import type { EngineBackendOptions } from "../backend/backend.ts";
import type { KeySpace } from "../backend/plan.ts";
import type { PreparedEngine } from "../engine/engine.ts";
import { loadEngine } from "../engine/engines.ts";
import { volatileFileSystem } from "../persist/system.ts";
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
  let result: RunResult;
  try {
    if (prepared.directory !== undefined) warnOfVolatileFiles(prepared.directory, hooks);
    result = await new LoadRun({
      ...parts,
      backend: { kind: "engine", engine: name, target: prepared.target, inFlight },
      promises: engine.promises(settings),
      engine: { title: engine.title, settle: () => prepared.settle?.() },
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
  try {
    await prepared.close();
    return measured;
  } catch (error) {
    return { ...measured, failed: messageOf(error) };
  }
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
