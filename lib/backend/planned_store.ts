/**
 * The store that a load needs in an empty backend of kvlab's own.
 *
 * @module
 */
import { shardsPerFile } from "../persist/layout/layout_options.ts";
import type { StoreSize } from "../store/store_size.ts";
import type { FileBackendOptions, MemoryBackendOptions } from "./backend.ts";
import { memoryShards } from "./memory.ts";
import { type KeySpace, planStore } from "./plan.ts";
import { pagesOf } from "./prepare.ts";

/** The size of the store that holds these keys. */
export function plannedStore(
  backend: MemoryBackendOptions | FileBackendOptions,
  keys: KeySpace,
  threads: number,
): StoreSize {
  if (backend.kind === "memory") return planStore(memoryShards(threads), keys);
  const { fileCount, layout, serializer } = backend;
  return planStore(fileCount * shardsPerFile(layout, fileCount), keys, undefined, pagesOf(layout, serializer));
}
