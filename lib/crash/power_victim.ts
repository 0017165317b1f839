/**
 * Cuts the power: kvlab runs with its files on a disk that records what it is given. Each cut leaves not one state but
 * many, any of which may be what is there when the power is back.
 *
 * The cut is a moment in the disk's own stream of writes: one of those that come after the child was to be killed. What
 * is acknowledged or written later is not counted, so that the child may go on until its kill.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import { loadBackend, nameOf } from "../backend/backends.ts";
import type { FileSystemName } from "../disk/file_system.ts";
import { SystemCallError } from "../disk/libc.ts";
import { RecordingDisk } from "../disk/recording_disk.ts";
import type { Recording } from "../disk/recording.ts";
import { keySpaceOf } from "../load/key_space.ts";
import { Rng } from "../load/rng.ts";
import type { RunOptions } from "../run/run_options.ts";
import { afterFailure } from "../sync/clean_up.ts";
import { delay } from "../sync/delay.ts";
import { type ChildEnd, endChild, type KillMoment, thisProgram } from "./child.ts";
import { recover, type Recovered } from "./recovery.ts";
import type { CrashBackend, CrashLoad, Victim, VictimParts } from "./victim.ts";

/** Room on the disk for each byte of the records: journals, logs, files and their replacements. */
const DISK_PER_RECORD = 24;
/** XFS takes no less than 300 MB. What nobody has written takes no room. */
const DISK_BYTES_MIN = 512 << 20;
/** Disks are in whole blocks. */
const BLOCK_BYTES = 4096;

/** The cut comes with one of so many writes after the kill's moment. */
const WRITES_MAX = 64;
/** Where a store writes little, the cut does not wait for them longer than this, in milliseconds. */
const WRITES_MS_MAX = 200;
/** A stream of random numbers that nothing else uses. */
const CUT_STREAM = 2 ** 31 + 3;

/** The disk of a cut. */
export interface PowerOptions {
  readonly fileSystem: FileSystemName;
  /** As after `mount -o`. */
  readonly mountOptions?: string;
}

/** What all records take. */
function recordBytesOf({ keyCount, keyLengthMax, valueLengthMax, entries }: KeySpace): number {
  if (entries !== undefined) return entries.words * Int32Array.BYTES_PER_ELEMENT;
  return keyCount * (keyLengthMax + valueLengthMax);
}

/** A victim whose files are on a disk of its own, in a directory of which nothing is left at the end. */
export class PowerVictim implements Victim {
  readonly failure = "powerLoss";
  readonly backend: CrashBackend & { readonly output: string };
  readonly disk: RecordingDisk;
  readonly #parts: VictimParts;
  readonly #cuts: Rng;

  private constructor(
    backend: CrashBackend,
    disk: RecordingDisk,
    { parts, seed }: { parts: VictimParts; seed: number },
  ) {
    this.backend = { ...backend, output: `${disk.path}/store` };
    this.disk = disk;
    this.#parts = parts;
    this.#cuts = new Rng(seed, CUT_STREAM);
  }

  /**
   * Makes the disk, of a size that what is put determines.
   *
   * @throws {Error} when that fails
   */
  static async open(
    { backend, workload, seed }: CrashLoad,
    { fileSystem, mountOptions }: PowerOptions,
    parts: VictimParts,
  ): Promise<PowerVictim> {
    const recordBytes = recordBytesOf(keySpaceOf(workload, true));
    const bytes = Math.max(DISK_BYTES_MIN, DISK_PER_RECORD * recordBytes);
    const disk = await RecordingDisk.make({
      directory: parts.scratch,
      bytes: Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES,
      fileSystem: { name: fileSystem, ...(mountOptions === undefined ? {} : { options: mountOptions }) },
    });
    try {
      await disk.mount();
    } catch (error) {
      await afterFailure(() => disk.close());
      if (mountOptions === undefined || !(error instanceof SystemCallError)) throw error;
      throw new Error(`--mount-options=${mountOptions} may be wrong for ${fileSystem}: ${error.message}`);
    }
    return new PowerVictim(backend, disk, { parts, seed });
  }

  async fail(options: RunOptions, moment: KillMoment): Promise<ChildEnd | undefined> {
    const { program = thisProgram(), stop } = this.#parts;
    const { backend, disk } = this;
    const { killServer } = await loadBackend(nameOf(backend));
    // Everything found before the child is on the disk for good: only what the child does is at risk.
    disk.sync();
    await disk.unmount();
    await disk.settle();
    await disk.record();
    await disk.mount();
    await disk.hurry(true);
    return await endChild(program, options, {
      ending: "SIGKILL",
      moment,
      stop,
      // It is full.
      early: disk.ended,
      before: async () => {
        await Promise.race([disk.endAfter(1 + this.#cuts.below(WRITES_MAX)), delay(WRITES_MS_MAX)]);
        await disk.end();
        await killServer?.(backend.output);
      },
    });
  }

  /** What the disk has recorded of the child that failed last. The disk is unmounted then. */
  async recording(): Promise<Recording> {
    await this.disk.unmount();
    return await this.disk.take();
  }

  async recover(keys: KeySpace, mayRepair = false): Promise<Recovered> {
    return await recover(this.backend, keys, { mayRepair, stop: this.#parts.stop });
  }

  async close(): Promise<void> {
    await this.disk.close();
  }
}
