/**
 * The axes of charts: logarithmic ones with ticks at round values, and that of losses, which starts at zero, continues
 * in decades, and ends with a place for unbounded losses.
 *
 * @module
 */
import type { LossUnit } from "../../sweep/lines.ts";
import { shortLoss } from "../wording.ts";

/** How losses are laid out. */
export interface LossScale {
  /** Plot's options of the axis. */
  readonly axis: {
    readonly type: "symlog";
    readonly constant: number;
    readonly domain: [number, number];
    readonly ticks: readonly number[];
    readonly tickFormat: (value: number) => string;
  };
  /** The position of a loss on it. */
  readonly at: (loss: number | "everything") => number;
  /** Where the unbounded part begins; absent if it is empty. */
  readonly break?: number;
}

/** Makes the distance from zero to the first decade about two thirds of that between decades. */
const ZERO_WIDTH = 1 / 3;

/** The least factor between the last decade and the place of unbounded losses. */
const GAP = 10 ** 0.8;

/**
 * A symmetric log scale: roughly linear from zero to the decade of the least loss, and logarithmic from there on.
 *
 * @param losses everything that needs a place
 * @param ticksMax roughly how many ticks there is room for
 */
export function lossScale(
  losses: readonly (number | "everything")[],
  { unit, ticksMax }: { unit: LossUnit; ticksMax: number },
): LossScale {
  const bounded = losses.filter((loss) => typeof loss === "number" && loss > 0) as number[];
  const least = bounded.length === 0 ? 1 : Math.min(...bounded);
  const greatest = bounded.length === 0 ? 1 : Math.max(...bounded);
  const first = Math.floor(Math.log10(least) + 1e-9);
  const last = Math.max(first, Math.ceil(Math.log10(greatest) - 1e-9));
  const step = Math.ceil((last - first + 1) / Math.max(1, ticksMax - 2));
  const decades: number[] = [];
  for (let power = first; power <= last; power += step) decades.push(10 ** power);
  const end = 10 ** last;
  const everything = losses.includes("everything") ? end * GAP * 10 ** (0.15 * (last - first)) : undefined;
  return {
    axis: {
      type: "symlog",
      constant: 10 ** first * ZERO_WIDTH,
      domain: [0, everything ?? end],
      ticks: [0, ...decades, ...(everything === undefined ? [] : [everything])],
      tickFormat: (value) => value === everything ? "everything" : shortLoss(value, unit),
    },
    at: (loss) => loss === "everything" ? everything ?? end : loss,
    ...(everything === undefined ? {} : { break: Math.sqrt(end * everything) }),
  };
}

/** Within this many decades there is room for ticks in between. */
const FINE_DECADES = 2.2;
/** With more decades, only every other one gets a tick. */
const DECADES_MAX = 7;

/** The options of a logarithmic axis over at least a range, with two numbered ticks or more at round values. */
export function logAxis([low, high]: readonly [number, number]) {
  const span = Math.log10(high / low);
  const steps = span <= FINE_DECADES ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(span / DECADES_MAX));
  const first = Math.floor(Math.log10(low)) - every, last = Math.ceil(Math.log10(high)) + every;
  const ticks: number[] = [];
  for (let power = first; power <= last; power += every) {
    // Divided if the power is negative, to get the same float as the literal 0.0001.
    for (const step of steps) ticks.push(power < 0 ? step / 10 ** -power : step * 10 ** power);
  }
  const within = (from: number, to: number) => ticks.filter((tick) => tick >= from && tick <= to);
  const [bottom, top] = within(low, high).length > 1
    ? [low, high]
    : [ticks.findLast((tick) => tick < low) ?? low, ticks.find((tick) => tick > high) ?? high];
  return { type: "log" as const, domain: [bottom, top], ticks: within(bottom, top), grid: true, label: null };
}
