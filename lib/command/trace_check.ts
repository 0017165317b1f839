/**
 * Reads what is in the trace that a load replays, and checks, before anything starts, that it can be replayed.
 *
 * @module
 */
import type { BackendOptions } from "../backend/backend.ts";
import { ENGINES } from "../engine/engines.ts";
import { UsageError } from "../option/wording.ts";
import { putsIn } from "../replay/format/trace_format.ts";
import { type RunOptions, withTrace } from "../run/run_options.ts";
import { FLAGS } from "./commands.ts";
import { refuseTooLargeReplay } from "./store_check.ts";

/**
 * The options with what is in their trace, if they replay one.
 *
 * @param check.isForCrash whether what is put must be told apart, and may be lost
 * @throws {PersistError} when the trace cannot be read, or not replayed as the options say
 * @throws {UsageError} when the backend cannot hold what it puts, or there is nothing to lose
 */
export async function readTrace<Options extends RunOptions>(
  options: Options,
  { isForCrash }: { readonly isForCrash: boolean },
): Promise<Options> {
  const known = await withTrace(options);
  const { workload, backend } = known;
  if (workload.kind !== "replay" || workload.trace === undefined) return known;
  const { kinds, binaryKeys } = workload.trace;
  const name = `--${FLAGS.replay.name}=${workload.path}`;
  if (isForCrash && putsIn(kinds) === 0) {
    throw new UsageError(`crash needs puts that it can lose, got ${name}, which has none`);
  }
  const refusal = refusalOfBinaryKeys(backend);
  if (refusal !== undefined && binaryKeys.count > 0) {
    throw new UsageError(`${name} has keys that are not UTF-8, the first in line ${binaryKeys.line}, ${refusal}`);
  }
  refuseTooLargeReplay({ ...known, witnessed: isForCrash });
  return known;
}

/** Why a backend cannot hold keys of any bytes, as a clause; `undefined` if it can. */
function refusalOfBinaryKeys(backend: BackendOptions): string | undefined {
  if (backend.kind === "file" && backend.serializer !== "raw") {
    return `which need --${FLAGS.serializer.name}=raw, got ${backend.serializer}`;
  }
  return backend.kind === "engine" && ENGINES[backend.engine].hasTextKeys
    ? `which ${backend.engine} gets as text: replay it on another engine, or on file --${FLAGS.serializer.name}=raw`
    : undefined;
}
