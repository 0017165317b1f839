/**
 * Turns the workload's flags into a workload, and the measurement's into options: when measuring starts, when the load
 * ends, and what is measured.
 *
 * @module
 */
import { LANES_MAX, NUMBERED_SEED_MIX, NUMBERED_VALUE_BYTES_MIN } from "../load/numbered_workload.ts";
import {
  hasInserts,
  hasScans,
  hasTheta,
  type MadeUpOptions,
  type MixOptions,
  type Preset,
  PRESETS,
  type WorkloadOptions,
} from "../load/workload.ts";
import { DELETE, INSERT, OPERATIONS, READ, SCAN, UPDATE } from "../load/operation.ts";
import { keyBytesMin } from "../load/record.ts";
import type { CheckName, RunOptions } from "../run/run_options.ts";
import type { RawArguments } from "./arguments.ts";
import { refuseBoth, type ValuesOf } from "./flag_values.ts";
import { type BackendName, FLAGS, SWITCHES } from "./commands.ts";
import { isEngine } from "../backend/backends.ts";
import { enginesInOrder } from "../engine/engines.ts";
import { WORKLOAD_FLAGS, WORKLOAD_SWITCHES } from "../result/option/workload_flags.ts";
import { listNames, UsageError } from "../option/wording.ts";
import type { MEASUREMENT_FLAGS } from "../result/option/load_flags.ts";
import { given } from "../option/given.ts";

/** The values of the workload's flags. */
type WorkloadValues = ValuesOf<typeof WORKLOAD_FLAGS>;

/** The options that limit how many records a load may insert. */
type LoadSize = Pick<RunOptions, "threads" | "loadTimeMs" | "ops" | "warmupMs">;

/** The flags that turn any workload into a mix: all but its name. */
const MIX_FLAGS = [...Object.values(WORKLOAD_FLAGS), ...Object.values(WORKLOAD_SWITCHES)]
  .filter((flag) => flag !== WORKLOAD_FLAGS.workload);

/**
 * @param values the flags' values
 * @param load how long the load runs
 * @throws {UsageError} when flags contradict each other
 */
export function workloadOptions(raw: RawArguments, values: WorkloadValues, load: LoadSize): MadeUpOptions {
  const { given } = raw;
  // What is left is in the mix as it is.
  const { workload: name, readRatio, deleteRatio, scanRatio, scanLength, valueBytes, ...others } = values;
  if (name === "seed" && !MIX_FLAGS.some((flag) => given.has(flag.name))) return { kind: "seed" };
  refuseBoth(raw, [SWITCHES.preload, SWITCHES.noPreload], "contradict each other");
  const preset = PRESETS[name];
  const shares = sharesWith({ readRatio, deleteRatio, scanRatio }, preset.shares);
  if (given.has(FLAGS.scanLength.name) && !hasScans({ shares })) {
    throw new UsageError(
      `--scan-length goes with scans (--workload=e, or --scan-ratio), got workload ${name}, which has none`,
    );
  }
  const distribution = values.distribution ?? preset.distribution;
  if (given.has(FLAGS.zipfTheta.name) && !hasTheta({ distribution })) {
    throw new UsageError(`--zipf-theta goes with the zipfian or the latest distribution, got ${distribution}`);
  }
  const mix: MixOptions = {
    kind: "mix",
    ...others,
    name,
    shares,
    ...(hasScans({ shares }) ? { scanLength } : {}),
    keyCountMax: roomForKeys(values, shares, load),
    valueBytesMin: valueBytes.min,
    valueBytesMax: valueBytes.max,
    distribution,
    preload: given.has(SWITCHES.preload.name) || (preset.preload && !given.has(SWITCHES.noPreload.name)),
  };
  refuseShortKeys(mix);
  return mix;
}

/** @throws {UsageError} when the load scans and the backend does not keep its keys in order */
export function refuseScans(workload: WorkloadOptions, backend: BackendName): void {
  if (workload.kind !== "mix" || !hasScans(workload)) return;
  const inOrder = enginesInOrder();
  if (isEngine(backend) && inOrder.includes(backend)) return;
  throw new UsageError(
    `scans (--workload=e, --scan-ratio) need a backend that keeps its keys in order, ${listNames(inOrder)}, ` +
      `got ${backend}: a hash table has no order`,
  );
}

/**
 * The mix that the crash command runs, in which each key belongs to one thread and each value identifies the put that
 * wrote it. Unless a flag changes the seed's workload, its values are as short as that allows.
 *
 * @throws {UsageError} when flags contradict each other or make that impossible
 */
