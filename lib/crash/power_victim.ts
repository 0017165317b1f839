/**
 * Cuts the power: kvlab runs with its files on a disk that is shut down under it.
 *
 * When power fails, programs stop. Shutting down a file system lets them go on, and a sync that it overtakes may then
 * report success. So the child is stopped between two system calls when the power is cut, and does nothing after it.
 *
 * @module
 */
import type { MixOptions } from "../load/workload.ts";
import type { RunOptions } from "../run/run_options.ts";
import { type ChildEnd, endChild, type KillMoment, thisProgram } from "./child.ts";
import type { CrashBackend } from "./crash_load.ts";
import { type CutKind, PowerlessDisk } from "./powerless_disk.ts";
import { recover, type Recovered } from "./recovery.ts";
import { stopProcess } from "./stopped_process.ts";
import type { Victim, VictimParts } from "./victim.ts";

/** Room on the disk for each byte of the records: journals, logs, files and their replacements. */
const DISK_PER_RECORD = 24;
const DISK_BYTES_MIN = 256 << 20;

/**
 * Taken in turn: the part of the journal in memory still reaches the device when the power is cut, or is lost as well.
 */
const CUT_KINDS: readonly CutKind[] = ["flush-log", "drop-log"];

/** A victim whose files are on a disk of its own, in a directory of which nothing is left at the end. */
export class PowerVictim implements Victim {
  readonly failure = "powerLoss";
  readonly backend: CrashBackend;
  readonly #disk: PowerlessDisk;
  readonly #parts: VictimParts;
  #cuts = 0;

  /**
   * @param backend without a directory
   * @param mix what is put, which determines the size of the disk
   */
  constructor(backend: CrashBackend, mix: MixOptions, parts: VictimParts) {
    const recordBytes = mix.keyCountMax * (mix.keyBytes + mix.valueBytesMax);
    this.#disk = new PowerlessDisk({
      bytes: Math.max(DISK_BYTES_MIN, DISK_PER_RECORD * recordBytes),
      directory: parts.scratch,
    });
    this.backend = { ...backend, output: `${this.#disk.path}/store` };
    this.#parts = parts;
  }

  async fail(options: RunOptions, moment: KillMoment): Promise<ChildEnd | undefined> {
    const { program = thisProgram(), stop } = this.#parts;
    // Everything found before the child is on the device: only what the child does is at risk.
    this.#disk.sync();
    const kind = CUT_KINDS[this.#cuts++ % CUT_KINDS.length]!;
    const end = await endChild(program, options, {
      ending: "SIGKILL",
      moment,
      stop,
      before: async (child) => {
        await stopProcess(child);
        this.#disk.cut(kind);
      },
    });
    this.#disk.restart();
    return end;
  }

  async recover(mix: MixOptions, mayRepair = false): Promise<Recovered> {
    return await recover(this.backend, mix, { mayRepair, stop: this.#parts.stop });
  }

  close(): void {
    this.#disk[Symbol.dispose]();
  }
}
