/**
 * Reads what is in the trace that a load replays, and checks, before anything starts, that it can be replayed.
 *
 * @module
 */
import { UsageError } from "../option/wording.ts";
import { putsIn } from "../replay/format/trace_format.ts";
import type { RunOptions } from "../run/run_options.ts";
import { withTrace } from "../run/trace.ts";
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
  if (backend.kind === "file" && backend.serializer !== "raw" && binaryKeys.count > 0) {
    throw new UsageError(
      `${name} has keys that are not UTF-8, the first in line ${binaryKeys.line}, which need ` +
        `--${FLAGS.serializer.name}=raw, got ${backend.serializer}`,
    );
  }
  refuseTooLargeReplay({ ...known, witnessed: isForCrash });
  return known;
}