export function numberedMix(
  raw: RawArguments,
  values: WorkloadValues,
  load: LoadSize & { readonly inFlight: number },
): MixOptions {
  const workload = workloadOptions(raw, values, load);
  const mix = workload.kind === "seed" ? NUMBERED_SEED_MIX : workload;
  if (!mix.shares.some((share, kind) => share > 0 && OPERATIONS[kind]?.writes)) {
    throw new UsageError(`crash needs puts that it can lose, got workload ${mix.name}, which only reads`);
  }
  refuseShortValues(mix, "crash");
  const lanes = load.threads * load.inFlight;
  refuseTooManyLanes(lanes);
  if (load.inFlight > 1 && mix.keyCount < lanes) {
    throw new UsageError(
      `--keys must be at least --threads times --in-flight (${lanes}) with crash, got ${mix.keyCount}`,
    );
  }
  if (mix.keyCount < load.threads) {
    throw new UsageError(
      `--keys must be at least --threads (${load.threads}) with crash, where each key belongs to one thread, ` +
        `got ${mix.keyCount}`,
    );
  }
  return mix;
}

/**
 * The workload of a run whose history is judged: its values identify their puts. Unless a flag changes the seed's
 * workload, they are as short as that allows.
 *
 * @throws {UsageError} when its values are too short for that, or when it is a replay
 */
export function judgedWorkload(workload: WorkloadOptions, check: CheckName | undefined): WorkloadOptions {
  if (check === undefined) return workload;
  refuseJudgedReplay(workload, check);
  if (workload.kind === "replay") return workload;
  const mix = workload.kind === "seed" ? NUMBERED_SEED_MIX : workload;
  refuseShortValues(mix, `--${FLAGS.check.name}`);
  return mix;
}

/**
 * @throws {UsageError} when the history of a replay is to be judged, which could not but be right in any store with a
 * memory
 */
export function refuseJudgedReplay({ kind }: WorkloadOptions, check: CheckName | undefined): void {
  if (check === undefined || kind !== "replay") return;
  throw new UsageError(
    `--${FLAGS.check.name} takes no --${FLAGS.replay.name}, whose operations on a key are all one thread's, in their ` +
      "order: no two overlap that could contradict each other",
  );
}

/** @throws {UsageError} when values have no room for the number of their put */
function refuseShortValues({ valueBytesMin }: MixOptions, beside: string): void {
  if (valueBytesMin >= NUMBERED_VALUE_BYTES_MIN) return;
  throw new UsageError(
    `--value-size must be at least ${NUMBERED_VALUE_BYTES_MIN}B with ${beside}, where each value identifies its put, ` +
      `got ${valueBytesMin}B`,
  );
}

/** @throws {UsageError} when the crash command could not tell so many lanes apart */
export function refuseTooManyLanes(lanes: number): void {
  if (lanes <= LANES_MAX) return;
  throw new UsageError(
    `--threads times --in-flight must be at most ${LANES_MAX} with crash, which numbers them, got ${lanes}`,
  );
}

/** Decimals kept of a computed share, so that 1 - 0.95 is the expected 0.05. */
const SHARE_DIGITS = 12;

/** The ratios that flags give. */
type Ratios = Pick<WorkloadValues, "readRatio" | "deleteRatio" | "scanRatio">;

/** Those of the ratios that are given, with their flags and the kinds of operations of which they are the shares. */
function ratiosIn({ readRatio, deleteRatio, scanRatio }: Ratios): { kind: number; ratio: number; text: string }[] {
  const ratios = [
    { kind: READ, flag: FLAGS.readRatio, ratio: readRatio },
    { kind: DELETE, flag: FLAGS.deleteRatio, ratio: deleteRatio },
    { kind: SCAN, flag: FLAGS.scanRatio, ratio: scanRatio },
  ];
  return ratios.flatMap(({ kind, flag, ratio }) =>
    ratio === undefined ? [] : [{ kind, ratio, text: `--${flag.name}=${ratio}` }]
  );
}

/**
 * The shares with the given ratios: the other kinds split the rest in the same proportions; if there are none, the rest
 * is updates.
 *
 * @throws {UsageError} when the ratios add up to more than 1
 */
