/**
 * Stress test of the block layout with real workers: several put, and write themselves or have the file worker write;
 * whoever opens the directory then finds the last acknowledged value of every key, and nothing to complain of.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { prepareFiles } from "../../../../lib/backend/prepare.ts";
import { SERIALIZER_NAMES } from "../../../../lib/codec/codec.ts";
import { SEED_KEY_SPACE } from "../../../../lib/load/seed_workload.ts";
import type { PersistencePolicy } from "../../../../lib/persist/policy/policies.ts";
import { run } from "../../../../lib/run/runner.ts";
import { Abort } from "../../../../lib/sync/abort.ts";
import { Clock } from "../../../../lib/sync/clock.ts";
import { temporaryDirectory } from "../../../run/files.ts";
import { lastAcknowledged } from "../../../run/sequence_load.ts";
import { fileOptions } from "../../../backend/fixtures.ts";

const THREADS = 3;
const SEED = 20_261_125;
const LOAD_MS = 100;

const POLICIES: readonly PersistencePolicy[] = [
  { kind: "synchronous", writePeriodUs: 500 },
  { kind: "asynchronous", queueDepth: 64, queueMemoryBytes: 2 ** 20 },
  { kind: "periodic", flushPeriodUs: 2000 },
  { kind: "commit", commitDelayUs: 0 },
];

function createLoadWorker(): Worker {
  return new Worker(new URL("../../../run/sequence_load_worker.ts", import.meta.url), { type: "module" });
}

for (const [i, policy] of POLICIES.entries()) {
  const serializer = SERIALIZER_NAMES[i % SERIALIZER_NAMES.length]!;
  const sync = i % 2 === 0 ? "none" : "data";
  Deno.test(`blocks in ${serializer} hold what workers have put under the ${policy.kind} policy, sync ${sync}`, async () => {
    using directory = temporaryDirectory();
    const layout = { kind: "blocks", blockBytes: 512 } as const;
    const backend = fileOptions(directory.path, { fileCount: 5, serializer, policy, layout, sync });
    const { threads, file } = await run({
      threads: THREADS,
      loadTimeMs: LOAD_MS,
      workload: { kind: "seed" },
      pattern: "unthrottled",
      seed: SEED,
      backend,
    }, { createLoadWorker });
    assertGreater(file?.blocksWritten ?? 0, 0);
    const acknowledged = lastAcknowledged(SEED, threads.map(({ writes }) => writes));
    const context = { abort: Abort.create(), clock: Clock.create(), threads: 1 };
    const { store, directory: opened, filesSetAside, filesTorn, entriesLoaded } = await prepareFiles(
      backend,
      SEED_KEY_SPACE,
      context,
    );
    opened.close();
    assertEquals([filesSetAside, filesTorn, entriesLoaded], [[], [], acknowledged.size]);
    for (const [key, value] of acknowledged) assertEquals(store.getString(key), value, key);
  });
}
