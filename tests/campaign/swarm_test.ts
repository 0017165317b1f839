/**
 * The swarm campaign: random loads on random stores, some of them killed, and several in the same directory. A draw
 * that fails is shrunk, and printed as a command line. `deno task test:swarm`; `--full` for 2,000 draws, `--seed=N` to
 * draw the same again, `--draw=N` for one of them.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { isFull, numberOption, report, rounds } from "./campaign.ts";
import { inLanes } from "./lanes.ts";
import { commandOf, type Draw, shellLine, simplerDraws, Swarm } from "./swarm.ts";
import { faultOfDraw, SwarmCounts } from "./swarm_oracle.ts";

const DRAWS = { small: 8, full: 2000 };
/** In full, so many draws that fail are shrunk and shown before the campaign ends. */
const FAILURES_MAX = 5;
/** How many simpler draws are tried, and how often each, since what fails may need luck. */
const SIMPLER_MAX = { small: 20, full: 60 };
const TRIES = 3;
/** In full, how many draws have been made is told this often. */
const TOLD_EVERY = 100;

Deno.test("random loads on random stores lose nothing that they may not, and leave no file that cannot be read", async () => {
  const seed = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  const only = numberOption("draw");
  const swarm = new Swarm(seed);
  const numbers = only === undefined ? Array.from({ length: rounds(DRAWS) }, (_, i) => i + 1) : [only];
  const counts = new SwarmCounts();
  const failures: string[] = [];
  const startedAtMs = performance.now();
  let drawn = 0;
  await inLanes(numbers, async (number) => {
    if (failures.length >= FAILURES_MAX) return;
    const draw = swarm.draw(number);
    const fault = await faultOfDraw(draw, counts);
    if (++drawn % TOLD_EVERY === 0) report("swarm", { seed, drawn, failures: failures.length });
    if (fault === undefined) return;
    const simplest = await shrink(draw, fault);
    failures.push(`draw ${number} of seed ${seed}: ${simplest.fault}\n  ${shellLine(simplest.draw)}`);
    report("swarm", { "draw that failed": failures.at(-1) ?? "" });
  });
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  report("swarm", { seed, draws: numbers.length, ...counts, seconds });
  assertEquals(failures, []);
  if (only === undefined) assertGreater(counts.acknowledged * counts.written, 0);
});

/** Simplifies a draw as long as it still fails. */
async function shrink(draw: Draw, fault: string): Promise<{ draw: Draw; fault: string }> {
  let simplest = { draw, fault };
  let left = isFull() ? SIMPLER_MAX.full : SIMPLER_MAX.small;
  for (let simpler = [...simplerDraws(draw)]; simpler.length > 0 && left > 0;) {
    const candidate = simpler.shift()!;
    if (!candidate.uses.every((use) => commandOf(candidate, use, "DIR") !== undefined)) continue;
    left--;
    const found = await faultOfTries(candidate);
    if (found === undefined) continue;
    simplest = { draw: candidate, fault: found };
    simpler = [...simplerDraws(candidate)];
  }
  return simplest;
}

async function faultOfTries(draw: Draw): Promise<string | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    const fault = await faultOfDraw(draw, new SwarmCounts());
    if (fault !== undefined) return fault;
  }
  return undefined;
}
