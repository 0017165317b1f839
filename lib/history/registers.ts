/**
 * Takes the history of each key from what the threads of a run have recorded.
 *
 * @module
 */
import { ABSENT, type History, READ, WRITE } from "./history.ts";
import {
  CALL,
  CALL_MS,
  HASH,
  INTEGERS,
  isKept,
  KIND_AND_ROUND,
  KINDS,
  maskOf,
  NO_PUT,
  NOTHING,
  NUMBERS,
  OPERATIONS_MAX,
  RECORD,
  RETURN,
  RETURN_MS,
  type Track,
  VALUE,
} from "./tape.ts";

/** What wrote a value: a put of a round, or {@linkcode NOTHING} or {@linkcode NO_PUT}. */
export interface Source {
  readonly put: number;
  readonly round: number;
  /** The hash of the value, as its put, or a read, has it; absent where that is not known. */
  readonly hash?: number;
}

/** What was recorded, and what is known besides. */
export interface Recorded {
  /** One of each thread, at most {@linkcode OPERATIONS_MAX} operations on all. */
  readonly tracks: readonly Track[];
  /** The tape's. */
  readonly level: number;
  /** What tells the run's own puts from others. */
  readonly round: number;
  /** How many deletes and puts may have been under way, unrecorded, when recording ended early. */
  readonly unrecordedMax: number;
  /** Whether recording has ended early. */
  readonly isUnfinished: boolean;
  /**
   * What was called later than this, by the clock on the wall, is left out, and what returned later had not; of all if
   * absent.
   */
  readonly untilMs?: number;
  /** What a key held at first; undefined where that may be anything that others have put, or nothing. */
  initialOf(record: number): Source | undefined;
  /** What it was found to hold at last, when that was, by the clock on the wall, and by what; undefined if unknown. */
  finalOf?(record: number): Source | undefined;
  readonly finalMs?: number;
}

/** The threads of what has not been recorded, and of what was read after the load. */
export const UNKNOWN_THREAD = -1;
export const AFTERWARDS = -2;

/** The history of one key. */
export interface Register {
  readonly record: number;
  readonly history: History;
  /** By operation: the thread, or one of the two below 0; and when it was called and returned by the clock. */
  readonly threads: Int32Array;
  readonly callsMs: Float64Array;
  readonly returnsMs: Float64Array;
  /** What wrote each value, by its number. */
  readonly sources: readonly Source[];
}

/** The histories of all keys that were kept with all of their operations, one after another. */
export function* registersOf(recorded: Recorded): Generator<Register> {
  const { tracks, level } = recorded;
  const mask = maskOf(level);
  const all = new Float64Array(tracks.reduce((sum, { count }) => sum + count, 0));
  let kept = 0;
  for (const [thread, { integers, count, capacity }] of tracks.entries()) {
    for (let at = 0; at < count; at++) {
      const record = integers[at * INTEGERS + RECORD]!;
      if (isKept(record, mask)) all[kept++] = record * PLACES + thread * capacity + at;
    }
  }
  const places = all.subarray(0, kept).sort();
  const cutAt = tracks.reduce((first, track) => Math.min(first, track.cutAt), Infinity);
  const reading = new RegisterReading(recorded, cutAt);
  for (let start = 0, end = 0; start < places.length; start = end) {
    const record = Math.floor(places[start]! / PLACES);
    while (end < places.length && Math.floor(places[end]! / PLACES) === record) end++;
    yield reading.read(record, places.subarray(start, end));
  }
}

/** A record, and the number of an operation among those of all threads, are one number: records are below 2^31. */
const PLACES = OPERATIONS_MAX;

/** Reads the histories of keys. */
class RegisterReading {
  readonly #recorded: Recorded;
  /** Up to when everything that has returned is known, by the tape's clock. */
  readonly #cutAt: number;

  constructor(recorded: Recorded, cutAt: number) {
    this.#recorded = recorded;
    this.#cutAt = cutAt;
  }

