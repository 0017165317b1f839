/**
 * Benchmarks the store: puts and gets on one thread, compared with a JavaScript `Map` that does the same operations.
 *
 * The keys are the seed's, in the same order for all. A `Map` finds a string's hash within the string once it has been
 * computed. So there are two `Map`s: one whose keys are strings that have been used before, its best case, and one for
 * which each key is made from its number, as a load makes them and as they would come from outside. The store's keys
 * are made from numbers, too.
 *
 * @module
 */
import { planStore } from "../lib/backend/plan.ts";
import { Rng } from "../lib/load/rng.ts";
import { SEED_KEY_COUNT, SEED_VALUE, writeSeedKey } from "../lib/load/seed_workload.ts";
import { PaddedBytes } from "../lib/store/padded_bytes.ts";
import { SharedStore } from "../lib/store/shared_store.ts";
import { Abort } from "../lib/sync/abort.ts";
import { options } from "./short.ts";

/** Operations in one iteration of a benchmark. */
const OPERATIONS = 10_000;
const SHARDS = 128;
/** The number of puts in 100 operations of a mix. */
const MIXES = { put: 100, get: 0, "90% put, 10% get": 90 };

const rng = new Rng(1);
const keyNumbers = Int32Array.from({ length: OPERATIONS }, () => rng.below(SEED_KEY_COUNT));
const names = Array.from({ length: SEED_KEY_COUNT }, (_, n) => `Key${n}`);

const store = SharedStore.create(
  planStore(SHARDS, { keyCount: SEED_KEY_COUNT, keyLengthMax: 8, valueLengthMax: SEED_VALUE.length }),
  Abort.create(),
);
const map = new Map<string, string>();
for (const name of names) {
  store.putString(name, SEED_VALUE);
  map.set(name, SEED_VALUE);
}

const key = new PaddedBytes(8);
const value = PaddedBytes.of(SEED_VALUE);
const out = new PaddedBytes(SEED_VALUE.length);
/** Counts the gets that found their key; exported, so that none can be optimized away. */
export let hits = 0;

/** One operation for each key number. */
function runMap(isPut: Uint8Array<ArrayBuffer>): void {
  for (let i = 0; i < OPERATIONS; i++) {
    const name = names[keyNumbers[i]!]!;
    if (isPut[i] === 1) map.set(name, SEED_VALUE);
    else if (map.get(name) !== undefined) hits++;
  }
}

function runMapOfMadeKeys(isPut: Uint8Array<ArrayBuffer>): void {
  for (let i = 0; i < OPERATIONS; i++) {
    const name = `Key${keyNumbers[i]!}`;
    if (isPut[i] === 1) map.set(name, SEED_VALUE);
    else if (map.get(name) !== undefined) hits++;
  }
}

function runStore(isPut: Uint8Array<ArrayBuffer>): void {
  for (let i = 0; i < OPERATIONS; i++) {
    writeSeedKey(keyNumbers[i]!, key);
    if (isPut[i] === 1) store.put(key, value);
    else if (store.get(key, out)) hits++;
  }
}

for (const [mix, putPercent] of Object.entries(MIXES)) {
  const isPut = Uint8Array.from({ length: OPERATIONS }, () => rng.below(100) < putPercent ? 1 : 0);
  const definition = { ...options(), group: `${OPERATIONS} operations on one thread: ${mix}` };

  Deno.bench("Map, keys used before", { ...definition, baseline: true }, () => runMap(isPut));
  Deno.bench("Map, keys made from numbers", definition, () => runMapOfMadeKeys(isPut));
  Deno.bench("SharedStore", definition, () => runStore(isPut));
}
