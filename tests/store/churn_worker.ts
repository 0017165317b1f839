/**
 * The worker of the tests of the store's space: it puts, deletes and gets under its own keys, and compares with a map.
 *
 * @module
 */
import { Rng } from "../../lib/load/rng.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { meet, serve } from "../sync/serve.ts";
import { type ChurnConfig, keyText } from "./churn.ts";

serve((config: ChurnConfig): [string, string][] => {
  const { seed, worker, workers, keys, valueBytesMax, operations } = config;
  const store = SharedStore.attach(config.store);
  const rng = new Rng(seed, worker);
  const model = new Map<string, string>();
  meet(config.meeting, 0, workers, Abort.attach(config.abort));
  for (let operation = 0; operation < operations; operation++) {
    const key = keyText(worker + workers * rng.below(keys));
    const kind = rng.below(4);
    if (kind === 0) {
      const was = model.delete(key);
      if (store.delete(PaddedBytes.of(key)) !== was) throw new Error(`${key} was there: ${was}; seed ${seed}`);
    } else if (kind === 1) {
      const [found, expected] = [store.getString(key), model.get(key)];
      if (found !== expected) throw new Error(`${key} is ${found}, not ${expected}; seed ${seed}`);
    } else {
      const value = `${worker}.${operation}.`.repeat(valueBytesMax).slice(0, rng.below(valueBytesMax + 1));
      store.putString(key, value);
      model.set(key, value);
    }
  }
  return [...model];
});
