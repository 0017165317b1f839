/**
 * Benchmarks a put as a load worker makes it: in memory, and through the file backend under the periodic policy, where
 * it also notes that its shard has changed. Nobody writes meanwhile, so this is the price on the load's side alone.
 *
 * There is one layout here, because a worker has only one, too: V8 inlines its methods into the put.
 *
 * @module
 */
import { connectShared, type SharedHandle } from "../tests/backend/shared.ts";
import { prepareMemory } from "../lib/backend/memory.ts";
import { prepareFiles } from "../lib/backend/prepare.ts";
import { Rng } from "../lib/load/rng.ts";
import { SEED_KEY_COUNT, SEED_VALUE, writeSeedKey } from "../lib/load/seed_workload.ts";
import { PaddedBytes } from "../lib/store/padded_bytes.ts";
import { Abort } from "../lib/sync/abort.ts";
import { Clock } from "../lib/sync/clock.ts";
import { options } from "./short.ts";

/** Puts in one iteration. */
const PUTS = 10_000;
const SHARDS = 128;
const KEYS = { keyCount: SEED_KEY_COUNT, keyLengthMax: 8, valueLengthMax: SEED_VALUE.length };

const rng = new Rng(1);
const keyNumbers = Int32Array.from({ length: PUTS }, () => rng.below(SEED_KEY_COUNT));
const value = PaddedBytes.of(SEED_VALUE);

const output = Deno.makeTempDirSync({ prefix: "kvlab-bench-" });
const memory = prepareMemory(KEYS, { abort: Abort.create(), threads: 1 });
const files = await prepareFiles(
  {
    kind: "file",
    output,
    fileCount: SHARDS,
    serializer: "json",
    policy: { kind: "periodic", flushPeriodUs: 5000 },
    layout: { kind: "snapshot", replace: "alternate" },
    sync: "none",
  },
  KEYS,
  { abort: Abort.create(), clock: Clock.create(), threads: 1 },
);
globalThis.addEventListener("unload", () => {
  files.directory.close();
  Deno.removeSync(output, { recursive: true });
});

/** A function that puts once for each key number. */
function putsInto(handle: SharedHandle): () => void {
  const backend = connectShared(handle, 0);
  const key = new PaddedBytes(8);
  return () => {
    for (let i = 0; i < PUTS; i++) {
      writeSeedKey(keyNumbers[i]!, key);
      backend.put(key, value);
    }
  };
}

const GROUP = { ...options(), group: `${PUTS} puts on one thread` };

Deno.bench("in memory", { ...GROUP, baseline: true }, putsInto(memory.handle));
Deno.bench("through the file backend, written by another", GROUP, putsInto(files.handle));
