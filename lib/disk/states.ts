/**
 * Chooses which of the states that a cut may have left of a recording are tried. There are far more than anyone can
 * try: at each moment, any part of what came since the last flush.
 *
 * What is judged is what the disk holds, and what had been acknowledged. So of the moments with the same
 * acknowledgements only the latest is chosen: whatever an earlier one can leave, it can as well. And a later
 * acknowledgement demands more of the same disk than an earlier one, so most states are of the end of their epoch, just
 * before the flush.
 *
 * Epochs are chosen by chance, the last with the greatest: at equal factors of the distance to the cut, each is as
 * likely as the next. What was acknowledged late has had the least time to reach the disk by luck, and by then the
 * store has grown most of what it can be wrong about: segments, checkpoints, files that it has removed. But the epochs
 * far from the cut have their share too, since faults of opening and first growth show only there. Every other state is
 * of an epoch in which something was acknowledged, as that is what a cut can break.
 *
 * Kinds take turns, so that each has its share however few are asked for. The most turns have those that find faults:
 * `none` finds what was acknowledged and not flushed; one missing or torn write, what needs another to be there first;
 * subsets, what needs two of them. Where all subsets are few, they are all tried, each once.
 *
 * @module
 */
import type { Rng } from "../load/rng.ts";
import { type Epoch, Epochs } from "./epochs.ts";
import type { DiskState, Recording } from "./recording.ts";
import { EpochStates, type StateKind } from "./state_kinds.ts";

/** The kinds take turns in this order, each kind first of all once. */
const TURNS: readonly StateKind[] = [
  "none",
  "torn",
  "one missing",
  "subset",
  "all",
  "prefix",
  "one alone",
  "none",
  "one missing",
  "torn",
  "subset",
  "prefix",
  "none",
  "one missing",
  "torn",
  "subset",
];

/** A source whose states are drawn by chance has no more once it has given as many known ones in a row. */
const KNOWN_MAX = 8;

/** The resolution of a random fraction. */
const FRACTIONS = 2 ** 24;

/** How states are chosen. */
export interface StateChoice {
  readonly count: number;
  /** Decides which; the same sequence of numbers gives the same states. */
  readonly random: Rng;
  /**
   * When each acknowledgement was given by which states are judged, in ascending order: of a put, and of a sync where a
   * gauge is judged as well.
   */
  readonly acknowledgedAtMs: Float64Array;
}

/**
 * Chooses up to `count` distinct states of a recording: no two hold the same and are judged by the same
 * acknowledgements. Fewer, if there are no more, or chance finds none.
 */
export function chooseStates(recording: Recording, { count, random, acknowledgedAtMs }: StateChoice): DiskState[] {
  const epochs = new Epochs(recording, acknowledgedAtMs);
  const sources = epochs.list.map((epoch) => new EpochStates(epochs, epoch));
  const grown = epochs.list.map((epoch) => hasGrown(epochs, epoch));
  const pools = new Map(TURNS.map((kind) => [kind, new Pool(sources, { kind, grown, random })]));
  const states: DiskState[] = [];
  const known = new Set<number>();
  for (let turn = 0; states.length < count && pools.size > 0; turn++) {
    const kind = TURNS[turn % TURNS.length]!;
    const state = pools.get(kind)?.next((state) => known.size < known.add(epochs.hash(state)).size);
    if (state === undefined) pools.delete(kind);
    else states.push(state);
  }
  return states;
}

/** Whether anything was acknowledged between the arrivals of the flushes before and after an epoch. */
function hasGrown(epochs: Epochs, { first, end }: Epoch): boolean {
  return epochs.acknowledged(end) > (first === 0 ? 0 : epochs.acknowledged(first - 1));
}

/** The epochs that still have states of one kind. */
class Pool {
  readonly #sources: readonly EpochStates[];
  readonly #kind: StateKind;
  readonly #random: Rng;
  /** In the order of the recording. */
  readonly #all: number[];
  /** Those in which something was acknowledged. */
  readonly #grown: number[];

  constructor(
    sources: readonly EpochStates[],
    { kind, grown, random }: { kind: StateKind; grown: readonly boolean[]; random: Rng },
  ) {
    this.#sources = sources;
    this.#kind = kind;
    this.#random = random;
    this.#all = [...sources.keys()].filter((epoch) => sources[epoch]!.has(kind));
    this.#grown = this.#all.filter((epoch) => grown[epoch]);
  }

  /** The next state that is new; `undefined` if there is none any more. */
  next(isNew: (state: DiskState) => boolean): DiskState | undefined {
    while (this.#all.length > 0) {
      const epoch = this.#epoch();
      const source = this.#sources[epoch]!;
      for (let known = 0; known < KNOWN_MAX || !source.isByChance(this.#kind); known++) {
        const state = source.next(this.#kind, this.#random);
        if (state === undefined) break;
        if (isNew(state)) return state;
      }
      remove(this.#all, epoch);
      remove(this.#grown, epoch);
    }
    return undefined;
  }

  #epoch(): number {
    const epochs = this.#grown.length > 0 && this.#random.below(2) === 0 ? this.#grown : this.#all;
    // The logarithm of the distance from the end is uniform.
    const distance = Math.floor((epochs.length + 1) ** (this.#random.below(FRACTIONS) / FRACTIONS));
    return epochs[epochs.length - distance]!;
  }
}

function remove(epochs: number[], epoch: number): void {
  const at = epochs.indexOf(epoch);
  if (at >= 0) epochs.splice(at, 1);
}
