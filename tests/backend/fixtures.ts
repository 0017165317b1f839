/**
 * What the backends' tests share: small stores and what a backend stands on.
 *
 * @module
 */
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { planStore } from "../../lib/backend/plan.ts";
import type { QueuedWrite } from "../../lib/persist/write_queue.ts";
import { hashKey, shardOf } from "../../lib/store/hash.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { sharedNowMs } from "../../lib/sync/shared_time.ts";

/** The keys that the tests put. */
export const KEYS = { keyCount: 100, keyLengthMax: 16, valueLengthMax: 16 };

/** A store with room for {@linkcode KEYS}. */
export function newStore(shards: number): SharedStore {
  return SharedStore.create(planStore(shards, KEYS), Abort.create());
}

/** A clock on which so much time has passed. */
export function clockAt(elapsedMs: number): Clock {
  return Clock.attach({ originMs: sharedNowMs() - elapsedMs });
}

/** A key, as its bytes, that belongs to the shard; `n` tells those of one shard apart. */
export function keyOfShard(shard: number, options: { shards: number; n?: number }): string {
  const { shards, n = 0 } = options;
  for (let candidate = 0, found = 0;; candidate++) {
    const key = PaddedBytes.of(`k${candidate}`);
    if (shardOf(hashKey(key.words, key.length), shards) !== shard) continue;
    if (found++ === n) return key.toString();
  }
}

/** What a snapshot out of the queue is filled into. */
export function emptySnapshot(): QueuedWrite {
  return { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
}

/** Options of a file backend in a directory. */
export function fileOptions(output: string, options: Partial<FileBackendOptions> = {}): FileBackendOptions {
  return {
    kind: "file",
    output,
    fileCount: 3,
    serializer: "json",
    policy: { kind: "asynchronous", queueDepth: 4, queueMemoryBytes: 2 ** 20 },
    layout: { kind: "snapshot", replace: "rename" },
    sync: "none",
    ...options,
  };
}
