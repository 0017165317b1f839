/**
 * Checks, before anything starts, that a store can hold the records that the flags ask for, or those of the trace that
 * a load replays, and that this can be replayed.
 *
 * @module
 */
import { plannedStore } from "../backend/planned_store.ts";
import { hasInserts, mixKeySpace, type MixOptions } from "../load/workload.ts";
import { entryWords } from "../store/shard.ts";
import { SharedStore } from "../store/shared_store.ts";
import { checkStoreSize, type PageSize, type StoreSize } from "../store/store_size.ts";
import { keySpaceOf } from "../load/key_space.ts";
import type { FlagName } from "../result/option/flag.ts";
import { listNames, UsageError } from "../option/wording.ts";
import type { BackendOptions } from "../backend/backend.ts";
import { ENGINES } from "../engine/engines.ts";
import { putsIn } from "../replay/format/trace_format.ts";
import { type RunOptions, withTrace } from "../run/run_options.ts";
import { FLAGS } from "./commands.ts";

/** The largest store whose 32-bit words can all be indexed by a 32-bit integer. */
const STORE_BYTES_MAX = 2 ** 31 * Int32Array.BYTES_PER_ELEMENT;
const GIB = 2 ** 30;

/** @throws {UsageError} when the store cannot hold the mix's records, or a shard cannot hold its share of them */
export function refuseTooLargeStore(mix: MixOptions, backend: BackendOptions, threads: number): void {
  // An engine manages its own space.
  if (backend.kind === "engine") return;
  const size = plannedStore(backend, mixKeySpace(mix), threads);
  const { shards, pages } = size;
  if (pages !== undefined) refuseTooLargeRecord(mix, pages);
  const storeBytes = SharedStore.byteLength(size);
  const where = backend.kind === "file" ? `with --${FLAGS.fileCount.name}=${backend.fileCount}` : `in ${shards} shards`;
  const need = `${mix.keyCountMax} keys${hasInserts(mix) ? " (--max-keys)" : ""} of ${mix.keyBytes}B with values of ` +
    `up to ${mix.valueBytesMax}B need a store of ${gibibytes(storeBytes)} ${where}`;
  const lower = [FLAGS.keyCount, ...(hasInserts(mix) ? [FLAGS.keyCountMax] : []), FLAGS.valueBytes];
  if (storeBytes >= STORE_BYTES_MAX) {
    // If the records alone would fit, the excess is the headroom that every shard has beyond its share.
    const ofShards = recordsBytes(mix) < STORE_BYTES_MAX
      ? [backend.kind === "file" ? FLAGS.fileCount : FLAGS.threads]
      : [];
    throw new UsageError(`${need}, must be below 8GiB: lower ${listFlags([...lower, ...ofShards])}`);
  }
  if (!isPossible(size)) {
    throw new UsageError(
      `${need}, must be below 2GiB per file: raise ${listFlags([FLAGS.fileCount])}, or lower ${listFlags(lower)}`,
    );
  }
}

/** @throws {UsageError} when a block cannot hold the mix's largest record */
function refuseTooLargeRecord({ keyBytes, valueBytesMax }: MixOptions, { words }: PageSize): void {
  if (entryWords(keyBytes, valueBytesMax) <= words) return;
  throw new UsageError(
    `records with keys of ${keyBytes}B and values of up to ${valueBytesMax}B do not fit into a block, which has room ` +
      `for ${wordBytes(words)}B: raise --${FLAGS.blockBytes.name}, or lower --${FLAGS.valueBytes.name}`,
  );
}

/**
 * The options with what is in their trace, if they replay one.
 *
 * @param check.isForCrash whether what is put must be told apart, and may be lost
 * @throws {PersistError} when the trace cannot be read, or not replayed as the options say
 * @throws {UsageError} when the backend cannot hold what it puts, or there is nothing to lose
 */
export async function readTrace<Options extends RunOptions>(
  options: Options,
  { isForCrash }: { readonly isForCrash: boolean },
): Promise<Options> {
  const known = await withTrace(options);
  const { workload, backend } = known;
  if (workload.kind !== "replay" || workload.trace === undefined) return known;
  const { kinds, binaryKeys } = workload.trace;
  const name = `--${FLAGS.replay.name}=${workload.path}`;
  if (isForCrash && putsIn(kinds) === 0) {
    throw new UsageError(`crash needs puts that it can lose, got ${name}, which has none`);
  }
  const refusal = refusalOfBinaryKeys(backend);
  if (refusal !== undefined && binaryKeys.count > 0) {
    throw new UsageError(`${name} has keys that are not UTF-8, the first in line ${binaryKeys.line}, ${refusal}`);
  }
  refuseTooLargeReplay({ ...known, witnessed: isForCrash });
  return known;
}

/** Why a backend cannot hold keys of any bytes, as a clause; `undefined` if it can. */
function refusalOfBinaryKeys(backend: BackendOptions): string | undefined {
  if (backend.kind === "file" && backend.serializer !== "raw") {
    return `which need --${FLAGS.serializer.name}=raw, got ${backend.serializer}`;
  }
  return backend.kind === "engine" && ENGINES[backend.engine].hasTextKeys
    ? `which ${backend.engine} gets as text: replay it on another engine, or on file --${FLAGS.serializer.name}=raw`
    : undefined;
}

/**
 * @param options of a replay whose trace has been read; `witnessed`: whether each value identifies its put
 * @throws {UsageError} when the store cannot hold what the trace puts
 */
function refuseTooLargeReplay(
  { workload, backend, threads, witnessed = false }:
    & Pick<RunOptions, "workload" | "backend" | "threads">
    & { readonly witnessed?: boolean },
): void {
  if (workload.kind !== "replay" || backend.kind === "engine") return;
  const keys = keySpaceOf(workload, witnessed);
  const { keyCount, keyLengthMax, valueLengthMax } = keys;
  const size = plannedStore(backend, keys, threads);
  const { pages } = size;
  const trace = `--${FLAGS.replay.name}=${workload.path} has keys of up to ${keyLengthMax}B and values of up to ` +
    `${valueLengthMax}B`;
  if (pages !== undefined && entryWords(keyLengthMax, valueLengthMax) > pages.words) {
    throw new UsageError(
      `${trace}, which do not fit into a block of ${wordBytes(pages.words)}B: raise --${FLAGS.blockBytes.name}`,
    );
  }
  const need = `${trace}, ${keyCount} keys, which need a store of ${gibibytes(SharedStore.byteLength(size))}`;
  if (SharedStore.byteLength(size) >= STORE_BYTES_MAX) throw new UsageError(`${need}, must be below 8GiB`);
  if (!isPossible(size)) {
    throw new UsageError(`${need}, must be below 2GiB per file: raise ${listFlags([FLAGS.fileCount])}`);
  }
}

function wordBytes(words: number): number {
  return words * Int32Array.BYTES_PER_ELEMENT;
}

/** The size of the records alone. */
function recordsBytes({ keyCountMax, keyBytes, valueBytesMax }: MixOptions): number {
  return keyCountMax * entryWords(keyBytes, valueBytesMax) * Int32Array.BYTES_PER_ELEMENT;
}

function listFlags(flags: readonly FlagName[]): string {
  return listNames(flags.map(({ name }) => `--${name}`));
}

/** Whether each shard is within the size limit of a shard. */
function isPossible(size: StoreSize): boolean {
  try {
    checkStoreSize(size);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Rounded up, so that a size above a limit is never shown as equal to it. */
function gibibytes(sizeBytes: number): string {
  return `${(Math.ceil(sizeBytes / GIB * 10) / 10).toFixed(1)}GiB`;
}
