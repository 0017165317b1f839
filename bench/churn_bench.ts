/**
 * Benchmarks a store whose entries come, go and change their sizes, in memory that is planned for what is there: puts
 * alone, and with deletes, on a store that has just been filled and on one that has been used for long.
 *
 * @module
 */
import { planStore } from "../lib/backend/plan.ts";
import { Rng } from "../lib/load/rng.ts";
import { PaddedBytes } from "../lib/store/padded_bytes.ts";
import { SharedStore } from "../lib/store/shared_store.ts";
import { Abort } from "../lib/sync/abort.ts";
import { options } from "./short.ts";

/** Operations in one iteration of a benchmark. */
const OPERATIONS = 10_000;
const SHARDS = 128;
const KEY_COUNT = 100_000;
const KEY_BYTES = 12;
const VALUE_BYTES_MIN = 50;
const VALUE_BYTES_MAX = 400;
/** As many operations as make a store old: each key is deleted and put anew several times. */
const OLD_OPERATIONS = options().n === undefined ? 40 * KEY_COUNT : OPERATIONS;

const DELETES = 0.25;

const rng = new Rng(1);
const key = new PaddedBytes(KEY_BYTES);
const value = new PaddedBytes(VALUE_BYTES_MAX);

function drawKey(): void {
  key.setString(String(rng.below(KEY_COUNT)).padStart(KEY_BYTES, "0"));
}

function sizeOf(valueLengthMin: number) {
  const keys = { keyCount: KEY_COUNT, keyLengthMax: KEY_BYTES, valueLengthMin, valueLengthMax: VALUE_BYTES_MAX };
  return planStore(SHARDS, keys);
}

/** A store in which all keys are, with values whose sizes are drawn up to the greatest. */
function filled(valueBytesMin: number): SharedStore {
  const store = SharedStore.create(sizeOf(valueBytesMin), Abort.create());
  for (let i = 0; i < KEY_COUNT; i++) {
    key.setString(String(i).padStart(KEY_BYTES, "0"));
    drawSize(valueBytesMin);
    store.put(key, value);
  }
  return store;
}

function drawSize(valueBytesMin: number): void {
  value.end(valueBytesMin + rng.below(VALUE_BYTES_MAX - valueBytesMin + 1));
}

function use(store: SharedStore, deletes: number, valueBytesMin: number, operations = OPERATIONS): void {
  for (let i = 0; i < operations; i++) {
    drawKey();
    if (rng.fraction() < deletes) {
      store.delete(key);
    } else {
      drawSize(valueBytesMin);
      store.put(key, value);
    }
  }
}

const ofOneSize = filled(VALUE_BYTES_MAX);
const ofAllSizes = filled(VALUE_BYTES_MIN);
const fresh = filled(VALUE_BYTES_MIN);
const old = filled(VALUE_BYTES_MIN);
use(old, DELETES, VALUE_BYTES_MIN, OLD_OPERATIONS);

/** How much memory values of all sizes take, by the bytes of all entries. */
const LIVE_BYTES = KEY_COUNT * (KEY_BYTES + (VALUE_BYTES_MIN + VALUE_BYTES_MAX) / 2);
const TIMES = (SharedStore.byteLength(sizeOf(VALUE_BYTES_MIN)) / LIVE_BYTES).toFixed(1);

const GROUP = { ...options(), group: `${OPERATIONS} operations on ${KEY_COUNT} keys on one thread` };

Deno.bench("puts of 400 B", { ...GROUP, baseline: true }, () => use(ofOneSize, 0, VALUE_BYTES_MAX));
Deno.bench(`puts of 50 to 400 B, in ${TIMES} times their bytes`, GROUP, () => use(ofAllSizes, 0, VALUE_BYTES_MIN));
Deno.bench("a quarter deletes", GROUP, () => use(fresh, DELETES, VALUE_BYTES_MIN));
Deno.bench("a quarter deletes, store used for long", GROUP, () => use(old, DELETES, VALUE_BYTES_MIN));
