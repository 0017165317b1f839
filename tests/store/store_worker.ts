/**
 * The worker of the store's stress test: puts values that show who has written them and whether they are whole, and
 * gets those of the others.
 *
 * @module
 */
import { Rng } from "../../lib/load/rng.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore, type StoreHandle } from "../../lib/store/shared_store.ts";
import { Abort, type AbortHandle } from "../../lib/sync/abort.ts";
import { addJitter } from "../sync/jitter.ts";
import { meet, serve } from "../sync/serve.ts";

/** Keys that all workers share. */
export const KEY_COUNT = 16;
/** A value is the same unit again and again: the worker's digit and the number of its put. */
export const UNIT_LENGTH = 8;
export const UNITS_MAX = 24;

/** One worker's part. */
export interface StoreConfig {
  readonly store: StoreHandle;
  readonly abort: AbortHandle;
  /** A word where the workers meet before they start, all at once. */
  readonly meeting: Int32Array<SharedArrayBuffer>;
  /** The worker's own number, one digit. */
  readonly worker: number;
  readonly workers: number;
  /** How many puts and gets, half of each; with jitter after half. */
  readonly operations: number;
}

/** What a worker did and saw. */
export interface StoreResult {
  readonly puts: number;
  /** The number of the last put on each key; 0 when there was none. */
  readonly lastPuts: number[];
  /** The first values that were not whole or older than one that was read before. */
  readonly faults: string[];
}

const FAULTS_MAX = 3;

export function keyText(key: number): string {
  return `Key${key}`;
}

export function unitText(worker: number, put: number): string {
  return `${worker}${String(put).padStart(UNIT_LENGTH - 1, "0")}`;
}

if (import.meta.main) {
  serve((config: StoreConfig): StoreResult => new Stress(config).run());
}

class Stress {
  readonly #config: StoreConfig;
  readonly #store: SharedStore;
  readonly #rng: Rng;
  readonly #keys = Array.from({ length: KEY_COUNT }, (_, key) => PaddedBytes.of(keyText(key)));
  readonly #value = new PaddedBytes(0);
  readonly #out = new PaddedBytes(0);
  readonly #lastPuts = new Array<number>(KEY_COUNT).fill(0);
  /** For each key, the newest put of each worker that was read. */
  readonly #seenPuts: number[][];
  readonly #faults: string[] = [];
  #puts = 0;

  constructor(config: StoreConfig) {
    this.#config = config;
    this.#store = SharedStore.attach(config.store);
    this.#rng = new Rng(2, config.worker);
    this.#seenPuts = Array.from({ length: KEY_COUNT }, () => new Array<number>(config.workers).fill(0));
  }

  run(): StoreResult {
    const { meeting, worker, workers, operations, abort } = this.#config;
    meet(meeting, 0, workers, Abort.attach(abort));
    for (let operation = 0; operation < operations; operation++) {
      if (operation === operations >> 1) addJitter(worker);
      const key = this.#rng.below(KEY_COUNT);
      if (operation % 2 === 0) this.#put(key);
      else this.#get(key);
    }
    return { puts: this.#puts, lastPuts: this.#lastPuts, faults: this.#faults };
  }

  #put(key: number): void {
    this.#puts++;
    this.#lastPuts[key] = this.#puts;
    this.#value.setString(unitText(this.#config.worker, this.#puts).repeat(this.#rng.below(UNITS_MAX) + 1));
    this.#store.put(this.#keys[key]!, this.#value);
  }

  #get(key: number): void {
    const out = this.#out;
    if (!this.#store.get(this.#keys[key]!, out)) {
      if (this.#lastPuts[key] !== 0) this.#fault(key, "is absent after a put");
      return;
    }
    if (!isWhole(out)) return this.#fault(key, `is torn: ${out}`);
    const writer = Number(out.toString().slice(0, 1));
    const put = Number(out.toString().slice(1, UNIT_LENGTH));
    const seen = this.#seenPuts[key]!;
    if (put < seen[writer]!) this.#fault(key, `was ${unitText(writer, seen[writer]!)} and is ${unitText(writer, put)}`);
    // Nobody reads, of what they have put themselves, anything but the last.
    if (writer === this.#config.worker && put !== this.#lastPuts[key]) this.#fault(key, `lost ${this.#lastPuts[key]}`);
    seen[writer] = put;
  }

  #fault(key: number, what: string): void {
    if (this.#faults.length < FAULTS_MAX) this.#faults.push(`${keyText(key)} ${what}`);
  }
}

/** Whether a value is one unit, repeated. */
function isWhole({ words, length }: PaddedBytes): boolean {
  if (length === 0 || length % UNIT_LENGTH !== 0) return false;
  for (let i = 2; i < length / 4; i++) {
    if (words[i] !== words[i - 2]) return false;
  }
  return true;
}
