/**
 * The store that a load needs in an empty backend of kvlab's own.
 *
 * @module
 */
import { layoutOf, pagesOf } from "../persist/layout/layouts.ts";
import type { StoreSize } from "../store/store_size.ts";
import type { FileBackendOptions, MemoryBackendOptions } from "./backend.ts";
import { memoryShards } from "./memory.ts";
import { type KeySpace, planStore } from "./plan.ts";

/** The size of the store that holds these keys. */
export function plannedStore(
  backend: MemoryBackendOptions | FileBackendOptions,
  keys: KeySpace,
  threads: number,
): StoreSize {
  if (backend.kind === "memory") return planStore(memoryShards(threads), keys);
  const { fileCount, layout, serializer } = backend;
  const shards = fileCount * layoutOf(layout.kind).shardsPerFile(fileCount);
  return planStore(shards, keys, undefined, pagesOf(layout, serializer));
}
