/**
 * Tests of files that several threads write by turns, now longer, now shorter: whoever writes must know what the others
 * have left, and leave nothing of it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { SERIALIZER_NAMES } from "../../../../lib/codec/codec.ts";
import { Rng } from "../../../../lib/load/rng.ts";
import { FileLocks } from "../../../../lib/persist/file_locks.ts";
import { REPLACE_NAMES } from "../../../../lib/persist/layout/snapshot/replacement.ts";
import { Ledger } from "../../../../lib/persist/ledger.ts";
import { WriteMeter } from "../../../../lib/persist/write_meter.ts";
import { Abort } from "../../../../lib/sync/abort.ts";
import { Doorbell } from "../../../../lib/sync/doorbell.ts";
import { runCrew } from "../../../sync/crew.ts";
import { persistenceOf, roomyStore, TemporaryDirectory } from "../../fixtures.ts";
import type { TurnsConfig, TurnsResult } from "./turns_worker.ts";

const SHARDS = 3;
const WORKERS = 2;
const TURNS = 300;
const VALUE_BYTES_MAX = 2000;
const SEED = 20_261_130;

for (const replace of REPLACE_NAMES) {
  for (const serializer of SERIALIZER_NAMES) {
    Deno.test(`two threads that write by turns leave whole ${serializer} snapshots of any length with ${replace}`, async () => {
      using directory = new TemporaryDirectory();
      const abort = Abort.create({ tickMs: 10 });
      const store = roomyStore(SHARDS);
      const ledger = Ledger.create(SHARDS);
      const parts = { store, ledger, locks: FileLocks.create(SHARDS, abort), abort };
      // So few that files are closed and opened again in between.
      const files = { directory: directory.path, serializer, replace, openFilesMax: 4 } as const;
      const { handle, writer } = persistenceOf(parts, files);
      const shared = {
        ...handle,
        store: { ...handle.store, abort: abort.handle() },
        doorbell: Doorbell.create(abort).handle(),
        writeMeter: WriteMeter.create(WORKERS).handle(),
      };
      const rng = new Rng(SEED, 0);
      const plan = Array.from(
        { length: TURNS },
        () => ({ worker: rng.below(WORKERS), length: rng.below(VALUE_BYTES_MAX) }),
      );
      const turns = new Int32Array(new SharedArrayBuffer(4));
      const configs = Array.from({ length: WORKERS }, (_, worker) => {
        return { handle: shared, replace, abort: abort.handle(), turns, worker, plan };
      });
      const results = await runCrew<TurnsConfig, TurnsResult>(
        () => new Worker(new URL("./turns_worker.ts", import.meta.url), { type: "module" }),
        configs,
        { abort, words: turns },
      );
      assertEquals(results.flatMap(({ wrong }) => wrong), []);
      writer.makeAllDurable();
    });
  }
}
