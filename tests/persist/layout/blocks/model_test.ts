/**
 * A model of block files: random puts of changing sizes and deletes, under every policy, in every serializer and in
 * small and large blocks, and what each reopening finds of them, held against a map.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { connectShared } from "../../../backend/shared.ts";
import { SERIALIZER_NAMES } from "../../../../lib/codec/codec.ts";
import { exportDirectory } from "../../../../lib/inspect/export.ts";
import { inspectDirectory } from "../../../../lib/inspect/inspect.ts";
import { Rng } from "../../../../lib/load/rng.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { type PersistencePolicy, policyOf } from "../../../../lib/persist/policy/policies.ts";
import { DRAINING, Phase } from "../../../../lib/sync/phase.ts";
import { report, rounds } from "../../../campaign/campaign.ts";
import { temporaryDirectory } from "../../../run/files.ts";
import { open, optionsOf, write } from "./block_store.ts";

const SEED = crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
const OPENINGS = rounds({ small: 6, full: 60 });
const WRITES_MAX = 400;
const KEYS_MAX = 300;
/** What a value has before its padding. */
const NUMBER_MAX = 8;

const POLICIES: readonly PersistencePolicy[] = [
  { kind: "periodic", flushPeriodUs: 60_000_000 },
  { kind: "asynchronous", queueDepth: WRITES_MAX, queueMemoryBytes: 2 ** 24 },
  { kind: "commit", commitDelayUs: 0 },
  { kind: "synchronous", writePeriodUs: 0 },
];
/** With the longest value, which such a block still holds. */
const BLOCKS = [{ blockBytes: 512, valueMax: 300 }, { blockBytes: 4096, valueMax: 2000 }];

function exported(path: string): Record<string, string> {
  const pieces = [...exportDirectory(path, { forceRead: false, format: "json" })];
  return JSON.parse(pieces.map((piece) => new TextDecoder().decode(piece)).join("")).entries;
}

for (const serializer of SERIALIZER_NAMES) {
  for (const { blockBytes, valueMax } of BLOCKS) {
    Deno.test(`blocks of ${blockBytes} B in ${serializer} hold what a map does, after each of many openings`, async () => {
      report(`model of blocks of ${blockBytes} B in ${serializer}`, { seed: SEED });
      using directory = temporaryDirectory();
      const rng = new Rng(SEED);
      const below = (bound: number) => rng.below(bound);
      const expected = new Map<string, string>();
      let writes = 0;
      for (let opening = 0; opening < OPENINGS; opening++) {
        const policy = POLICIES[opening % POLICIES.length]!;
        const layout = { kind: "blocks", blockBytes } as const;
        const options = optionsOf(directory.path, serializer, { layout, policy, fileCount: 2 });
        const files = await open(options, {
          keyCount: KEYS_MAX,
          keyLengthMax: 8,
          valueLengthMax: valueMax + NUMBER_MAX,
        });
        const { store, filesSetAside, filesTorn, entriesLoaded } = files;
        const what = `seed ${SEED}, opening ${opening}`;
        assertEquals([filesSetAside, filesTorn, entriesLoaded], [[], [], expected.size], what);
        for (const [key, value] of expected) assert(store.getString(key) === value, `${what}: ${key}`);
        const shards = Array.from({ length: store.size.shards }, (_, shard) => shard);
        assertEquals(shards.reduce((sum, shard) => sum + store.count(shard), 0), expected.size, what);
        assertEquals(shards.reduce((sum, shard) => sum + store.version(shard), 0), writes, what);

        const backend = connectShared(files.handle, 0);
        // Few keys are crowded in few shards, and all deleted now and then.
        const keys = below(4) === 0 ? 5 : KEYS_MAX;
        const deletes = rng.fraction();
        for (let i = below(WRITES_MAX); i > 0; i--) {
          const key = `k${below(keys)}`;
          const value = rng.fraction() < deletes ? undefined : `${i} "${"x".repeat(below(valueMax))}`;
          write(backend, [key, value]);
          if (value !== undefined) expected.set(key, value);
          if (value !== undefined || expected.delete(key)) writes++;
        }
        const attached = attachPersistence(files.persistence, 0);
        files.queue?.close();
        const phase = Phase.create();
        phase.advance(DRAINING);
        policyOf(policy).flush?.(policy, attached, phase);
        if (policy.kind === "periodic") attached.writer.writeDirtyFiles();
        attached.writer.makeAllDurable();
        files.directory.close();
        const { totals } = inspectDirectory(directory.path, { forceRead: false });
        assertEquals([totals.health.torn, totals.health.damaged, totals.entries], [0, 0, expected.size], what);
        assertEquals(totals.versionSum, writes, what);
        if (writes > 0) assertEquals(new Map(Object.entries(exported(directory.path))), expected, what);
      }
    });
  }
}
