/**
 * Benchmarks the workloads: what a load spends on choosing operations and writing keys and values before it does any
 * operation; compared with the seed's workload, which has one value and the shortest keys.
 *
 * The mixes are on ten million records of 16-byte keys and 100-byte values.
 *
 * @module
 */
import { PRESETS, WORKLOAD_NAMES, ZIPF_THETA } from "../lib/load/workload.ts";
import { options } from "./short.ts";
import type { ChoosingTask } from "./workload_worker.ts";

/**
 * Operations in one iteration of a benchmark: enough that a message to the worker and back costs little in comparison.
 */
const OPERATIONS = 100_000;
const KEY_COUNT = 10_000_000;
/** Room for the inserts of all iterations. */
const KEY_COUNT_MAX = 2_000_000_000;

const GROUP = { group: `choosing ${OPERATIONS} operations` };

/** Starts a worker; resolves, once it is ready, to a function that makes it do its task once. */
async function startWorker(task: ChoosingTask): Promise<() => Promise<void>> {
  const worker = new Worker(new URL("./workload_worker.ts", import.meta.url), { type: "module" });
  // When idle, it waits for a message, not in shared memory.
  globalThis.addEventListener("unload", () => worker.terminate());
  const post = (message?: ChoosingTask) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.onmessage = () => resolve();
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(message);
    return promise;
  };
  await post(task);
  return () => post();
}

function benchWorkload(name: string, workload: ChoosingTask["workload"], baseline = false): void {
  let perform: (() => Promise<void>) | undefined;
  Deno.bench(name, { n: 50, warmup: 10, ...options(), ...GROUP, baseline }, async (bench) => {
    perform ??= await startWorker({ workload, operations: OPERATIONS });
    bench.start();
    await perform();
    bench.end();
  });
}

benchWorkload("the seed's workload", { kind: "seed" }, true);
for (const name of WORKLOAD_NAMES) {
  benchWorkload(`${name} as a mix: ${PRESETS[name].distribution}`, {
    kind: "mix",
    name,
    ...PRESETS[name],
    keyCount: KEY_COUNT,
    keyCountMax: KEY_COUNT_MAX,
    keyBytes: 16,
    valueBytesMin: 100,
    valueBytesMax: 100,
    compressible: 1,
    zipfTheta: ZIPF_THETA,
  });
}
