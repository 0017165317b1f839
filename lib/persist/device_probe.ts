/**
 * Measures the device under a directory before the load, so that a run's figures can be held against the device's.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { openFile, overwrite, removeQuietly, syncData } from "./file_io.ts";
import { replaceFile } from "./layout/replace/rename.ts";
import { TEMPORARY_SUFFIX } from "./shard_file.ts";

/** What the device under a directory can do, in the ways that kvlab writes. */
export interface DeviceProbe {
  /** Writes of {@linkcode DeviceProbe.writeBytes} over an open file, per second. */
  readonly writesPerSec: number;
  /** Files of that size written and renamed over another one, per second. */
  readonly renamesPerSec: number;
  /** Such writes over an open file, each followed by fdatasync, per second. */
  readonly fsyncsPerSec: number;
  readonly writeBytes: number;
}

/** What a probe may take. */
export interface DeviceProbeOptions {
  /** Time for all of it, in milliseconds; default: 200. */
  readonly budgetMs?: number;
  /** Size of each write; default: 8 KiB, about a snapshot of the seed's keys in 120 files. */
  readonly writeBytes?: number;
}

const BUDGET_MS = 200;
const WRITE_BYTES = 8192;

/** The three operations share the budget evenly. */
const OPERATIONS = 3;

const PROBE_NAME = "kvlab-device-probe";

/** The files of a probe, which a later opening of the directory removes if the probe's process was killed. */
export const DEVICE_PROBE_NAMES: readonly string[] = [PROBE_NAME, PROBE_NAME + TEMPORARY_SUFFIX];

/**
 * Measures the device under a directory that this process holds, with a file that is gone afterwards.
 *
 * It does each operation at least once, looks at the clock after each, and takes from those to come what one has taken
 * too long: so it ends within the budget, plus what the device takes for the last operation of each kind.
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
 * How often per second something can be done, found out until the clock shows `endMs`. The first time also pays for what
 * is new, such as a file's blocks, and counts only where there is no time for another one.
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
