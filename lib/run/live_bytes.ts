/**
 * Asks a backend how much it holds after a load: an engine for some of the records that the load may have put.
 *
 * @module
 */
import type { Backend, PreparedBackend } from "../backend/backend_interface.ts";
import { getAll, type Gettable } from "../engine/connection.ts";
import type { MadeUpOptions, WorkloadOptions } from "../load/workload.ts";
import { PaddedBytes } from "../store/padded_bytes.ts";
import { RecordKeys } from "../load/record.ts";
import { SEED_KEY_COUNT, SEED_KEY_SPACE, writeSeedKey } from "../load/seed_workload.ts";

/** How long an engine may be asked what it holds, in milliseconds. */
const ASK_MAX_MS = 10_000;

/** A backend that is asked what a load has left in it. */
interface AskedBackend {
  readonly backend: Backend;
  readonly prepared: PreparedBackend;
  readonly workload: WorkloadOptions;
  /** Aborted to ask no longer. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * The bytes of all keys and values that the load has left in the backend's directory; `undefined` if it has none, if
 * that held others before, which nobody has counted, if the load was a replay, or if an engine does not answer in time.
 */
export async function liveBytesIn({ backend, prepared, workload, stop }: AskedBackend): Promise<number | undefined> {
  if (prepared.liveBytes !== undefined) return prepared.liveBytes();
  // Which keys a trace has is known only to who reads all of it.
  if (workload.kind === "replay") return undefined;
  if (prepared.keepsNothing || !prepared.directory?.wasEmpty || stop?.aborted) return undefined;
  const over = AbortSignal.any([AbortSignal.timeout(ASK_MAX_MS), ...(stop === undefined ? [] : [stop])]);
  const stopped = new Promise<undefined>((resolve) => over.addEventListener("abort", () => resolve(undefined)));
  return await Promise.race([stopped, askLiveBytes(backend, prepared, { workload, over })]);
}

/** Lets go of the connection as soon as nobody waits for the answer any more. */
async function askLiveBytes(
  backend: Backend,
  { target }: PreparedBackend,
  { workload, over }: { readonly workload: MadeUpOptions; readonly over: AbortSignal },
): Promise<number | undefined> {
  try {
    const connection = await backend.connect(target, 0);
    let isClosed = false;
    const close = async () => {
      if (isClosed) return;
      isClosed = true;
      await connection.close();
    };
    const onOver = () => void close().catch(() => {});
    over.addEventListener("abort", onOver);
    try {
      if (over.aborted) return undefined;
      return await sampledBytes(workload, connection);
    } finally {
      over.removeEventListener("abort", onOver);
      await close();
    }
  } catch {
    return undefined;
  }
}

/** The most records that are asked for: if half of all exist, the result is then right to about one percent. */
const SAMPLES_MAX = 8192;

/** The maximum number of gets in flight. */
const GETS_AT_ONCE = 256;

/**
 * Estimates the bytes of all keys and values that a workload has left in an engine that was empty before. It is exact
 * if the workload has at most 8,192 records; otherwise it follows from so many, spread evenly over all.
 */
export async function sampledBytes(workload: MadeUpOptions, from: Gettable): Promise<number> {
  const { count, createKey, writeKey, valueBytesMax } = recordsOf(workload);
  const samples = Math.min(count, SAMPLES_MAX);
  const buffers = Array.from({ length: Math.min(samples, GETS_AT_ONCE) }, () => ({
    key: createKey(),
    value: new PaddedBytes(valueBytesMax),
  }));
  let bytes = 0;
  for (let first = 0; first < samples; first += buffers.length) {
    const some = buffers.slice(0, samples - first);
    for (const [index, { key }] of some.entries()) {
      writeKey(Math.floor((first + index + 0.5) * count / samples), key);
    }
    for (const [index, isPresent] of (await getAll(from, some)).entries()) {
      if (isPresent) bytes += some[index]!.key.length + some[index]!.value.length;
    }
  }
  return bytes * count / samples;
}

/** The records that a workload may put, by number. */
function recordsOf(workload: MadeUpOptions) {
  if (workload.kind === "seed") {
    const { keyLengthMax, valueLengthMax } = SEED_KEY_SPACE;
    return {
      count: SEED_KEY_COUNT,
      createKey: () => new PaddedBytes(keyLengthMax),
      writeKey: writeSeedKey,
      valueBytesMax: valueLengthMax,
    };
  }
  const keys = new RecordKeys(workload);
  return {
    count: workload.keyCountMax,
    createKey: () => keys.createKey(),
    writeKey: (record: number, key: PaddedBytes) => keys.write(record, key),
    valueBytesMax: workload.valueBytesMax,
  };
}
