/**
 * The campaign of mutants: kvlabs that are wrong on purpose are killed until that shows. Each must be caught; and the
 * right one, killed as often under the same configurations, must not. `deno task test:mutants`; `--mutant=TEXT` for
 * those whose names have it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { crash } from "../../lib/crash/crash.ts";
import type { KillResult } from "../../lib/crash/crash_result.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { report, rounds, textOption } from "./campaign.ts";
import { childProgram, faultOf, type KillConfiguration, killOptions } from "./kills.ts";
import { inLanes } from "./lanes.ts";
import { replayingWrongly, WRONG_REPLAYS } from "./mutants/delete_patches.ts";
import { isMutant, type Mutant, PATCHED_DELETE_MUTANTS } from "./mutants/mutants.ts";

/** Kills after which a mutant has escaped. */
const KILLS_MAX = 100;
/** Kills of the right kvlab under each configuration. */
const KILLS_SOUND = { small: 2, full: 40 };
const SEED = 20_260_302;

const DEEP: PersistencePolicy = { kind: "asynchronous", queueDepth: 64, queueMemoryBytes: 2 ** 26 };
const SHALLOW: PersistencePolicy = { kind: "asynchronous", queueDepth: 1, queueMemoryBytes: 2 ** 26 };
const AT_ONCE: PersistencePolicy = { kind: "synchronous", writePeriodUs: 0 };
const OFTEN: PersistencePolicy = { kind: "periodic", flushPeriodUs: 1000 };

const QUEUED: KillConfiguration = {
  policy: DEEP,
  layout: { kind: "snapshot", replace: "rename" },
  serializer: "json",
  fileCount: 4,
};
const QUEUED_SHALLOW: KillConfiguration = { ...QUEUED, policy: SHALLOW, serializer: "cbor", fileCount: 8 };
const WRITTEN: KillConfiguration = { ...QUEUED, policy: AT_ONCE };
const SWEPT: KillConfiguration = { ...QUEUED, policy: OFTEN };
const ALTERNATING: KillConfiguration = { ...SWEPT, layout: { kind: "snapshot", replace: "alternate" } };
/** Logs that the file worker writes, so small that each load has many segments and checkpoints; or the load workers. */
const LOGGED: KillConfiguration = {
  policy: OFTEN,
  layout: { kind: "log", logBytes: 64 * 1024, pendingBytes: 2 ** 24 },
  serializer: "raw",
  fileCount: 1,
};
/** Blocks that the file worker writes, many at a time; or the load workers, so small that a few keys fill one. */
const BLOCKED: KillConfiguration = { ...LOGGED, layout: { kind: "blocks", blockBytes: 4096 }, fileCount: 4 };
const COMMITTED: KillConfiguration = { ...LOGGED, policy: { kind: "commit", commitDelayUs: 0 }, fileCount: 2 };
const COMMITTED_BLOCKS: KillConfiguration = {
  ...COMMITTED,
  layout: { kind: "blocks", blockBytes: 512 },
  keyCount: 64,
};
const COMMITTED_WHOLE: KillConfiguration = {
  ...QUEUED,
  policy: { kind: "commit", commitDelayUs: 0 },
  serializer: "raw",
};

/** Many deletes, of few enough keys that most of them remove one. */
const DELETING = { deleteRatio: 0.4, keyCount: 200 };
const QUEUED_DELETES: KillConfiguration = { ...QUEUED_SHALLOW, ...DELETING };
const COMMITTED_DELETES: KillConfiguration = { ...COMMITTED, ...DELETING };
const COMMITTED_WHOLE_DELETES: KillConfiguration = { ...COMMITTED_WHOLE, ...DELETING };
const COMMITTED_BLOCK_DELETES: KillConfiguration = { ...COMMITTED_BLOCKS, deleteRatio: 0.4 };
/** So many records that each log has a checkpoint once they are preloaded. */
const REPLAYED_DELETES: KillConfiguration = { ...COMMITTED, deleteRatio: 0.4, keyCount: 2600, preload: true };

