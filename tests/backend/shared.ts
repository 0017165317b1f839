/**
 * Connects to either of kvlab's own backends, which the tests need without waiting for it as a load worker does.
 *
 * @module
 */
import { connectFile } from "../../lib/backend/file_connection.ts";
import { MemoryConnection, type MemoryTarget } from "../../lib/backend/memory.ts";
import type { FileTarget } from "../../lib/backend/prepare.ts";
import type { ShardProgress, SynchronousConnection } from "../../lib/engine/connection.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";

/** What leads to a backend's shared memory. */
export type SharedHandle = MemoryTarget | FileTarget;

/** A thread's own connection to the backend. */
export function connectShared(
  handle: SharedHandle,
  thread: number,
): SynchronousConnection & { readonly progress: ShardProgress } {
  return handle.kind === "memory"
    ? new MemoryConnection(SharedStore.attach(handle.store))
    : connectFile(handle, thread);
}
