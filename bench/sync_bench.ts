/**
 * Benchmarks the locks: the cost of a mutex without contention and with it, and how fast two threads pass the turn to
 * each other, compared with bare atomic operations.
 *
 * @module
 */
import { Abort } from "../lib/sync/abort.ts";
import { lock, unlock } from "../lib/sync/mutex.ts";
import { HAND_OFF_WORDS, type HandOffConfig } from "./hand_off_worker.ts";
import { options } from "./short.ts";

const abort = Abort.create();

function newWords(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
}

const LOCKS = 1_000;
const UNCONTENDED = { ...options(), group: `lock and unlock without contention, ${LOCKS} times` };
const words = newWords(1);

Deno.bench("Atomics.compareExchange + exchange", { ...UNCONTENDED, baseline: true }, () => {
  for (let i = 0; i < LOCKS; i++) {
    Atomics.compareExchange(words, 0, 0, 1);
    Atomics.exchange(words, 0, 0);
  }
});

Deno.bench("lock + unlock", UNCONTENDED, () => {
  for (let i = 0; i < LOCKS; i++) {
    lock(words, 0, abort);
    unlock(words, 0);
  }
});

/** Two workers that repeatedly do their part of a benchmark; started at its first iteration. */
class Pair {
  readonly #kind: HandOffConfig["kind"];
  readonly #turns: number;
  #workers: Worker[] = [];

  constructor(kind: HandOffConfig["kind"], turns: number) {
    this.#kind = kind;
    this.#turns = turns;
    // Idle workers wait for a message, not in shared memory.
    globalThis.addEventListener("unload", () => this.#workers.forEach((worker) => worker.terminate()));
  }

  async start(): Promise<void> {
    if (this.#workers.length > 0) return;
    const [kind, turns, words] = [this.#kind, this.#turns, newWords(HAND_OFF_WORDS)];
    this.#workers = [0, 1].map(() => new Worker(new URL("./hand_off_worker.ts", import.meta.url), { type: "module" }));
    await this.#post((worker) => ({ words, abort: abort.handle(), kind, worker, turns }));
  }

  /** Both workers take their turns. */
  async run(): Promise<void> {
    await this.#post(() => undefined);
  }

  /** Posts a message to each worker, and resolves when both have answered. */
  async #post(message: (worker: number) => HandOffConfig | undefined): Promise<void> {
    await Promise.all(this.#workers.map((worker, i) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      worker.onmessage = () => resolve();
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(message(i));
      return promise;
    }));
  }
}

function benchPair(name: string, pair: Pair, definition: { group: string; baseline?: boolean }): void {
  // Deno would run thousands of iterations of this length.
  Deno.bench(name, { n: 20, warmup: 3, ...options(), ...definition }, async (bench) => {
    await pair.start();
    bench.start();
    await pair.run();
    bench.end();
  });
}

const ROUND_TRIPS = 1_000;
const HAND_OFF = { group: `pass the turn between two workers, ${ROUND_TRIPS} round trips` };
benchPair("Atomics.wait + notify", new Pair("futex", ROUND_TRIPS), { ...HAND_OFF, baseline: true });
benchPair("mutex + condition", new Pair("condition", ROUND_TRIPS), HAND_OFF);

const COUNTS = 10_000;
const CONTENDED = { group: `two workers increment a counter, ${COUNTS} times each` };
benchPair("Atomics.add", new Pair("add", COUNTS), { ...CONTENDED, baseline: true });
benchPair("lock + unlock, contended", new Pair("mutex", COUNTS), CONTENDED);
