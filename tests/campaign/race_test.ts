/**
 * The campaign of races: two kvlabs start at the same moment on one directory. One gets it, the other says that it is
 * locked; never both, never neither.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { assertCode, kvlab, resultOf } from "../main/kvlab.ts";
import { snapshotsIn, temporaryDirectory, versionSum } from "../run/files.ts";
import { report, rounds } from "./campaign.ts";
import { inLanes } from "./lanes.ts";

const RACES = { small: 50, full: 1_000 };
/** Longer than one takes to start after the other, so that the two always meet. */
const LOAD_SEC = 0.4;

Deno.test("of two kvlabs that start on one directory at the same moment, one gets it", async () => {
  const races = Array.from({ length: rounds(RACES) }, (_, race) => race);
  let writes = 0;
  const startedAtMs = performance.now();

  await inLanes(races, async () => {
    using directory = temporaryDirectory();
    const args = [
      "--threads=1",
      `--load-time-sec=${LOAD_SEC}`,
      "--format=json",
      "file",
      "--file-count=2",
      "--flush-period-us=5000",
      `--output=${directory.path}`,
    ];
    const ends = await Promise.all([kvlab(args), kvlab(args)]);
    const [winner, loser] = ends.toSorted((a, b) => a.code - b.code);
    if (winner === undefined || loser === undefined) throw new Error("two have been started");
    assertCode(winner, 0);
    assertCode(loser, 1);
    assertEquals(loser.stdout, "");
    assertMatch(loser.stderr, /^kvlab: Cannot use .*: it is locked by another kvlab(, process \d+)?$/m);
    const result = resultOf(winner);
    assertEquals(versionSum(snapshotsIn(directory.path, "json")), result.writes);
    writes += result.writes;
  }, 4);

  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  report("race", { races: races.length, won: races.length, refused: races.length, writes, seconds });
});
