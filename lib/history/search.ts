/**
 * Judges any history of a register, with values that are written again and with compare-and-set, by searching for an
 * order of its operations: Jeannette Wing and Chun Gong, "Testing and Verifying Concurrent Objects" (1993), with Gavin
 * Lowe's improvement, which tries nothing twice ("Testing for linearizability", 2017).
 *
 * The search takes operations one by one: of those not yet taken, any that was called before the first of them
 * returned. Where it can go no further it takes back the last choice. This keeps it short:
 *
 * - A read of the value that the register holds is taken at once: it changes nothing, so it stands nowhere better.
 * - A value is not overwritten while reads of it are left that no later write could explain.
 * - What matters of the past is which of the operations that overlap the next return have been taken, and what the
 *   register holds. Each operation has a slot in a bit set, which is free again once it has returned, so the set is
 *   short; and a state that was there before leads nowhere new.
 * - Of operations alike that never return, the one called first is taken first, and none that nobody needs.
 *
 * Operations that never return, because it is not known whether they took effect, need not be taken.
 *
 * @module
 */
import { COMPARE_AND_SET, type History, type Judgement, READ } from "./history.ts";

/** How many words of memory the states of a search may take. */
const STATE_WORDS_MAX = 2 ** 26;

/** Judges a history, whatever it holds. */
export function judgeBySearch(history: History): Judgement {
  let judgement: Judgement = "not linearizable";
  for (const initial of history.initial) {
    const found = new Search(history).run(initial);
    if (found === "linearizable") return found;
    if (found === "undecided") judgement = found;
  }
  return judgement;
}

const NONE = -1;

class Search {
  readonly #history: History;
  /** The operations that return, in the order of their returns. */
  readonly #byReturn: Int32Array<ArrayBuffer>;
  readonly #slots: Int32Array<ArrayBuffer>;
  /** For operations that never return: the last one alike that was called before. */
  readonly #twins: Int32Array<ArrayBuffer>;
  /** The operations that are not taken, in the order of their calls; the list's head and end is their number. */
  readonly #next: Int32Array<ArrayBuffer>;
  readonly #previous: Int32Array<ArrayBuffer>;
  readonly #isTaken: Uint8Array<ArrayBuffer>;
  /** By value: how many operations that are not taken must find it, and how many write it. */
  readonly #needs: Int32Array<ArrayBuffer>;
  readonly #sources: Int32Array<ArrayBuffer>;
  /** By value: whether an operation that never returns may be waiting for it. */
  readonly #isExpected: Uint8Array<ArrayBuffer>;
  /** The operations that are taken, with what the register held and where the front was before each. */
  readonly #taken: Int32Array<ArrayBuffer>;
  readonly #valuesBefore: Int32Array<ArrayBuffer>;
  readonly #frontsBefore: Int32Array<ArrayBuffer>;
  #takenCount = 0;
  /** Places in {@linkcode #taken} where there was a choice. */
  readonly #choices: Int32Array<ArrayBuffer>;
  #choiceCount = 0;
  /** How many operations at the beginning of {@linkcode #byReturn} are taken. */
  #front = 0;
  #value = 0;
  /** The front, the value, and the slots of the operations that are taken and return at the front or later. */
  readonly #state: Int32Array<ArrayBuffer>;
  readonly #seen: SeenStates;

