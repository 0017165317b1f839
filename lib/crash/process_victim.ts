/**
 * Kills the process, or has it end in an orderly way.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import { loadBackend, nameOf } from "../backend/backends.ts";
import { namesIn } from "../directory/directory.ts";
import { storeFileNames } from "../directory/store_files.ts";
import { inspectDirectory } from "../inspect/inspect.ts";
import type { RunOptions } from "../run/run_options.ts";
import { type ChildEnd, endChild, type KillMoment, thisProgram } from "./child.ts";
import { recover, type Recovered } from "./recovery.ts";
import type { CrashBackend, Failure, Victim, VictimParts } from "./victim.ts";

/**
 * Kills kvlab with everything it holds in itself (its own store or an embedded engine), or the server that it has
 * started, and then kvlab. The files are in the backend's directory, or else in a temporary one.
 *
 * SIGKILL keeps the page cache, so this shows what a crash of the process loses, and says nothing about a power loss.
 */
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

/** The shortest time that a load takes to end by itself, in milliseconds. */
const LOAD_MS_MIN = 1;

/**
 * Has kvlab end in an orderly way, by SIGTERM and by the end of its load in turn. Nothing acknowledged may be lost
 * then, under any policy, and no file of its own may be left that is not sound: what is lost, kvlab itself has lost.
 */
export class OrderlyVictim extends ProcessVictim {
  override readonly failure = "orderlyEnd";
  #ends = 0;

  override async fail(options: RunOptions, moment: KillMoment): Promise<ChildEnd | undefined> {
    const { program = thisProgram(), stop } = this.parts;
    const before = this.#unsoundFiles();
    // A load that is to end while it is still being started can only be told to.
    const isTold = this.#ends++ % 2 === 0 || "startMs" in moment;
    const loadTimeMs = "loadMs" in moment ? Math.max(LOAD_MS_MIN, moment.loadMs) : options.loadTimeMs;
    const end = isTold
      ? await endChild(program, options, { ending: "SIGTERM", moment, stop })
      : await endChild(program, { ...options, loadTimeMs }, { ending: "load", moment, stop });
    if (end === undefined || before === undefined) return end;
    const unsound = this.#unsoundFiles() ?? [];
    return { ...end, unsoundFiles: unsound.filter((file) => !before.includes(file)).length };
  }

  /** The files that are not sound, if they are kvlab's own; what an earlier failure has torn may stay so. */
  #unsoundFiles(): string[] | undefined {
    const { backend } = this;
    if (backend.kind !== "file") return undefined;
    // Before the first child there is nothing to be read.
    if (storeFileNames(namesIn(backend.output)).size === 0) return [];
    const { parts } = inspectDirectory(backend.output, { forceRead: false });
    return parts.flatMap(({ files }) => files)
      .filter(({ health }) => health !== "sound" && health !== "superseded")
      .map(({ name }) => name);
  }
}
