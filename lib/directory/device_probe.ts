/**
 * Probes of a directory before the load: whether it is writable, and what the device under it can do, so that a run's
 * figures can be compared with that.
 *
 * @module
 */
import { openFile, overwrite, removeQuietly, replaceFile, syncData, TEMPORARY_SUFFIX } from "../system/file_io.ts";
import { PersistError, reasonOf } from "../system/persist_error.ts";

/** How fast the device under a directory is at the kinds of write that kvlab does. */
export interface DeviceProbe {
  /** Writes of {@linkcode DeviceProbe.writeBytes} over an open file, per second. */
  readonly writesPerSec: number;
  /** Files of that size written and renamed over another, per second. */
  readonly renamesPerSec: number;
  /** Writes of that size over an open file, each followed by fdatasync, per second. */
  readonly fsyncsPerSec: number;
  readonly writeBytes: number;
}

/** Limits of a probe. */
export interface DeviceProbeOptions {
  /** Total time, in milliseconds; default: 200. */
  readonly budgetMs?: number;
  /** Size of each write; default: 8 KiB, about a snapshot of the seed's keys in 120 files. */
  readonly writeBytes?: number;
}

const BUDGET_MS = 200;
const WRITE_BYTES = 8192;

/** The three operations share the budget evenly. */
const OPERATIONS = 3;

const PROBE_NAME = "kvlab-device-probe";

/** Prefix of the files that are created only to find out whether the directory is writable. */
const WRITING_PREFIX = "kvlab-probe-";
const WRITING_PATTERN = /^kvlab-probe-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Whether the name is that of a probe's file, which a later opening of the directory removes if its process was killed.
 */
export function isProbeName(name: string): boolean {
  return name === PROBE_NAME || name === PROBE_NAME + TEMPORARY_SUFFIX || WRITING_PATTERN.test(name);
}

/**
 * Finds out now, rather than in mid-run, whether files can be created.
 *
 * @throws {PersistError} when they cannot
 */
export function probeWriting(directory: string): void {
  const path = `${directory}/${WRITING_PREFIX}${crypto.randomUUID()}`;
  try {
    Deno.openSync(path, { write: true, createNew: true }).close();
    Deno.removeSync(path);
  } catch (error) {
    throw new PersistError("use", directory, `it is not writable: ${reasonOf(error)}`);
  }
}

/**
 * Measures the device under a directory that this process holds, using a file that it removes afterwards.
 *
 * Each kind of operation runs at least once, and the clock is checked after every run; one that overruns takes its time
 * from those that follow. So the probe ends within the budget, plus the time of the last operation of each kind.
 *
 * @throws {PersistError} when an operation fails
 */
export function probeDevice(directory: string, options: DeviceProbeOptions = {}): DeviceProbe {
  const { budgetMs = BUDGET_MS, writeBytes = WRITE_BYTES } = options;
  const startMs = performance.now();
  const endMs = (operation: number) => startMs + (budgetMs * operation) / OPERATIONS;
  const path = `${directory}/${PROBE_NAME}`;
  // Zeros would flatter a file system that compresses.
  const bytes = randomBytes(writeBytes);
  const write = () => overwrite(file, path, bytes, writeBytes);

  const file = openFile(path, { write: true, createNew: true });
  try {
    let writesPerSec: number, fsyncsPerSec: number;
    try {
      writesPerSec = ratePerSec(write, endMs(1));
      fsyncsPerSec = ratePerSec(() => {
        write();
        syncData(file, path);
      }, endMs(2));
    } finally {
      file.close();
    }
    const renamesPerSec = ratePerSec(() => replaceFile(path, bytes), endMs(3));
    return { writesPerSec, renamesPerSec, fsyncsPerSec, writeBytes };
  } finally {
    removeQuietly(path);
  }
}

/**
 * How many times per second `act` can run, measured until the clock reaches `endMs`. The first run also pays for setup,
 * such as allocating a file's blocks, and counts only if there is no time for another.
 */
function ratePerSec(act: () => void, endMs: number): number {
  const firstMs = performance.now();
  act();
  const startMs = performance.now();
  let nowMs = startMs;
  let rounds = 0;
  for (; nowMs < endMs; nowMs = performance.now(), rounds++) act();
  return rounds === 0 ? 1000 / (startMs - firstMs) : (1000 * rounds) / (nowMs - startMs);
}

/** The most bytes that `getRandomValues` gives at once. */
const RANDOM_BYTES_MAX = 65_536;

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += RANDOM_BYTES_MAX) {
    crypto.getRandomValues(bytes.subarray(start, start + RANDOM_BYTES_MAX));
  }
  return bytes;
}
