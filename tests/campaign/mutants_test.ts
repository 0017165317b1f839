/**
 * The campaign of mutants: kvlabs that are wrong on purpose are killed until that shows. Each must be caught; and the
 * right one, killed as often under the same configurations, must not.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { ChildProgram } from "../../lib/crash/child.ts";
import { crash } from "../../lib/crash/crash.ts";
import type { CrashResult, KillResult } from "../../lib/crash/result.ts";
import type { PersistencePolicy } from "../../lib/persist/policy.ts";
import { temporaryDirectory } from "../run/files.ts";
import { report, rounds } from "./campaign.ts";
import { childProgram, faultOf, fillDirectory, type KillConfiguration, killOptions } from "./kills.ts";
import { inLanes } from "./lanes.ts";
import type { FileMutant, LoadMutant } from "./mutants/mutants.ts";

/** Kills after which a mutant has escaped. */
const KILLS_MAX = 40;
/** Kills of the right kvlab under each configuration. */
const KILLS_SOUND = { small: 4, full: 40 };
const SEED = 20_260_302;

const DEEP: PersistencePolicy = { kind: "asynchronous", queueDepth: 64, queueMemoryBytes: 2 ** 26 };
const SHALLOW: PersistencePolicy = { kind: "asynchronous", queueDepth: 1, queueMemoryBytes: 2 ** 26 };
const AT_ONCE: PersistencePolicy = { kind: "synchronous", periodMs: 0 };
const OFTEN: PersistencePolicy = { kind: "periodic", periodMs: 1 };

const QUEUED: KillConfiguration = { policy: DEEP, replace: "rename", serializer: "json", fileCount: 4 };
const QUEUED_SHALLOW: KillConfiguration = { ...QUEUED, policy: SHALLOW, serializer: "cbor", fileCount: 8 };
const WRITTEN: KillConfiguration = { ...QUEUED, policy: AT_ONCE };
const SWEPT: KillConfiguration = { ...QUEUED, policy: OFTEN };
/** For what shows in the middle of a write: most of the time goes into writing one large file. */
const LARGE: KillConfiguration = { ...SWEPT, serializer: "cbor", fileCount: 1, threads: 1 };
const LARGE_ALTERNATING: KillConfiguration = { ...LARGE, replace: "alternate" };

const MUTANTS: readonly { mutant: FileMutant | LoadMutant; configuration: KillConfiguration }[] = [
  { mutant: "records before writing", configuration: LARGE },
  { mutant: "releases before writing", configuration: QUEUED_SHALLOW },
  { mutant: "records what it drops", configuration: QUEUED },
  { mutant: "records later puts", configuration: SWEPT },
  { mutant: "overwrites in place", configuration: LARGE },
  { mutant: "renames before writing", configuration: LARGE },
  { mutant: "overwrites the newer side", configuration: LARGE_ALTERNATING },
  { mutant: "acknowledges before putting", configuration: QUEUED },
  { mutant: "acknowledges before putting", configuration: WRITTEN },
];

/** Kills a program under a configuration, in a directory that is full for a start where the files are to be large. */
async function kill(
  program: ChildProgram,
  configuration: KillConfiguration,
  options: { kills: number; seed: number; stop?: AbortSignal; onKill?(kill: KillResult): void },
): Promise<CrashResult> {
  using directory = temporaryDirectory();
  const output = directory.path;
  if (configuration.fileCount === 1) fillDirectory(output, configuration);
  return await crash(killOptions({ ...configuration, output }, options), { program, ...options });
}

Deno.test("every mutant is caught by its kills", async () => {
  const caught: Record<string, number> = {};
  const escaped: string[] = [];
  await inLanes(MUTANTS, async ({ mutant, configuration }, index) => {
    const stop = new AbortController();
    let kills = 0;
    let fault: string | undefined;
    await kill(childProgram("./mutants/mutant_child.ts", [mutant]), configuration, {
      kills: KILLS_MAX,
      seed: SEED + index,
      stop: stop.signal,
      onKill(kill) {
        kills++;
        fault = faultOf(kill, configuration);
        if (fault !== undefined) stop.abort("caught");
      },
    });
    const name = `"${mutant}" (${configuration.policy.kind})`;
    if (fault === undefined) escaped.push(name);
    else caught[`${name} caught after`] = kills;
  });
  report("mutants", caught);
  assertEquals(escaped, []);
});

Deno.test("what is not wrong passes the mutants' kills", async () => {
  const configurations = [...new Set(MUTANTS.map(({ configuration }) => configuration))];
  const kills = rounds(KILLS_SOUND);
  await inLanes(configurations, async (configuration, index) => {
    const { kills: results } = await kill(childProgram("./crash_child.ts"), configuration, {
      kills,
      seed: SEED + 100 + index,
    });
    assertEquals(results.map((kill) => faultOf(kill, configuration)), new Array(kills).fill(undefined));
    assert(results.some(({ acknowledged }) => acknowledged > 0), "no kill came during the load");
  });
  report("mutants", {
    "configurations of the right kvlab": configurations.length,
    kills: kills * configurations.length,
  });
});