  constructor(history: History) {
    const { kinds, values, expected, returns, valueCount } = history;
    const count = kinds.length;
    this.#history = history;
    this.#next = new Int32Array(count + 1);
    this.#previous = new Int32Array(count + 1);
    this.#needs = new Int32Array(valueCount);
    this.#sources = new Int32Array(valueCount);
    this.#isExpected = new Uint8Array(valueCount);
    let last = count;
    let returned = 0;
    for (let i = 0; i < count; i++) {
      const returns_ = returns[i] !== Infinity;
      // Nobody knows what a read would have returned.
      if (kinds[i] === READ && !returns_) continue;
      this.#next[last] = i;
      this.#previous[i] = last;
      last = i;
      if (returns_) returned++;
      else if (kinds[i] === COMPARE_AND_SET) this.#isExpected[expected[i]!] = 1;
      this.#countNeeds(i, 1);
    }
    this.#next[last] = count;
    this.#previous[count] = last;
    this.#byReturn = new Int32Array(returned);
    for (let i = 0, at = 0; i < count; i++) if (returns[i] !== Infinity) this.#byReturn[at++] = i;
    this.#byReturn.sort((a, b) => returns[a]! - returns[b]!);
    this.#isTaken = new Uint8Array(count);
    this.#taken = new Int32Array(count);
    this.#valuesBefore = new Int32Array(count);
    this.#frontsBefore = new Int32Array(count);
    this.#choices = new Int32Array(count);
    this.#twins = findTwins({ kinds, values, expected, returns });
    this.#slots = new Int32Array(count);
    const width = 2 + Math.ceil(this.#assignSlots() / 32);
    this.#state = new Int32Array(width);
    this.#seen = new SeenStates(width, Math.floor(STATE_WORDS_MAX / width));
  }

  run(initial: number): Judgement {
    this.#value = initial;
    this.#takeForced();
    while (this.#front < this.#byReturn.length) {
      if (this.#seen.isFull) return "undecided";
      let choice = this.#isNew() ? this.#choiceAfter(this.#history.kinds.length) : NONE;
      while (choice === NONE) {
        if (this.#choiceCount === 0) return "not linearizable";
        choice = this.#choiceAfter(this.#takeBack());
      }
      this.#choices[this.#choiceCount++] = this.#takenCount;
      this.#take(choice);
      this.#takeForced();
    }
    return "linearizable";
  }

  /** Gives each operation a slot that no operation has that overlaps it. Returns how many slots there are. */
  #assignSlots(): number {
    const { calls, returns } = this.#history;
    const count = calls.length;
    const free: number[] = [];
    let slots = 0;
    let returned = 0;
    for (let i = this.#next[count]!; i !== count; i = this.#next[i]!) {
      for (; returned < this.#byReturn.length; returned++) {
        const operation = this.#byReturn[returned]!;
        if (returns[operation]! >= calls[i]!) break;
        free.push(this.#slots[operation]!);
      }
      this.#slots[i] = free.pop() ?? slots++;
    }
    return slots;
  }

  /** Counts the operation among those that need a value and that write one. */
  #countNeeds(operation: number, by: number): void {
    const { kinds, values, expected, returns } = this.#history;
    const kind = kinds[operation];
    if (kind === READ) this.#needs[values[operation]!]! += by;
    else this.#sources[values[operation]!]! += by;
    if (kind === COMPARE_AND_SET && returns[operation] !== Infinity) this.#needs[expected[operation]!]! += by;
  }

  /** Whether the state has not been there before. */
  #isNew(): boolean {
    this.#state[0] = this.#front;
    this.#state[1] = this.#value;
    return this.#seen.add(this.#state);
  }

  /** Takes the reads that see what the register holds. */
  #takeForced(): void {
    const { kinds, values, calls } = this.#history;
    const end = kinds.length;
    let limit = this.#limit;
    for (let before = end;;) {
      const operation = this.#next[before]!;
      if (operation === end || calls[operation]! > limit) return;
      if (kinds[operation] === READ && values[operation] === this.#value) {
        this.#take(operation);
        limit = this.#limit;
      } else {
        before = operation;
      }
    }
  }

