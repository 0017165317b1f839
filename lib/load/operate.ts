/**
 * What each kind of operation does to a backend.
 *
 * @module
 */
import type { AsynchronousConnection, SynchronousConnection } from "../engine/connection.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import { HITS as METER_HITS } from "./load_meter.ts";
import { READ as OPERATION_READ, READ_MODIFY_WRITE as OPERATION_READ_MODIFY_WRITE } from "./operation.ts";
import type { Workload } from "./workload.ts";

/** Module-level constants: V8 folds these, but not imported ones. */
const HITS = METER_HITS;
const READ = OPERATION_READ;
const READ_MODIFY_WRITE = OPERATION_READ_MODIFY_WRITE;

/**
 * Does an operation of the given kind on the workload's key and value, and counts a read that finds its key. A worker
 * has one class of backend and of workload, so V8 inlines this and the calls in it.
 */
export function operate(
  kind: number,
  backend: Pick<SynchronousConnection, "put" | "get">,
  workload: Pick<Workload, "key" | "value">,
  out: PaddedBytes,
  counts: Float64Array,
): void {
  if ((kind === READ || kind === READ_MODIFY_WRITE) && backend.get(workload.key, out)) counts[HITS]!++;
  if (kind !== READ) backend.put(workload.key, workload.value);
}

/** Does what {@linkcode operate} does on a connection whose operations end later. */
export async function operateLater(
  kind: number,
  backend: Pick<AsynchronousConnection, "put" | "get">,
  { key, value, out }: Pick<Workload, "key" | "value"> & { readonly out: PaddedBytes },
  counts: Float64Array,
): Promise<void> {
  if ((kind === READ || kind === READ_MODIFY_WRITE) && await backend.get(key, out)) counts[HITS]!++;
  if (kind !== READ) await backend.put(key, value);
}
