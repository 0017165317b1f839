/**
 * Hands the operations of a trace to the lanes of the load: all of a key to one lane, in their order.
 *
 * @module
 */
import { hashKey } from "../store/hash.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { PersistError } from "../system/persist_error.ts";
import { unpackedChunks } from "../system/unpacked_file.ts";
import { TRACE_FORMATS } from "./format/formats.ts";
import { isPut } from "./format/trace_format.ts";
import { EnoughError, readTrace, type TraceOperation, type TraceVisitor } from "./trace_reader.ts";
import type { TraceRing } from "./trace_ring.ts";
import { lookAtTrace, roundUs, type TraceSummary } from "./trace_summary.ts";

const TWO_TO_32 = 2 ** 32;
/** Spreads the hash once more, so that lanes do not follow the shards of a store, which its high bits choose. */
const SPREAD = 0x9e3779b1 | 0;

/** Which of so many lanes a key belongs to, by its hash. */
export function laneOf(hash: number, lanes: number): number {
  return ((Math.imul(hash, SPREAD) >>> 0) * lanes / TWO_TO_32) | 0;
}

/** How a trace is replayed. */
export interface FeedOptions {
  readonly path: string;
  readonly trace: TraceSummary;
  /** How often, one time after another; Infinity: for ever. */
  readonly rounds: number;
  /** Operations after which it ends in any case; Infinity for no limit. */
  readonly opsMax: number;
  /** Of each round, only so many operations; Infinity for all. */
  readonly roundOpsMax: number;
  /** Whether the times matter: operations with the same one are then spread over what the format cannot tell apart. */
  readonly isTimed: boolean;
}

/**
 * Hands out a trace until it is over, or the load.
 *
 * @throws {PersistError} when its file cannot be read, or has changed
 * @throws {AbortError} when the run has failed
 */
export async function feedTrace(options: FeedOptions, rings: readonly TraceRing[]): Promise<void> {
  const { path, trace, rounds } = options;
  const { sizeBytes, modifiedMs } = lookAtTrace(path);
  if (sizeBytes !== trace.sizeBytes || modifiedMs !== trace.modifiedMs) throw changed(path);
  const feed = new TraceFeed(options, rings);
  const chunks = new TraceChunks(path);
  const tellAll = () => {
    for (const ring of rings) ring.tell();
  };
  for (const ring of rings) ring.onWait = tellAll;
  for (let round = 0; round < rounds && !feed.isOver; round++) {
    feed.begin(round * roundUs(trace));
    await readTrace(chunks.read(), trace.format, feed);
    feed.flush();
  }
  for (const ring of rings) ring.end();
}

function changed(path: string): PersistError {
  return new PersistError("replay", path, "it has changed since it was looked at");
}

/** Words that operations with the same time may take at most; then some are handed out, though more may follow. */
const HELD_WORDS_MAX = 1 << 24;
/** Words before the key of an operation that is held: its kind, its key's length and its value's. */
const HELD_HEADER_WORDS = 3;

class TraceFeed implements TraceVisitor {
  #isOver = false;
  readonly #options: FeedOptions;
  readonly #rings: readonly TraceRing[];
  readonly #resolutionUs: number;
  #left: number;
  #roundLeft = 0;
  #baseUs = 0;
  readonly #pushed = { kind: 0, key: new PaddedBytes(0), valueBytes: 0, timeUs: 0 };
  /** Operations with the same time, which are handed out once it is known how many there are. */
  #held = new Int32Array(1 << 12);
  #heldWords = 0;
  #heldCount = 0;
  #heldUs = 0;
  /** How much of that time the operations before them, of the same, have taken. */
  #spentUs = 0;
  readonly #heldKey = new PaddedBytes(0);

  constructor(options: FeedOptions, rings: readonly TraceRing[]) {
    const { trace: { format }, isTimed, opsMax } = options;
    const { resolutionUs } = TRACE_FORMATS[format];
    this.#options = options;
    this.#rings = rings;
    this.#resolutionUs = isTimed && resolutionUs > 1 ? resolutionUs : 0;
    this.#left = opsMax;
  }

  /** Whether nothing more is to be handed out. */
  get isOver(): boolean {
    return this.#isOver || this.#rings[0]!.isLoadOver;
  }

  /** @param baseUs when the round begins */
  begin(baseUs: number): void {
    this.#baseUs = baseUs;
    this.#spentUs = 0;
    this.#roundLeft = this.#options.roundOpsMax;
  }

