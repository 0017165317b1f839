/**
 * Tests that what loads with values of changing sizes have written is read back, whatever the layout, the policy and
 * the number of threads, also by the next load.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { prepareFiles } from "../../lib/backend/prepare.ts";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { inspectDirectory } from "../../lib/inspect/inspect.ts";
import { mixKeySpace } from "../../lib/load/workload.ts";
import { type LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/snapshot/replacement.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { SYNC_NAMES } from "../../lib/persist/durability.ts";
import { run } from "../../lib/run/runner.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { report, rounds } from "../campaign/campaign.ts";
import { leftOversIn, temporaryDirectory } from "./files.ts";
import { lastSized, sizedWorkload, type Sizes, THREADS_MAX } from "./sized_load.ts";

const QUEUE_MEMORY_BYTES = 2 ** 22;

/** One load of several on a directory. */
interface Load {
  readonly threads: number;
  readonly policy: PersistencePolicy;
  readonly layout: LayoutOptions;
  readonly sync: FileBackendOptions["sync"];
  readonly loadTimeMs: number;
  readonly seed: number;
}

function createLoadWorker(): Worker {
  return new Worker(new URL("./sized_load_worker.ts", import.meta.url), { type: "module" });
}

/** Runs the loads one after another on one directory; after each, all of it must be sound and what was put last. */
async function runAll(
  loads: readonly Load[],
  { sizes, fileCount, serializer }: {
    sizes: Sizes;
    fileCount: number;
    serializer: FileBackendOptions["serializer"];
  },
): Promise<void> {
  using directory = temporaryDirectory();
  const output = directory.path;
  const workload = sizedWorkload(sizes);
  let expected = new Map<string, string>();
  let puts = 0;
  for (const { threads, policy, layout, sync, loadTimeMs, seed } of loads) {
    const backend: FileBackendOptions = { kind: "file", output, fileCount, serializer, policy, layout, sync };
    const options = { threads, loadTimeMs, workload, pattern: "unthrottled", seed, backend } as const;
    const result = await run(options, { createLoadWorker });
    assertEquals([result.file?.filesSetAside, result.file?.filesTorn], [[], []]);
    const threadWrites = result.threads.map(({ writes }) => writes);
    expected = lastSized(seed, threadWrites, sizes, expected);
    puts = threadWrites.reduce((sum, writes) => sum + writes, puts);

    assertEquals(leftOversIn(output), []);
    const { totals } = inspectDirectory(output, { forceRead: false });
    const { torn, damaged } = totals.health;
    // A block has the version of its shard when it was written, so the sum says nothing of the newest puts' number.
    assertEquals([torn, damaged, totals.unreadableParts, totals.entries], [0, 0, 0, expected.size]);
    const context = { abort: Abort.create(), clock: Clock.create(), threads: 1 };
    const reopened = await prepareFiles(backend, mixKeySpace(workload), context);
    try {
      const { store, ledger, entriesLoaded, filesSetAside, filesTorn } = reopened;
      assertEquals([filesSetAside, filesTorn, entriesLoaded], [[], [], expected.size]);
      const shards = Array.from({ length: store.size.shards }, (_, shard) => shard);
      assertEquals(shards.reduce((sum, shard) => sum + ledger.writtenVersion(shard), 0), puts);
      for (const [key, value] of expected) assert(store.getString(key) === value, key);
    } finally {
      reopened.directory.close();
    }
  }
}

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`run() leaves logs in ${serializer} of values that grow and shrink, and the next run goes on from them`, async () => {
    const policy: PersistencePolicy = { kind: "periodic", flushPeriodUs: 5000 };
    const layout: LayoutOptions = { kind: "log", logBytes: 2 ** 24, pendingBytes: QUEUE_MEMORY_BYTES };
    const load = { threads: 1, policy, layout, sync: "none", loadTimeMs: 200 } as const;
    const sizes = { keys: 2000, valueBytesMin: 1, valueBytesMax: 1000 };
    await runAll([{ ...load, seed: 1 }, { ...load, seed: 2 }], { sizes, fileCount: 1, serializer });
  });
}

const anySizes = fc.record({
  keys: fc.constantFrom(1, 20, 300, 3000),
  value: fc.constantFrom<[number, number]>([0, 0], [1, 1000], [50, 400], [1, 16_000], [4000, 4000]),
}).map(({ keys, value: [valueBytesMin, valueBytesMax] }): Sizes => ({ keys, valueBytesMin, valueBytesMax }));

const anyPolicy = fc.oneof(
  fc.record({ kind: fc.constant("synchronous" as const), writePeriodUs: fc.constantFrom(1, 500, 20_000) }),
  fc.record({
    kind: fc.constant("asynchronous" as const),
    queueDepth: fc.constantFrom(1, 16, 2048),
    queueMemoryBytes: fc.constant(QUEUE_MEMORY_BYTES),
  }),
  fc.record({ kind: fc.constant("periodic" as const), flushPeriodUs: fc.constantFrom(100, 5000, 1_000_000) }),
  fc.record({ kind: fc.constant("commit" as const), commitDelayUs: fc.constantFrom(0, 200) }),
);

const anyKind = fc.constantFrom<LayoutOptions["kind"]>("snapshot", "blocks", "log");

/** Options of a layout that can hold such values; a directory's block size stays the same. */
function anyLayout(kind: LayoutOptions["kind"], { valueBytesMax }: Sizes): fc.Arbitrary<LayoutOptions> {
  switch (kind) {
    case "snapshot":
      return fc.record({ kind: fc.constant(kind), replace: fc.constantFrom(...REPLACE_NAMES) });
    case "blocks":
      return fc.constant({ kind, blockBytes: valueBytesMax > 1000 ? 65_536 : 4096 });
    case "log":
      return fc.record({
        kind: fc.constant(kind),
        logBytes: fc.constantFrom(2 ** 16, 2 ** 20),
        pendingBytes: fc.constant(QUEUE_MEMORY_BYTES),
      });
  }
}

/** Several loads on one directory, of which each has its own threads, policy and way to replace snapshots. */
const anyLoads = fc.tuple(anyKind, anySizes).chain(([kind, sizes]) =>
  fc.record({
    loads: fc.array(
      fc.record({
        threads: fc.integer({ min: 1, max: THREADS_MAX }),
        policy: anyPolicy,
        layout: anyLayout(kind, sizes),
        sync: fc.constantFrom("none", ...SYNC_NAMES),
        loadTimeMs: fc.constantFrom(1, 100),
        seed: fc.nat(),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    sizes: fc.constant(sizes),
    fileCount: fc.constantFrom(1, 3, 16),
    serializer: fc.constantFrom(...SERIALIZER_NAMES),
  })
);

const SEED = crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
const DRAWS = rounds({ small: 8, full: 500 });

Deno.test(`run() leaves what random loads have put, ${DRAWS} of them`, async () => {
  report("changing sizes", { seed: SEED });
  await fc.assert(
    fc.asyncProperty(anyLoads, async ({ loads, ...store }) => await runAll(loads, store)),
    { seed: SEED, numRuns: DRAWS },
  );
});