  /** @param places the record, and where its operations are */
  read(record: number, places: Float64Array): Register {
    const { tracks, round, untilMs = Infinity } = this.#recorded;
    const capacity = tracks[0]?.capacity ?? 1;
    const found: Found[] = [];
    const values = new Values(round);
    for (const place of places) {
      const thread = Math.floor((place % PLACES) / capacity);
      const { numbers, integers } = tracks[thread]!;
      const at = (place % PLACES) - thread * capacity;
      const first = at * NUMBERS;
      const call = numbers[first + CALL]!, returned = numbers[first + RETURN]!;
      const callMs = numbers[first + CALL_MS]!, returnMs = numbers[first + RETURN_MS]!;
      if (call > this.#cutAt || callMs >= untilMs) continue;
      const kindAndRound = integers[at * INTEGERS + KIND_AND_ROUND]!;
      const source = {
        put: numbers[first + VALUE]!,
        round: Math.floor(kindAndRound / KINDS),
        hash: integers[at * INTEGERS + HASH]!,
      };
      found.push({
        kind: kindAndRound % KINDS,
        value: values.numberOf(source),
        call,
        returned: returned > this.#cutAt || returnMs >= untilMs ? Infinity : returned,
        thread,
        callMs,
        returnMs,
      });
    }
    found.sort((a, b) => a.call - b.call);
    const final = this.#recorded.finalOf?.(record);
    if (final !== undefined && this.#cutAt === Infinity) {
      const { finalMs = NaN } = this.#recorded;
      const last = Number.MAX_SAFE_INTEGER;
      const read = { kind: READ, value: values.numberOf(final), call: last, returned: last, thread: AFTERWARDS };
      found.push({ ...read, callMs: finalMs, returnMs: finalMs });
    }
    const initial = this.#initial(record, found, values);
    const all = [...this.#unrecorded(found, values, initial), ...found];
    return {
      record,
      history: {
        kinds: Uint8Array.from(all, ({ kind }) => kind),
        values: Int32Array.from(all, ({ value }) => value),
        expected: NONE_EXPECTED,
        calls: Float64Array.from(all, ({ call }) => call),
        returns: Float64Array.from(all, ({ returned }) => returned),
        valueCount: values.sources.length,
        initial,
      },
      threads: Int32Array.from(all, ({ thread }) => thread),
      callsMs: Float64Array.from(all, ({ callMs }) => callMs),
      returnsMs: Float64Array.from(all, ({ returnMs }) => returnMs),
      sources: values.sources,
    };
  }

  /** What the key may have held at first. */
  #initial(record: number, found: readonly Found[], values: Values): number[] {
    const source = this.#recorded.initialOf(record);
    if (source !== undefined) return [values.numberOf(source)];
    const read = found.filter(({ kind, value }) => kind === READ && !values.isOwn(value)).map(({ value }) => value);
    return [...new Set([ABSENT, ...read])];
  }

  /** Writes that were under way when recording ended, as far as what was read tells. */
  #unrecorded(found: readonly Found[], values: Values, initial: readonly number[]): Found[] {
    const { isUnfinished, unrecordedMax } = this.#recorded;
    if (!isUnfinished && this.#cutAt === Infinity) return [];
    const known = new Set(initial);
    for (const { kind, value } of found) if (kind === WRITE) known.add(value);
    const reads = found.filter(({ kind, returned }) => kind === READ && returned !== Infinity);
    const unknown = new Set(
      reads.map(({ value }) => value).filter((value) => values.isOwn(value) && !known.has(value)),
    );
    const absences = reads.filter(({ value }) => value === ABSENT).length;
    const deletes = new Array<number>(Math.min(absences, unrecordedMax)).fill(ABSENT);
    return [...unknown, ...deletes].map((value) => ({ ...UNRECORDED, value }));
  }
}

/** There is no compare-and-set. */
const NONE_EXPECTED = new Int32Array();

/** An operation of a key. */
interface Found {
  readonly kind: number;
  readonly value: number;
  readonly call: number;
  readonly returned: number;
  readonly thread: number;
  readonly callMs: number;
  readonly returnMs: number;
}

const UNRECORDED: Omit<Found, "value"> = {
  kind: WRITE,
  call: -Infinity,
  returned: Infinity,
  thread: UNKNOWN_THREAD,
  callMs: NaN,
  returnMs: NaN,
};

/** The values of a key, as numbers. */
class Values {
  readonly sources: Source[];
  readonly #round: number;
  readonly #own = new Map<number, number>();
  readonly #others = new Map<string, number>();

  constructor(round: number) {
    this.#round = round;
    this.sources = [{ put: NOTHING, round, hash: 0 }];
  }

  numberOf(source: Source): number {
    const { put, round, hash } = source;
    if (put === NOTHING) return ABSENT;
    const isOwn = put !== NO_PUT && round === this.#round;
    const number = isOwn ? this.#numberIn(this.#own, put, source) : undefined;
    // Another content under the same number was torn.
    if (number !== undefined && (hash === undefined || this.sources[number]!.hash === hash)) return number;
    const torn = number === undefined ? "" : ` ${hash}`;
    return this.#numberIn(this.#others, put === NO_PUT ? "" : `${round} ${put}${torn}`, source);
  }

  /** Whether it is the value of a put of this round. */
  isOwn(value: number): boolean {
    const { put, round } = this.sources[value]!;
    return put > NOTHING && round === this.#round;
  }

  #numberIn<Key>(numbers: Map<Key, number>, key: Key, source: Source): number {
    let number = numbers.get(key);
    if (number === undefined) {
      numbers.set(key, number = this.sources.length);
      this.sources.push(source);
    }
    return number;
  }
}
