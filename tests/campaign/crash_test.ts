/**
 * The campaign of kills: kvlab is killed with SIGKILL at random moments, under all policies, strategies and
 * serializers. The loads are drawn. What the gauge said would be lost is the most that may be; only the in-place
 * strategy may tear files. `deno task test:crash`; `--full` for 10,000 kills, `--seed=N` to draw the same loads again.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { crash } from "../../lib/crash/crash.ts";
import type { KillResult } from "../../lib/crash/crash_result.ts";
import { type LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/snapshot/replacement.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { killLine } from "../../lib/report/crash_text.ts";
import { isFull, numberOption, report, rounds } from "./campaign.ts";
import { childProgram, configurationName, faultOf, type KillConfiguration, LOAD_TIME_MS } from "./kills.ts";
import { inLanes } from "./lanes.ts";
import { Swarm } from "./swarm.ts";

/** In small, two under each configuration. */
const KILLS = { small: 56, full: 10_000 };
const CONFIGURATIONS = { small: 12, full: 24 };
/** In small, what a child's records may hold: it preloads them, and what it left is read after each kill. */
const RECORDS_BYTES_SMALL = 2 << 20;

const POLICIES: readonly PersistencePolicy[] = [
  { kind: "synchronous", writePeriodUs: 500 },
  { kind: "asynchronous", queueDepth: 64, queueMemoryBytes: 2 ** 26 },
  { kind: "periodic", flushPeriodUs: 5000 },
  { kind: "commit", commitDelayUs: 0 },
];
const FILE_COUNTS = [1, 24];

/** Snapshots with every strategy; blocks; and logs so small that each child writes checkpoints. */
const LAYOUTS: readonly LayoutOptions[] = [
  ...REPLACE_NAMES.map((replace) => ({ kind: "snapshot", replace } as const)),
  { kind: "blocks", blockBytes: 4096 },
  { kind: "log", logBytes: 64 * 1024, pendingBytes: 2 ** 24 },
];

/** Every policy with every layout, serializer and number of files. */
const ALL: readonly KillConfiguration[] = POLICIES.flatMap((policy) =>
  LAYOUTS.flatMap((layout) =>
    SERIALIZER_NAMES.flatMap((serializer) =>
      FILE_COUNTS.map((fileCount) => ({ policy, layout, serializer, fileCount }))
    )
  )
);

/** Of the six ways to run every policy with every layout, one in turn; of blocks and logs, two. */
const SOME = ALL.filter(({ layout: { kind } }, i) => {
  const turn = (i + Math.floor(i / 6)) % 6;
  return turn === 0 || (turn === 3 && kind !== "snapshot");
});

/** What all kills together have shown. */
class Counts {
  kills = 0;
  whileStarting = 0;
  acknowledged = 0;
  lost = 0;
  resurrected = 0;
  neverAcknowledged = 0;
  tornInPlace = 0;
  damagedSpares = 0;

  add(kill: KillResult): void {
    this.kills++;
    if (kill.during === "start") this.whileStarting++;
    this.acknowledged += kill.acknowledged;
    this.lost += kill.lost;
    this.resurrected += kill.resurrected;
    this.neverAcknowledged += kill.neverAcknowledged;
    this.tornInPlace += kill.tornShards;
    this.damagedSpares += kill.damagedSpares;
  }
}

Deno.test("kills lose no more than the gauge said, and tear no file but in place", async () => {
  const configurations = isFull() ? ALL : SOME;
  assertGreaterOrEqual(configurations.length, rounds(CONFIGURATIONS));
  const kills = Math.ceil(rounds(KILLS) / configurations.length);
  const seed = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  const swarm = new Swarm(seed);
  const counts = new Counts();
  const startedAtMs = performance.now();

  await inLanes(configurations, async (configuration, index) => {
    const name = configurationName(configuration);
    const { options } = swarm.crashCommand(index, name.split(" "), isFull() ? {} : { bytesMax: RECORDS_BYTES_SMALL });
    const { threads, workload } = options;
    const { kills: results } = await crash({ kills, options: { ...options, loadTimeMs: LOAD_TIME_MS } }, {
      program: childProgram("./crash_child.ts"),
      onKill: (kill) => counts.add(kill),
    });
    assertEquals(results.length, kills);
    const what = `seed ${seed}, ${name}, ${JSON.stringify({ threads, workload })}`;
    for (const kill of results) {
      // What is torn in place is counted: nothing else can be said of what was in it.
      const { layout } = configuration;
      if (layout.kind === "snapshot" && layout.replace === "in-place" && kill.tornShards > 0) continue;
      assertEquals(
        faultOf(kill, { ...configuration, threads }),
        undefined,
        `${what}: ${killLine(kill, "processCrash")}`,
      );
    }
  });

  const seconds = (performance.now() - startedAtMs) / 1000;
  report("crash", { seed, configurations: configurations.length, ...counts, seconds: seconds.toFixed(1) });
  assertGreaterOrEqual(counts.kills, rounds(KILLS));
  assertGreater(counts.acknowledged, 0);
  assertGreater(counts.lost, 0, "kills that lose nothing show nothing");
  if (isFull()) assert(counts.tornInPlace > 0, "no file was torn in place, so none could have been elsewhere");
});
