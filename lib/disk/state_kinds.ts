/**
 * The kinds of states that a cut may have left of one epoch, which arrived between two flushes: which of its writes
 * have reached the disk, and whether whole.
 *
 * They are those that CrashMonkey tries (Mohan et al. 2018, "Finding Crash-Consistency Bugs with Bounded Black-Box
 * Crash Testing"), and each write missing or alone, as in ALICE (Pillai et al. 2014, "All File Systems Are Not Created
 * Equal").
 *
 * @module
 */
import type { Rng } from "../load/rng.ts";
import type { Epoch, Epochs } from "./epochs.ts";
import type { DiskState, WritePart } from "./recording.ts";

/** The kinds, as shown to users: which of the writes since the last flush have reached the disk. */
export const STATE_KINDS = ["none", "all", "prefix", "one missing", "one alone", "subset", "torn"] as const;

export type StateKind = typeof STATE_KINDS[number];

/** All subsets are tried where they are no more than so many. */
const SUBSETS_MAX = 2 ** 10;

/** Of so many states, one is of a moment before the end of its epoch, if acknowledgements differ there. */
const EARLIER_EVERY = 4;

/** How likely it is that a write has reached the disk, in tenths; each subset has one of these. */
const KEPT_TENTHS = [1, 5, 9];

/**
 * The kinds whose states are one after another, in an epoch of so many writes: how many there are, and what each keeps.
 */
const IN_ORDER = {
  none: { count: () => 1, keeps: () => false },
  all: { count: () => 1, keeps: () => true },
  prefix: { count: (writes) => writes - 1, keeps: (write, state) => write <= state },
  "one missing": { count: (writes) => writes, keeps: (write, state) => write !== state },
  "one alone": { count: (writes) => writes, keeps: (write, state) => write === state },
} as const satisfies Partial<
  Record<StateKind, { count(writes: number): number; keeps(write: number, state: number): boolean }>
>;

/** The states of one epoch, kind by kind. */
export class EpochStates {
  readonly #epochs: Epochs;
  readonly #epoch: Epoch;
  /** The latest moment for each state of the acknowledgements; the last one is the end of the epoch. */
  readonly #moments: readonly number[];
  /** Those of which all subsets are tried; none if there are too many even at the end. */
  readonly #enumerated: readonly number[];
  readonly #orders = new Map<StateKind, Order>();
  /** Each write as kept whole, made when first needed: most epochs of a long recording are never drawn. */
  #whole: readonly WritePart[] | undefined;
  #tearables: readonly number[] | undefined;

  constructor(epochs: Epochs, epoch: Epoch) {
    this.#epochs = epochs;
    this.#epoch = epoch;
    this.#moments = momentsOf(epochs, epoch);
    this.#enumerated = [this.#moments, [epoch.end]].find((moments) => this.#subsets(moments) <= SUBSETS_MAX) ?? [];
  }

  /** Whether there are states of a kind. Of too few writes, each kind has only those of others. */
  has(kind: StateKind): boolean {
    const writes = this.#epoch.end - this.#epoch.first;
    switch (kind) {
      case "none":
        return true;
      case "all":
        return writes > 0;
      case "torn":
        return this.#tearable.length > 0;
      case "subset":
        return writes > 2 || this.#moments.length > 1;
      default:
        return writes > 1;
    }
  }

  /** Whether a kind's states are drawn by chance, without an end. */
  isByChance(kind: StateKind): boolean {
    return kind === "torn" || (kind === "subset" && this.#enumerated.length === 0);
  }

  /** The next state of a kind, which another kind may have as well; `undefined` if there are no more. */
  next(kind: StateKind, random: Rng): DiskState | undefined {
    switch (kind) {
      case "torn":
        return this.#nextTorn(random);
      case "subset":
        return this.#enumerated.length === 0 ? this.#randomSubset(random) : this.#nextSubset(random);
      default:
        return this.#nextInOrder(kind, random);
    }
  }

  #nextInOrder(kind: keyof typeof IN_ORDER, random: Rng): DiskState | undefined {
    const { count, keeps } = IN_ORDER[kind];
    const { first, end } = this.#epoch;
    const moment = this.#moment(random);
    const isEarlier = moment < end && count(moment - first) > 0;
    const state = isEarlier ? random.below(count(moment - first)) : this.#inOrder(kind, count(end - first), random);
    if (state === undefined) return undefined;
    return this.#state(kind, isEarlier ? moment : end, (write) => keeps(write, state));
  }

