/**
 * Kills the process: kvlab with everything it holds in itself (its own store or an embedded engine), or the server that
 * it has started, and then kvlab.
 *
 * SIGKILL keeps the page cache, so this shows what a crash of the process loses, and says nothing about a power loss.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import { loadBackend, nameOf } from "../backend/backends.ts";
import type { RunOptions } from "../run/run_options.ts";
import { type ChildEnd, endChild, type KillMoment, thisProgram } from "./child.ts";
import type { CrashBackend } from "./crash_load.ts";
import { recover, type Recovered } from "./recovery.ts";
import type { Failure, Victim, VictimParts } from "./victim.ts";

/** A victim whose files are in the backend's directory, or else in a temporary one. */
export class ProcessVictim implements Victim {
  readonly failure: Failure = "processCrash";
  readonly backend: CrashBackend & { readonly output: string };
  protected readonly parts: VictimParts;

  constructor(backend: CrashBackend, parts: VictimParts) {
    this.parts = parts;
    this.backend = { ...backend, output: backend.output ?? `${parts.scratch}/store` };
  }

  async fail(options: RunOptions, moment: KillMoment): Promise<ChildEnd | undefined> {
    const { program = thisProgram(), stop } = this.parts;
    const { backend } = this;
    const { killServer } = await loadBackend(nameOf(backend));
    const before = killServer === undefined ? undefined : () => killServer(backend.output);
    return await endChild(program, options, { ending: "SIGKILL", moment, stop, before });
  }

  async recover(keys: KeySpace, mayRepair = false): Promise<Recovered> {
    return await recover(this.backend, keys, { mayRepair, stop: this.parts.stop });
  }
}