  operation({ kind, key, valueBytes, timeUs }: TraceOperation): void {
    if (this.#left === 0 || this.#roundLeft === 0) {
      if (this.#left === 0) this.#isOver = true;
      throw new EnoughError();
    }
    this.#left--;
    this.#roundLeft--;
    const { path, trace } = this.#options;
    if (key.length > trace.keyBytesMax || (isPut(kind) && valueBytes > trace.valueBytesMax)) throw changed(path);
    if (this.#resolutionUs === 0) {
      this.#push(kind, key, { valueBytes, timeUs });
    } else {
      if (timeUs !== this.#heldUs) {
        this.flush();
        this.#heldUs = timeUs;
        this.#spentUs = 0;
      } else if (this.#heldWords > HELD_WORDS_MAX) {
        this.#handOut((this.#resolutionUs - this.#spentUs) / 2);
      }
      this.#hold(kind, key, valueBytes);
    }
    if (this.#isOver) throw new EnoughError();
  }

  /** Hands out what is held, spread over what is left of the time that the trace does not tell apart. */
  flush(): void {
    this.#handOut(this.#resolutionUs - this.#spentUs);
  }

  /** Hands out what is held, spread over so much time after what has been spent. */
  #handOut(spanUs: number): void {
    const [held, key, count] = [this.#held, this.#heldKey, this.#heldCount];
    this.#heldCount = 0;
    const startUs = this.#heldUs + this.#spentUs;
    this.#spentUs += spanUs;
    let at = 0;
    for (let i = 0; i < count; i++) {
      const kind = held[at]!, length = held[at + 1]!, valueBytes = held[at + 2]!;
      const keyWords = (length + 3) >> 2;
      at += HELD_HEADER_WORDS;
      key.reserve(length);
      for (let word = 0; word < keyWords; word++) key.words[word] = held[at + word]!;
      key.length = length;
      at += keyWords;
      if (!this.#push(kind, key, { valueBytes, timeUs: startUs + i / count * spanUs })) break;
    }
    this.#heldWords = 0;
  }

  #hold(kind: number, key: PaddedBytes, valueBytes: number): void {
    const keyWords = (key.length + 3) >> 2;
    const end = this.#heldWords + HELD_HEADER_WORDS + keyWords;
    if (end > this.#held.length) {
      const grown = new Int32Array(2 * end);
      grown.set(this.#held.subarray(0, this.#heldWords));
      this.#held = grown;
    }
    this.#held[this.#heldWords] = kind;
    this.#held[this.#heldWords + 1] = key.length;
    this.#held[this.#heldWords + 2] = valueBytes;
    this.#held.set(key.words.subarray(0, keyWords), this.#heldWords + HELD_HEADER_WORDS);
    this.#heldWords = end;
    this.#heldCount++;
  }

  /** Hands out an operation; false if the load is over. */
  #push(
    kind: number,
    key: PaddedBytes,
    { valueBytes, timeUs }: Pick<TraceOperation, "valueBytes" | "timeUs">,
  ): boolean {
    const ring = this.#rings[laneOf(hashKey(key.words, key.length), this.#rings.length)]!;
    const pushed = this.#pushed;
    pushed.kind = kind;
    pushed.key = key;
    pushed.valueBytes = valueBytes;
    pushed.timeUs = this.#baseUs + timeUs;
    const isTaken = ring.push(pushed);
    if (!isTaken) this.#isOver = true;
    return isTaken;
  }
}

/** A smaller trace is kept in memory, once it has been read, for whoever goes through it again. */
const KEPT_BYTES_MAX = 64 << 20;

/** The content of a trace's file, for going through it several times. */
class TraceChunks {
  readonly #path: string;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #isWhole = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Goes through it from its beginning, as {@linkcode unpackedChunks} does. */
  async *read(): AsyncGenerator<Uint8Array, void> {
    if (this.#isWhole) {
      yield* this.#kept;
      return;
    }
    this.#kept.length = 0;
    this.#keptBytes = 0;
    for await (const chunk of unpackedChunks(this.#path)) {
      this.#keptBytes += chunk.length;
      if (this.#keptBytes <= KEPT_BYTES_MAX) this.#kept.push(chunk.slice());
      else this.#kept.length = 0;
      yield chunk;
    }
    this.#isWhole = this.#keptBytes <= KEPT_BYTES_MAX;
  }
}
