/**
 * Turns the flags of a replay into a workload. What is in the trace is found out later, when the command runs.
 *
 * @module
 */
import type { ReplayOptions } from "../load/workload.ts";
import { given } from "../option/given.ts";
import { UsageError } from "../option/wording.ts";
import { REPLAY_FLAGS } from "../result/option/replay_flags.ts";
import { WORKLOAD_FLAGS, WORKLOAD_SWITCHES } from "../result/option/workload_flags.ts";
import type { RawArguments } from "./arguments.ts";
import { FLAGS } from "./commands.ts";
import { refuseTooManyLanes } from "./load_options.ts";
import { refuseBoth, type ValuesOf } from "./flag_values.ts";

/** The values of the flags that a replay takes. */
type ReplayValues = ValuesOf<typeof REPLAY_FLAGS> & Pick<ValuesOf<typeof WORKLOAD_FLAGS>, "compressible">;

/** The flags of a load that is made up. */
const MADE_UP_FLAGS = [...Object.values(WORKLOAD_FLAGS), ...Object.values(WORKLOAD_SWITCHES)]
  .filter((flag) => flag !== WORKLOAD_FLAGS.compressible);

/** The flags that mean nothing without a trace. */
const TRACE_FLAGS = Object.values(REPLAY_FLAGS).filter((flag) => flag !== REPLAY_FLAGS.replay);

/**
 * The replay that the flags ask for; `undefined` if they ask for none.
 *
 * @throws {UsageError} when flags contradict each other
 */
export function replayOptions(raw: RawArguments, values: ReplayValues): ReplayOptions | undefined {
  const { replay: path, replayFormat: format, replaySpeed, replayRepeat: rounds = 1, compressible } = values;
  if (path === undefined) {
    const stray = TRACE_FLAGS.find(({ name }) => raw.given.has(name));
    if (stray !== undefined) throw new UsageError(`--${stray.name} needs --${FLAGS.replay.name}`);
    return undefined;
  }
  for (const flag of MADE_UP_FLAGS) refuseBoth(raw, [FLAGS.replay, flag], "both say what the load does");
  for (const flag of [FLAGS.pattern, FLAGS.ratePerSec]) {
    refuseBoth(raw, [FLAGS.replay, flag], `both say when operations begin (see --${FLAGS.replaySpeed.name})`);
  }
  const isLimited = [FLAGS.loadTimeMs, FLAGS.ops].some(({ name }) => raw.given.has(name));
  if (raw.given.has(FLAGS.ops.name) && raw.given.has(FLAGS.warmupMs.name)) {
    throw new UsageError(
      `--${FLAGS.replay.name} counts --${FLAGS.ops.name} from the trace's beginning, which --${FLAGS.warmupMs.name} ` +
        "would use up: give one of them",
    );
  }
  return {
    kind: "replay",
    path,
    ...given({ format }),
    ...(replaySpeed === 0 ? {} : { speed: replaySpeed }),
    rounds,
    endsLoad: !isLimited && rounds > 0,
    compressible,
  };
}

/** Of a trace, the crash command replays only so many operations, because it keeps them in memory. */
export const CRASH_OPS_MAX = 2 ** 24;

/**
 * A replay as the crash command does it: again and again, until the kill.
 *
 * @throws {UsageError} when it is to be done a number of times, or in too many lanes
 */
export function crashReplay(
  raw: RawArguments,
  replay: ReplayOptions,
  { threads, inFlight }: { readonly threads: number; readonly inFlight: number },
): ReplayOptions {
  refuseTooManyLanes(threads * inFlight);
  if (raw.given.has(FLAGS.replayRepeat.name) && replay.rounds > 0) {
    throw new UsageError(
      `--${FLAGS.replayRepeat.name} takes no number with crash, which replays the trace until each kill`,
    );
  }
  return { ...replay, rounds: 0, endsLoad: false, roundOpsMax: CRASH_OPS_MAX };
}