const MUTANTS: readonly { mutant: Mutant; configuration: KillConfiguration }[] = [
  { mutant: "records before writing", configuration: SWEPT },
  { mutant: "releases before writing", configuration: QUEUED_SHALLOW },
  { mutant: "records what it drops", configuration: QUEUED },
  { mutant: "records later puts", configuration: SWEPT },
  { mutant: "overwrites in place", configuration: SWEPT },
  { mutant: "renames before writing", configuration: SWEPT },
  { mutant: "overwrites the newer side", configuration: ALTERNATING },
  { mutant: "acknowledges before putting", configuration: QUEUED },
  { mutant: "acknowledges before putting", configuration: WRITTEN },
  { mutant: "acknowledges before putting", configuration: COMMITTED },
  { mutant: "acknowledges before the write", configuration: COMMITTED },
  { mutant: "acknowledges before the write", configuration: COMMITTED_WHOLE },
  { mutant: "loses a record between two segments", configuration: LOGGED },
  { mutant: "drops a checkpoint's tail", configuration: LOGGED },
  { mutant: "removes segments before their checkpoint is there", configuration: LOGGED },
  { mutant: "overwrites the newer place of a block", configuration: BLOCKED },
  { mutant: "leaves a moved key in neither block", configuration: COMMITTED_BLOCKS },
  { mutant: "writes no record of a delete", configuration: COMMITTED_DELETES },
  { mutant: "keeps a deleted key in its snapshot", configuration: COMMITTED_WHOLE_DELETES },
  { mutant: "keeps a deleted key in a block", configuration: COMMITTED_BLOCK_DELETES },
  { mutant: "queues what was there before a delete", configuration: QUEUED_DELETES },
  { mutant: "acknowledges a delete before it is written", configuration: COMMITTED_DELETES },
  { mutant: "acknowledges a delete before it is written", configuration: COMMITTED_WHOLE_DELETES },
];

const WANTED = MUTANTS.filter(({ mutant }) => mutant.includes(textOption("mutant") ?? ""));

Deno.test("every mutant is caught by its kills", async () => {
  const caught: Record<string, number> = {};
  const escaped: string[] = [];
  await inLanes(WANTED, async ({ mutant, configuration }, index) => {
    const stop = new AbortController();
    let kills = 0;
    let fault: string | undefined;
    await crash(killOptions(configuration, { kills: KILLS_MAX, seed: SEED + index }), {
      program: childProgram("./mutants/mutant_child.ts", [mutant]),
      stop: stop.signal,
      onKill(kill) {
        kills++;
        fault = faultOf(kill, configuration);
        // Of a delete that is forgotten, it must show that keys are back.
        if (forgetsDeletes(mutant) && kill.resurrected === 0) fault = undefined;
        if (fault !== undefined) stop.abort("caught");
      },
    });
    const name = `"${mutant}" (${configuration.layout.kind}, ${configuration.policy.kind})`;
    if (fault === undefined) escaped.push(name);
    else caught[`${name} caught after`] = kills;
  });
  report("mutants", caught);
  assertEquals(escaped, []);
});

function forgetsDeletes(mutant: Mutant): boolean {
  return isMutant(PATCHED_DELETE_MUTANTS, mutant);
}

Deno.test("a replay of logs that forgets deletes is caught by the keys that are back", async () => {
  const caught: Record<string, number> = {};
  for (const what of WRONG_REPLAYS.filter((what) => what.includes(textOption("mutant") ?? ""))) {
    const stop = new AbortController();
    let kills = 0, isCaught = false;
    const onKill = (kill: KillResult) => {
      kills++;
      isCaught = kill.resurrected > 0 && faultOf(kill, REPLAYED_DELETES) !== undefined;
      if (isCaught) stop.abort("caught");
    };
    const options = killOptions(REPLAYED_DELETES, { kills: KILLS_MAX, seed: SEED + 200 });
    await replayingWrongly(
      what,
      () => crash(options, { program: childProgram("./crash_child.ts"), onKill, stop: stop.signal }),
    );
    assert(isCaught, `${what}: not caught by ${kills} kills`);
    caught[`"${what}" caught after`] = kills;
  }
  report("mutants", caught);
});

Deno.test("what is not wrong passes the mutants' kills", async () => {
  const configurations = [...new Set([...WANTED.map(({ configuration }) => configuration), REPLAYED_DELETES])];
  const kills = rounds(KILLS_SOUND);
  await inLanes(configurations, async (configuration, index) => {
    const { kills: results } = await crash(killOptions(configuration, { kills, seed: SEED + 100 + index }), {
      program: childProgram("./crash_child.ts"),
    });
    assertEquals(results.map((kill) => faultOf(kill, configuration)), new Array(kills).fill(undefined));
    assert(results.some(({ acknowledged }) => acknowledged > 0), "no kill came during the load");
  });
  report("mutants", {
    "configurations of the right kvlab": configurations.length,
    kills: kills * configurations.length,
  });
});
