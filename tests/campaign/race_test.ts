/**
 * The campaign of races: two kvlabs start at the same moment on one directory. One gets it, the other says that it is
 * locked; never both, never neither.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inspectDirectory } from "../../lib/inspect/inspect.ts";
import { LAYOUT_NAMES } from "../../lib/persist/layout/layouts.ts";
import { assertCode, KvlabProcess, resultOf } from "../main/kvlab.ts";
import { temporaryDirectory } from "../run/files.ts";
import { report, rounds } from "./campaign.ts";
import { inLanes } from "./lanes.ts";

/** In small, six with each layout. */
const RACES = { small: 18, full: 1_000 };
/** Longer than a race: the winner runs until the loser has ended. */
const LOAD_SEC = 600;
const RACES_AT_A_TIME = 3;

Deno.test("of two kvlabs that start on one directory at the same moment, one gets it", async () => {
  const races = Array.from({ length: rounds(RACES) }, (_, race) => race);
  let writes = 0;
  const startedAtMs = performance.now();

  await inLanes(races, async (race) => {
    using directory = temporaryDirectory();
    const args = [
      "--threads=1",
      `--load-time-sec=${LOAD_SEC}`,
      "--format=json",
      "file",
      "--no-device-probe",
      "--file-count=2",
      "--flush-period-us=5000",
      `--layout=${LAYOUT_NAMES[race % LAYOUT_NAMES.length]}`,
      `--output=${directory.path}`,
    ];
    const racers = [KvlabProcess.start(args), KvlabProcess.start(args)];
    const { loser, ended } = await Promise.race(racers.map(async (loser) => ({ loser, ended: await loser.ended })));
    assertCode(ended, 1);
    assertEquals(ended.stdout, "");
    assertMatch(ended.stderr, /^kvlab: Cannot use .*: it is locked by another kvlab(, process \d+)?$/m);

    const winner = racers.find((racer) => racer !== loser);
    assert(winner !== undefined);
    await winner.says("kvlab: running");
    winner.signal("SIGINT");
    const won = await winner.ended;
    assertCode(won, 130);
    const result = resultOf(won);
    // A winner that was stopped before its first put has written no file.
    const written = result.writes === 0 ? 0 : inspectDirectory(directory.path, { forceRead: false }).totals.versionSum;
    assertEquals(written, result.writes);
    writes += result.writes;
  }, RACES_AT_A_TIME);

  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  report("race", { races: races.length, won: races.length, refused: races.length, writes, seconds });
});
