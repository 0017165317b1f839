/**
 * Shrinks a state that shows a fault to the fewest writes that still show it: how few must be missing while all others
 * have reached the disk, and how few must have reached it while all others are missing.
 *
 * Both by delta debugging: Zeller and Hildebrandt 2002, "Simplifying and Isolating Failure-Inducing Input", `ddmin`.
 *
 * @module
 */
import { arrivedSinceFlush, type DiskState, type Recording, type WritePart } from "./recording.ts";

/** What is left of a state; each of the two still shows the fault. */
export interface Shrunk {
  /** All that had arrived since the last flush is kept, but for as little as possible. */
  readonly missing: DiskState;
  /** Nothing is kept but as little as possible. */
  readonly kept: DiskState;
  /** How many states were tried. */
  readonly trials: number;
}

/** States to try at most: each takes 30 to 100 ms. */
const TRIALS_MAX = 100;
/** How much of that finding what must be missing may take, so that something is left for what must be kept. */
const MISSING_SHARE = 2 / 3;

/**
 * Shrinks a state.
 *
 * @param stillShows whether a state shows the same fault; the given one does
 */
export async function shrinkState(
  recording: Recording,
  state: DiskState,
  stillShows: (state: DiskState) => Promise<boolean>,
  trialsMax: number = TRIALS_MAX,
): Promise<Shrunk> {
  const trials = new Trials(stillShows);
  const arrived = arrivedSinceFlush(recording, state.moment);
  const shown = (kept: readonly WritePart[]): DiskState => ({ ...state, kept });
  trials.allow(Math.ceil(trialsMax * MISSING_SHARE));
  const lost = await fewestLost(arrived, state.kept, trials.of((lost) => shown(restOf(arrived, lost))));
  trials.allow(trialsMax);
  const kept = await fewestKept(state.kept, trials.of(shown));
  return { missing: shown(restOf(arrived, lost)), kept: shown(kept), trials: trials.count };
}

/** What a state has not kept of what had arrived. */
export function lostIn(recording: Recording, { moment, kept }: Pick<DiskState, "moment" | "kept">): WritePart[] {
  return restOf(arrivedSinceFlush(recording, moment), kept);
}

/** What is left of whole writes without these parts of them. */
function restOf(whole: readonly WritePart[], parts: readonly WritePart[]): WritePart[] {
  const partOf = new Map(parts.map((part) => [part.event, part]));
  return whole.flatMap(({ event }): WritePart[] => {
    const part = partOf.get(event);
    if (part === undefined) return [{ event }];
    return part.sectors === undefined ? [] : [{ event, sectors: part.sectors.map((isMeant) => 1 - isMeant) }];
  });
}

/** Whole writes if possible; if only a torn one shows it, one from which as few sectors as possible are missing. */
async function fewestLost(
  arrived: readonly WritePart[],
  kept: readonly WritePart[],
  shows: Shows<WritePart>,
): Promise<readonly WritePart[]> {
  let lost = await fewest(restOf(arrived, kept), shows);
  for (const { event, sectors } of lost) {
    if (sectors === undefined) continue;
    const replacedBy = (write: WritePart) => lost.map((other) => other.event === event ? write : other);
    const whole = replacedBy({ event });
    if (await shows(whole)) {
      lost = whole;
      continue;
    }
    const tornBy = (places: readonly number[]) => {
      const fewer = new Uint8Array(sectors.length);
      for (const place of places) fewer[place] = 1;
      return replacedBy({ event, sectors: fewer });
    };
    const places = [...sectors.keys()].filter((place) => sectors[place] === 1);
    lost = tornBy(await fewest(places, (places) => shows(tornBy(places)), 1));
  }
  return lost;
}

/** Whole writes if possible. */
async function fewestKept(kept: readonly WritePart[], shows: Shows<WritePart>): Promise<readonly WritePart[]> {
  let left = await fewest(kept, shows);
  for (const { event, sectors } of left) {
    if (sectors === undefined) continue;
    const whole = left.map((write) => write.event === event ? { event } : write);
    if (await shows(whole)) left = whole;
  }
  return left;
}

type Shows<T> = (items: readonly T[]) => Promise<boolean>;

/** As few of the items as still show it, which all of them do: leaving out any one of those left does not. */
async function fewest<T>(items: readonly T[], shows: Shows<T>, atLeast = 0): Promise<readonly T[]> {
  if (items.length > 0 && atLeast === 0 && await shows([])) return [];
  let left = items;
  for (let parts = 2; left.length > 1;) {
    const next = await fewer(left, parts, shows);
    if (next !== undefined) {
      parts = next.isPart ? 2 : Math.max(2, parts - 1);
      left = next.items;
    } else if (parts < left.length) {
      parts = Math.min(left.length, 2 * parts);
    } else {
      break;
    }
  }
  return left;
}

/** One of the parts alone, or all but one of them, whichever shows it; `undefined` if none does. */
async function fewer<T>(
  items: readonly T[],
  parts: number,
  shows: Shows<T>,
): Promise<{ items: readonly T[]; isPart: boolean } | undefined> {
  const bounds = Array.from({ length: parts + 1 }, (_, part) => Math.floor(part * items.length / parts));
  for (let part = 0; part < parts; part++) {
    const alone = items.slice(bounds[part], bounds[part + 1]);
    if (await shows(alone)) return { items: alone, isPart: true };
  }
  // Of two parts, all but one is the other.
  for (let part = 0; part < parts && parts > 2; part++) {
    const others = [...items.slice(0, bounds[part]), ...items.slice(bounds[part + 1])];
    if (await shows(others)) return { items: others, isPart: false };
  }
  return undefined;
}

/** Tries states, none of them twice, and up to a limit; what is not tried any more is taken not to show the fault. */
class Trials {
  readonly #stillShows: (state: DiskState) => Promise<boolean>;
  readonly #known = new Map<string, boolean>();
  #max = 0;
  #count = 0;

  constructor(stillShows: (state: DiskState) => Promise<boolean>) {
    this.#stillShows = stillShows;
  }

  get count(): number {
    return this.#count;
  }

  /** Allows so many trials, with those that there have been. */
  allow(max: number): void {
    this.#max = max;
  }

  of<T>(stateOf: (items: readonly T[]) => DiskState): Shows<T> {
    return (items) => this.#shows(stateOf(items));
  }

  async #shows(state: DiskState): Promise<boolean> {
    const name = state.kept.map(({ event, sectors }) => sectors === undefined ? event : `${event}/${sectors}`).join();
    let shows = this.#known.get(name);
    if (shows === undefined && this.#count < this.#max) {
      this.#count++;
      this.#known.set(name, shows = await this.#stillShows(state));
    }
    return shows ?? false;
  }
}
