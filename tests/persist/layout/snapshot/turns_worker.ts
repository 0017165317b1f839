/**
 * The workers of the test of files that several threads write: each writes a shard when its turn comes, and looks at
 * the file.
 *
 * @module
 */
import { keyOfShard } from "../../../backend/fixtures.ts";
import { decode } from "../../../codec/decode.ts";
import { CODECS } from "../../../../lib/codec/codecs.ts";
import type { ReplaceName } from "../../../../lib/persist/layout/snapshot/replacement.ts";
import type { SnapshotHandle } from "../../../../lib/persist/layout/snapshot/snapshot.ts";
import { ShardFiles } from "../../../../lib/persist/layout/snapshot/shard_files.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import type { PersistenceHandle } from "../../../../lib/persist/persistence_handle.ts";
import { shardFileName } from "../../../../lib/persist/layout/snapshot/shard_file_name.ts";
import { Abort, type AbortHandle } from "../../../../lib/sync/abort.ts";
import { serve } from "../../../sync/serve.ts";

export interface TurnsConfig {
  readonly handle: PersistenceHandle;
  readonly replace: ReplaceName;
  readonly abort: AbortHandle;
  /** Counts the turns. */
  readonly turns: Int32Array<SharedArrayBuffer>;
  readonly worker: number;
  /** Whose turn each is, and the length of the value that it puts, in bytes. */
  readonly plan: readonly { readonly worker: number; readonly length: number }[];
}

/** The turns after which a reader did not find what had just been written. */
export interface TurnsResult {
  readonly wrong: readonly string[];
}

if (import.meta.main) serve(takeTurns);

function takeTurns({ handle, replace, abort, turns, worker, plan }: TurnsConfig): TurnsResult {
  const { store, ledger, writer } = attachPersistence(handle, worker);
  if (handle.layout.kind !== "snapshot") throw new Error("Cannot replace the files of another layout than snapshots");
  const shardFiles = ShardFiles.attach((handle.layout as SnapshotHandle).shardFiles);
  const wait = Abort.attach(abort);
  const { shards } = store.size;
  const wrong: string[] = [];
  for (const [turn, { worker: whose, length }] of plan.entries()) {
    if (whose !== worker) continue;
    for (let now = Atomics.load(turns, 0); now !== turn; now = Atomics.load(turns, 0)) {
      wait.check();
      Atomics.wait(turns, 0, now, wait.tickMs);
    }
    const shard = turn % shards;
    store.putString(keyOfShard(shard, { shards }), "v".repeat(length));
    if (ledger.dirtySinceMs(shard) === 0) ledger.markDirty(shard, 1);
    writer.writeFile(shard);
    const side = replace === "alternate" ? shardFiles.newest(shard) : undefined;
    const path = `${handle.directory}/${shardFileName(shard, shards, handle.serializer, side)}`;
    try {
      const { version } = decode(CODECS[handle.serializer], Deno.readFileSync(path));
      if (version !== store.version(shard)) wrong.push(`turn ${turn}: version ${version} in ${path}`);
    } catch (error) {
      wrong.push(`turn ${turn}: ${path}: ${error}`);
    }
    Atomics.store(turns, 0, turn + 1);
    Atomics.notify(turns, 0);
  }
  return { wrong };
}