  /** What is called later than this cannot be taken yet. */
  get #limit(): number {
    return this.#front < this.#byReturn.length ? this.#history.returns[this.#byReturn[this.#front]!]! : -Infinity;
  }

  /** The next operation in the list that may be taken and changes something; none if there is no such one. */
  #choiceAfter(before: number): number {
    const { kinds, values, expected, calls, returns } = this.#history;
    const end = kinds.length;
    const limit = this.#limit;
    const value = this.#value;
    for (let i = this.#next[before]!; i !== end && calls[i]! <= limit; i = this.#next[i]!) {
      const kind = kinds[i]!;
      if (kind === READ) continue;
      const compares = kind === COMPARE_AND_SET;
      if (compares && expected[i] !== value) continue;
      const written = values[i]!;
      const isPending = returns[i] === Infinity;
      if (isPending) {
        const twin = this.#twins[i]!;
        if (twin !== NONE && this.#isTaken[twin] === 0) continue;
        if (this.#needs[written] === 0 && this.#isExpected[written] === 0) continue;
      }
      const needs = this.#needs[value]! - (compares && !isPending ? 1 : 0);
      if (written !== value && needs > 0 && this.#sources[value] === 0) continue;
      return i;
    }
    return NONE;
  }

  #take(operation: number): void {
    const { kinds, values } = this.#history;
    const at = this.#takenCount++;
    this.#taken[at] = operation;
    this.#valuesBefore[at] = this.#value;
    this.#frontsBefore[at] = this.#front;
    const next = this.#next[operation]!, previous = this.#previous[operation]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    this.#isTaken[operation] = 1;
    this.#countNeeds(operation, -1);
    if (kinds[operation] !== READ) this.#value = values[operation]!;
    this.#flip(operation);
    while (this.#front < this.#byReturn.length && this.#isTaken[this.#byReturn[this.#front]!] === 1) {
      this.#flip(this.#byReturn[this.#front++]!);
    }
  }

  /** Takes back everything from the last choice on, and returns what was chosen. */
  #takeBack(): number {
    const start = this.#choices[--this.#choiceCount]!;
    while (this.#takenCount > start) {
      const at = --this.#takenCount;
      const operation = this.#taken[at]!;
      while (this.#front > this.#frontsBefore[at]!) this.#flip(this.#byReturn[--this.#front]!);
      this.#flip(operation);
      this.#value = this.#valuesBefore[at]!;
      this.#countNeeds(operation, 1);
      this.#isTaken[operation] = 0;
      this.#next[this.#previous[operation]!] = operation;
      this.#previous[this.#next[operation]!] = operation;
    }
    return this.#taken[start]!;
  }

  /** Puts the operation's slot into the bit set, or out of it. */
  #flip(operation: number): void {
    const slot = this.#slots[operation]!;
    this.#state[2 + (slot >> 5)]! ^= 1 << (slot & 31);
  }
}

/** For each operation that never returns, the last one before it that does the same, neither. */
function findTwins(
  { kinds, values, expected, returns }: Pick<History, "kinds" | "values" | "expected" | "returns">,
): Int32Array<ArrayBuffer> {
  const twins = new Int32Array(kinds.length).fill(NONE);
  const lasts = new Map<string, number>();
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === READ || returns[i] !== Infinity) continue;
    const same = `${kinds[i]} ${values[i]} ${kinds[i] === COMPARE_AND_SET ? expected[i] : ""}`;
    twins[i] = lasts.get(same) ?? NONE;
    lasts.set(same, i);
  }
  return twins;
}

/**
 * What a search has tried already: a set of rows that all have the same number of integers. It is exact: rows are
 * compared, not only their hashes.
 */
class SeenStates {
  readonly #width: number;
  readonly #countMax: number;
  #rows: Int32Array<ArrayBuffer>;
  /** The number of the row in each place, plus one; 0 where there is none. */
  #table: Int32Array<ArrayBuffer>;
  #count = 0;

  /** @param countMax how many rows there may be */
  constructor(width: number, countMax: number) {
    this.#width = width;
    this.#countMax = countMax;
    this.#rows = new Int32Array(64 * width);
    this.#table = new Int32Array(128);
  }

  /** Whether there may be no further row. */
  get isFull(): boolean {
    return this.#count >= this.#countMax;
  }

  /** Adds a row, and returns whether it was not there yet. */
  add(row: Int32Array): boolean {
    if (2 * (this.#count + 1) > this.#table.length) this.#grow();
    const table = this.#table, rows = this.#rows, width = this.#width;
    const mask = table.length - 1;
    let place = hashOf(row, 0, width) & mask;
    for (; table[place] !== 0; place = (place + 1) & mask) {
      const start = (table[place]! - 1) * width;
      let at = 0;
      while (at < width && rows[start + at] === row[at]) at++;
      if (at === width) return false;
    }
    rows.set(row, this.#count * width);
    table[place] = ++this.#count;
    return true;
  }

  #grow(): void {
    const width = this.#width;
    const rows = new Int32Array(2 * this.#rows.length);
    rows.set(this.#rows);
    const table = new Int32Array(2 * this.#table.length);
    const mask = table.length - 1;
    for (let row = 0; row < this.#count; row++) {
      let place = hashOf(rows, row * width, width) & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = row + 1;
    }
    this.#rows = rows;
    this.#table = table;
  }
}

/** As MurmurHash3 mixes words. */
function hashOf(words: Int32Array, start: number, width: number): number {
  let hash = 0;
  for (let i = start; i < start + width; i++) {
    let word = Math.imul(words[i]!, 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
