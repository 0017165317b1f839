/**
 * Schedules of the store.
 *
 * @module
 */
import { hashKey } from "../../../lib/store/hash.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../../lib/store/shared_store.ts";
import { Abort } from "../../../lib/sync/abort.ts";
import { expect, scenario, type Scenarios } from "../scenario.ts";

function create() {
  const abort = Abort.create({ tickMs: Infinity });
  return SharedStore.create({ shards: 1, entriesPerShard: 3, arenaWordsPerShard: 100 }, abort).handle();
}

/**
 * All characters of a value are the same, no two values have the same, and each second one of a worker fits in its
 * place.
 */
function valueOf(worker: number, put: number): string {
  return String.fromCharCode(0x61 + 4 * worker + put).repeat(8 + 4 * (put >> 1));
}

function expectValue(value: string | undefined): void {
  if (value === undefined) return;
  expect("a value", value, value.charAt(0).repeat(value.length));
  expect("the length of a value, in words", value.length % 4, 0);
}

/** Writers put longer and longer values under some keys, readers get them. */
function load(writers: number, readers: number, puts: number, keys: readonly string[]) {
  return scenario({
    workers: writers + readers,
    create,
    run(state, worker) {
      const store = SharedStore.attach(state);
      const out = new PaddedBytes(64);
      for (let i = 0; i < puts; i++) {
        const key = PaddedBytes.of(keys[(worker + i) % keys.length]!);
        if (worker < writers) store.put(key, PaddedBytes.of(valueOf(worker, i)));
        else if (store.get(key, out)) expectValue(out.toString());
      }
    },
    check(state) {
      const store = SharedStore.attach(state);
      expect("the version", store.version(0), writers * puts);
      const found = keys.filter((key) => store.getString(key) !== undefined);
      expect("the number of keys", store.count(0), found.length);
      for (const key of keys) expectValue(store.getString(key));
    },
  });
}

/** Two keys whose probes start at the same of four slots, so that deleting one may move the other. */
const [KEPT, ...NEIGHBOURS] = [..."abcdefgh"].map((letter) => PaddedBytes.of(letter));
const NEIGHBOUR = NEIGHBOURS.find((key) => slotOf(key) === slotOf(KEPT!));

function slotOf(key: PaddedBytes): number {
  return hashKey(key.words, key.length) & 3;
}

/**
 * Each worker puts and deletes a key of its own, which it must find, in a shard that has not much room: what one has
 * left behind is used again by the other.
 */
function churn(turns: number) {
  return scenario({
    workers: 2,
    create() {
      const abort = Abort.create({ tickMs: Infinity });
      return SharedStore.create({ shards: 1, entriesPerShard: 2, arenaWordsPerShard: 32 }, abort).handle();
    },
    run(state, worker) {
      const store = SharedStore.attach(state);
      const key = worker === 0 ? KEPT! : NEIGHBOUR!;
      for (let turn = 0; turn < turns; turn++) {
        store.put(key, PaddedBytes.of(valueOf(worker, turn)));
        expect("whether the key was there", store.delete(key), true);
      }
      store.put(key, PaddedBytes.of(valueOf(worker, turns)));
    },
    check(state) {
      const store = SharedStore.attach(state);
      expect("the version", store.version(0), 2 * (2 * turns + 1));
      expect("the number of keys", store.count(0), 2);
      expect("the first key's value", store.getString(KEPT!.toString()), valueOf(0, turns));
      expect("the other's", store.getString(NEIGHBOUR!.toString()), valueOf(1, turns));
    },
  });
}

export const SCENARIOS: Scenarios = {
  "one puts, one gets": load(1, 1, 2, ["a"]),
  "two put": load(2, 0, 2, ["a"]),
  "two put two keys": load(2, 0, 2, ["a", "b"]),
  "two put, one gets": load(2, 1, 2, ["a", "b"]),
  "two put, two get": load(2, 2, 3, ["a", "b", "c"]),
  "two delete and put anew": churn(2),
};
