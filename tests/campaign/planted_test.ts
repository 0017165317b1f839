/**
 * The campaign of planted faults: kvlabs that break what a sync promises, each in one way in which real stores have,
 * are cut off from power until a state shows it. Each must be caught within 500 states; and the right one must not. In
 * CI some of them, with `--full` all.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { crash, type CrashOptions } from "../../lib/crash/crash.ts";
import type { KillResult } from "../../lib/crash/crash_result.ts";
import { whyNoDisk } from "../disk/no_disk.ts";
import type { LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { testWhere } from "../main/kvlab.ts";
import { isFull, numberOption, report, rounds } from "./campaign.ts";
import { childProgram, killOptions } from "./kills.ts";
import type { PowerMutant } from "./mutants/mutants.ts";
import { believingLengths } from "./mutants/power_patches.ts";

/** States after which a fault has escaped, and those of each cut. */
const STATES_MAX = 500;
const STATES_PER_CUT = 25;
/** States of the right kvlab under each configuration. */
const SOUND_STATES = { small: 10, full: 500 };

/** The latest moment of a cut in a load, in milliseconds: so late that logs have had checkpoints. */
const LOAD_TIME_MS = 250;

const RENAMED: LayoutOptions = { kind: "snapshot", replace: "rename" };
const BLOCKS: LayoutOptions = { kind: "blocks", blockBytes: 4096 };
/** As small as they may be, so that there are checkpoints of long values. */
const LOGS: LayoutOptions = { kind: "log", logBytes: 64 << 10, pendingBytes: 16 << 20 };
/** So long that a record has several sectors. */
const LONG_BYTES = 1500;

/** A store of which puts are committed, synced at level data. */
interface Store {
  readonly layout: LayoutOptions;
  readonly mountOptions?: string;
  readonly valueBytes?: number;
}

/** A store with a fault. */
interface Planted extends Store {
  /** The load workers or the file worker that have it; the reader of logs has it if absent. */
  readonly mutant?: PowerMutant;
  readonly isFullOnly?: boolean;
}

/** By default ext4 syncs what a rename puts in another's place, which would hide that kvlab does not. */
const NO_HELP = "noauto_da_alloc";

const PLANTED: readonly Planted[] = [
  { mutant: "acknowledges before the sync", layout: LOGS },
  { mutant: "acknowledges before the sync", layout: BLOCKS, isFullOnly: true },
  { mutant: "syncs no directory", layout: RENAMED },
  { mutant: "renames before the sync", layout: RENAMED, mountOptions: NO_HELP, isFullOnly: true },
  { mutant: "overwrites the only copy of a block", layout: BLOCKS, isFullOnly: true },
  { layout: LOGS, valueBytes: LONG_BYTES, isFullOnly: true },
  {
    mutant: "removes segments before their checkpoint is durable",
    layout: LOGS,
    valueBytes: LONG_BYTES,
    isFullOnly: true,
  },
];

const SOUND: readonly Store[] = [
  { layout: LOGS, valueBytes: LONG_BYTES },
  { layout: BLOCKS },
  { layout: RENAMED, mountOptions: NO_HELP },
];

testWhere(
  whyNoDisk("ext4"),
  "the states that a cut of the power leaves catch each planted fault, and nothing in the right kvlab",
  async () => {
    const seed = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
    const caught: Record<string, number> = {};
    const escaped: string[] = [];
    for (const planted of PLANTED.filter(({ isFullOnly = false }) => isFull() || !isFullOnly)) {
      const { mutant = "believes a length without its checksum", layout } = planted;
      const name = `"${mutant}" (${layout.kind})`;
      const states = await statesUntilCaught(planted, seed);
      if (states === undefined) escaped.push(name);
      else caught[`${name} caught after`] = states;
    }
    const states = rounds(SOUND_STATES);
    const convicted: string[] = [];
    let judged = 0;
    for (const store of SOUND) {
      const options = storeOptions(store, seed, { states, statesPerCut: Math.min(states, STATES_PER_CUT) });
      const { kills } = await crash(options, { program: childProgram("./crash_child.ts") });
      const tried = kills.flatMap(({ states = [] }) => states);
      judged += tried.length;
      const faults = tried.filter(isFault);
      convicted.push(...faults.map((fault) => `${JSON.stringify(store)}: ${JSON.stringify(fault)}`));
    }
    report("planted", { seed, ...caught, "states of the right kvlab": judged });
    assertEquals({ escaped, convicted }, { escaped: [], convicted: [] }, `seed ${seed}`);
  },
);

/** How many states were tried until the fault showed; `undefined` if it did not. */
async function statesUntilCaught(planted: Planted, seed: number): Promise<number | undefined> {
  const { mutant } = planted;
  const stop = new AbortController();
  let states = 0, isCaught = false;
  const onKill = (kill: KillResult) => {
    const fault = kill.states?.findIndex(isFault) ?? -1;
    isCaught = fault >= 0;
    states += isCaught ? fault + 1 : kill.states?.length ?? 0;
    if (isCaught) stop.abort("SIGTERM");
  };
  const program = mutant === undefined
    ? childProgram("./crash_child.ts")
    : childProgram("./mutants/mutant_child.ts", [mutant]);
  const options = storeOptions(planted, seed, { states: STATES_MAX, statesPerCut: STATES_PER_CUT });
  const run = () => crash(options, { program, stop: stop.signal, onKill });
  await (mutant === undefined ? believingLengths(run) : run());
  return isCaught ? states : undefined;
}

function isFault({ problem }: { readonly problem?: unknown }): boolean {
  return problem !== undefined;
}

function storeOptions(
  { layout, mountOptions, valueBytes }: Store,
  seed: number,
  { states, statesPerCut }: { states: number; statesPerCut: number },
): CrashOptions {
  const policy = { kind: "commit", commitDelayUs: 0 } as const;
  const kills = Math.ceil(states / statesPerCut);
  const { options } = killOptions({ policy, layout, serializer: "raw", fileCount: 2, keyCount: 512 }, { kills, seed });
  const value = valueBytes === undefined ? {} : { valueBytesMin: valueBytes, valueBytesMax: valueBytes };
  return {
    kills,
    cut: "power",
    power: { fileSystem: "ext4", states: statesPerCut, ...(mountOptions === undefined ? {} : { mountOptions }) },
    options: {
      ...options,
      loadTimeMs: LOAD_TIME_MS,
      workload: { ...options.workload, ...value },
      backend: { ...options.backend, sync: "data" } as typeof options.backend,
    },
  };
}
