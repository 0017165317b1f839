/**
 * The power campaign: kvlab writes to a disk that loses, tears and reorders what was not flushed. In whatever state a
 * cut leaves it, no more may be lost than the gauge for power loss said, and nothing sound may be called damaged.
 * `deno task test:power`; `--full` for 50,000 states, `--seed=N` to draw the same again, `--draw=N` for one draw.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { crash } from "../../lib/crash/crash.ts";
import type { KillResult } from "../../lib/crash/crash_result.ts";
import { FILE_SYSTEM_NAMES } from "../../lib/disk/file_system.ts";
import { whyNoDisk } from "../disk/no_disk.ts";
import { Rng } from "../../lib/load/rng.ts";
import { testWhere } from "../main/kvlab.ts";
import { isFull, numberOption, report, rounds } from "./campaign.ts";
import { childProgram } from "./kills.ts";
import { type DrawnCrash, Swarm } from "./swarm.ts";

/** How many states are tried altogether, and of each cut; and how often each store is cut. */
const STATES = { small: 40, full: 50_000 };
const STATES_PER_CUT = { small: 10, full: 40 };
const CUTS = { small: 1, full: 3 };
/** The disk holds what all loads have put. */
const RECORDS_BYTES_MAX = 1 << 20;
/** In full, so many draws that fail are shown before the campaign ends. */
const FAILURES_MAX = 5;
/** In full, what has been tried is told after so many draws. */
const TOLD_EVERY = 10;

testWhere(whyNoDisk("ext4"), "no state that a cut leaves loses more than the gauge for power loss says", async () => {
  const seed = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  const only = numberOption("draw");
  const swarm = new Swarm(seed);
  const failures: string[] = [];
  const counts = { draws: 0, cuts: 0, states: 0, acknowledged: 0, lost: 0, resurrected: 0, unmountable: 0 };
  for (let draw = only ?? 0; counts.states < rounds(STATES) && failures.length < FAILURES_MAX; draw++) {
    const { command, line } = drawn(swarm, draw);
    const { kills } = await crash(command, { program: childProgram("./crash_child.ts") });
    const faults = kills.flatMap(faultsIn);
    if (faults.length > 0) {
      failures.push(`draw ${draw} of seed ${seed}: ${faults[0]}\n  ${line}`);
      report("power", { "draw that failed": failures.at(-1)! });
    }
    counts.draws++;
    for (const { states = [], acknowledged, lost, resurrected } of kills) {
      counts.cuts++;
      counts.states += states.length;
      counts.acknowledged += acknowledged;
      counts.lost += lost;
      counts.resurrected += resurrected;
      counts.unmountable += states.filter(({ unmountable }) => unmountable !== undefined).length;
    }
    if (only !== undefined) break;
    if (isFull() && counts.draws % TOLD_EVERY === 0) report("power", { seed, ...counts });
  }
  report("power", { seed, ...counts });
  assertEquals(failures, []);
  if (only === undefined) assertGreater(counts.acknowledged, 0);
});

/** A store, a load and a file system, by chance. */
function drawn(swarm: Swarm, draw: number): DrawnCrash {
  const fileSystems = FILE_SYSTEM_NAMES.filter((name) => whyNoDisk(name) === undefined);
  const flags = new Map([
    ["cut", "power"],
    ["kills", String(rounds(CUTS))],
    ["states", String(rounds(STATES_PER_CUT))],
    ["filesystem", fileSystems[new Rng(swarm.seed ^ draw, 1).below(fileSystems.length)]!],
  ]);
  return swarm.crashOnFiles(draw, flags, { bytesMax: RECORDS_BYTES_MAX });
}

/** What the states of a cut show to be wrong: too much was lost, or something was called damaged that is not. */
function faultsIn({ kill, states = [] }: KillResult): string[] {
  return states.flatMap(({ kind, problem }) => problem === undefined ? [] : [`cut ${kill}, ${kind}: ${problem}`]);
}