  #nextSubset(random: Rng): DiskState | undefined {
    let subset = this.#inOrder("subset", this.#subsets(this.#enumerated), random);
    if (subset === undefined) return undefined;
    for (const moment of this.#enumerated) {
      const count = this.#subsets([moment]);
      if (subset < count) return this.#state("subset", moment, (write) => (subset! >> write & 1) === 1);
      subset -= count;
    }
    return undefined;
  }

  #randomSubset(random: Rng): DiskState {
    const tenths = pick(KEPT_TENTHS, random);
    return this.#state("subset", this.#moment(random), () => random.below(10) < tenths);
  }

  /** One write torn, with all others or with those before it; or any subset with any of its writes torn. */
  #nextTorn(random: Rng): DiskState {
    const { first, end } = this.#epoch;
    const torn = pick(this.#tearable, random);
    const tear = (event: number) => ({ event, sectors: someSectors(this.#epochs.sectors(event), random) });
    const form = random.below(3);
    if (form < 2) {
      const { kept } = this.#state("torn", form === 0 ? end : torn + 1, () => true);
      return { kind: "torn", moment: end, kept: kept.map((write) => write.event === torn ? tear(torn) : write) };
    }
    const tenths = pick(KEPT_TENTHS, random);
    const { kept } = this.#state("torn", end, (write) => first + write === torn || random.below(10) < tenths);
    const isTorn = (event: number) => event === torn || (this.#epochs.sectors(event) > 1 && random.below(2) === 0);
    return { kind: "torn", moment: end, kept: kept.map((write) => isTorn(write.event) ? tear(write.event) : write) };
  }

  #state(kind: StateKind, moment: number, keeps: (write: number) => boolean): DiskState {
    const { first, end } = this.#epoch;
    this.#whole ??= Array.from({ length: end - first }, (_, write) => ({ event: first + write }));
    const arrived = moment === end ? this.#whole : this.#whole.slice(0, moment - first);
    return { kind, moment, kept: arrived.filter((_, write) => keeps(write)) };
  }

  /** Mostly the end. */
  #moment(random: Rng): number {
    const { end } = this.#epoch;
    return this.#moments.length > 1 && random.below(EARLIER_EVERY) === 0 ? pick(this.#moments, random) : end;
  }

  /** How many subsets there are of what had arrived at some moments. */
  #subsets(moments: readonly number[]): number {
    return moments.reduce((sum, moment) => sum + 2 ** (moment - this.#epoch.first), 0);
  }

  /** The writes of more than one sector. */
  get #tearable(): readonly number[] {
    const { first, end } = this.#epoch;
    this.#tearables ??= Array.from({ length: end - first }, (_, write) => first + write)
      .filter((event) => this.#epochs.sectors(event) > 1);
    return this.#tearables;
  }

  #inOrder(kind: StateKind, count: number, random: Rng): number | undefined {
    let order = this.#orders.get(kind);
    if (order === undefined) this.#orders.set(kind, order = new Order(count, random));
    return order.next();
  }
}

/** The latest moment for each state of the acknowledgements. */
function momentsOf(epochs: Epochs, { first, end }: Epoch): number[] {
  const moments: number[] = [];
  for (let moment = first; moment < end; moment++) {
    if (epochs.acknowledged(moment) !== epochs.acknowledged(moment + 1)) moments.push(moment);
  }
  return [...moments, end];
}

/** The numbers from 0 to below `count`, each once, in an order without a pattern of its own; takes no memory. */
class Order {
  readonly #count: number;
  readonly #step: number;
  #at: number;
  #left: number;

  constructor(count: number, random: Rng) {
    this.#count = count;
    this.#left = count;
    this.#at = random.below(count);
    let step = 1 + random.below(count);
    while (greatestCommonDivisor(step, count) > 1) step++;
    this.#step = step;
  }

  next(): number | undefined {
    if (this.#left-- <= 0) return undefined;
    return this.#at = (this.#at + this.#step) % this.#count;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Some sectors of a write, but not all: its beginning, its end, all but one, or any. */
function someSectors(count: number, random: Rng): Uint8Array<ArrayBuffer> {
  const sectors = new Uint8Array(count);
  const at = 1 + random.below(count - 1);
  switch (random.below(4)) {
    case 0:
      return sectors.fill(1, 0, at);
    case 1:
      return sectors.fill(1, at);
    case 2:
      return sectors.fill(1).fill(0, at - 1, at);
    default:
      for (let sector = 0; sector < count; sector++) sectors[sector] = random.below(2);
      // So that it is neither whole nor missing.
      sectors[at] = 1 - sectors[at - 1]!;
      return sectors;
  }
}

function pick<T>(from: readonly T[], random: Rng): T {
  return from[random.below(from.length)]!;
}