function sharesWith(given: Ratios, shares: Preset["shares"]): number[] {
  const ratios = ratiosIn(given);
  if (ratios.length === 0) return [...shares];
  const sum = rounded(ratios.reduce((sum, { ratio }) => sum + ratio, 0));
  if (sum > 1) {
    throw new UsageError(`${listNames(ratios.map(({ text }) => text), "and")} must add up to at most 1, got ${sum}`);
  }
  const ratioOf = (kind: number) => ratios.find((ratio) => ratio.kind === kind)?.ratio;
  const others = shares.reduce((sum, share, kind) => ratioOf(kind) === undefined ? sum + share : sum, 0);
  return shares.map((share, kind) => {
    const part = others === 0 ? Number(kind === UPDATE) : share / others;
    return ratioOf(kind) ?? rounded(part * (1 - sum));
  });
}

function rounded(share: number): number {
  return Number(share.toFixed(SHARE_DIGITS));
}

/** Twice the fastest rate observed for one thread. */
const OPS_PER_SEC_PER_THREAD_MAX = 10_000_000;
/** Room reserved for inserts without being asked for is limited to this many, and to this much memory. */
const INSERTS_BY_TIME_MAX = 16_000_000;
const INSERTS_BY_TIME_BYTES_MAX = 2 ** 31;

function roomForKeys(values: WorkloadValues, shares: readonly number[], load: LoadSize): number {
  const { workload: name, keyCount, keyCountMax, keyBytes, valueBytes } = values;
  const inserts = hasInserts({ shares });
  if (keyCountMax !== undefined) {
    if (!inserts) {
      const ratios = ratiosIn(values).map(({ text }) => text).join(" and ");
      const changed = ratios === "" ? "" : ` with ${ratios}`;
      throw new UsageError(`--max-keys makes room for inserts, got workload ${name}${changed}, which has none`);
    }
    if (keyCountMax < keyCount) {
      throw new UsageError(`--max-keys must be at least --keys (${keyCount}), got ${keyCountMax}`);
    }
    return keyCountMax;
  }
  if (!inserts) return keyCount;
  const timedMs = (load.ops === undefined ? load.loadTimeMs : 0) + (load.warmupMs ?? 0);
  const byTime = Math.ceil((shares[INSERT] ?? 0) * OPS_PER_SEC_PER_THREAD_MAX * load.threads * (timedMs / 1000));
  const byMemory = Math.floor(INSERTS_BY_TIME_BYTES_MAX / (keyBytes + valueBytes.max));
  return keyCount + (load.ops ?? 0) + Math.min(byTime, byMemory, INSERTS_BY_TIME_MAX);
}

function refuseShortKeys(mix: MixOptions): void {
  const { keyCountMax, keyBytes } = mix;
  const least = keyBytesMin(keyCountMax);
  if (keyBytes >= least) return;
  const flag = hasInserts(mix) ? FLAGS.keyCountMax : FLAGS.keyCount;
  throw new UsageError(
    `--key-size must be at least ${least}B for ${keyCountMax} keys (--${flag.name}), got ${keyBytes}B`,
  );
}

/** The values of the measurement's flags. */
type MeasurementValues = ValuesOf<typeof MEASUREMENT_FLAGS>;

/** The part of a run's options that they determine. */
type MeasurementOptions = Omit<
  RunOptions,
  "threads" | "loadTimeMs" | "pattern" | "ratePerSec" | "seed" | "workload" | "backend" | "witness"
>;

/**
 * One operation in this many is timed when the load does not wait, because timing one takes as long as a get from the
 * shared store.
 */
const LATENCY_SAMPLE_UNTHROTTLED = 256;

/**
 * @param values the flags' values
 * @param load when operations begin, and the backend, given or default
 * @throws {UsageError} when flags contradict each other
 */
export function measurementOptions(
  raw: RawArguments,
  values: MeasurementValues,
  { pattern, isOpen, backend }: Pick<RunOptions, "pattern"> & { isOpen: boolean; backend: BackendName },
): MeasurementOptions {
  refuseBoth(raw, [FLAGS.loadTimeMs, FLAGS.ops], "both say when the load ends");
  const { ops, warmupMs, latencySample: asked, repeat: _, ...others } = values;
  const isOurs = backend === "memory" || backend === "file";
  const isShort = !isOpen && pattern === "unthrottled" && isOurs;
  const latencySample = asked ?? (isShort ? LATENCY_SAMPLE_UNTHROTTLED : 1);
  return {
    ...given({ ops, ...others }),
    ...(warmupMs === 0 ? {} : { warmupMs }),
    ...(latencySample === 0 ? {} : { latencySample }),
  };
}
