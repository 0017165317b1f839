/**
 * Every schedule: what threads share is run by real workers of which one at a time goes on, at each of their steps the
 * one that is chosen. Waits, wake-ups and time-outs are chosen, too, so a run is its list of choices and can be
 * repeated.
 *
 * Small scenarios are tried in all schedules of up to two preemptions, as CHESS does (Musuvathi et al., "Finding and
 * Reproducing Heisenbugs in Concurrent Programs", OSDI 2008): most faults need no more. Larger ones are tried by random
 * priorities, as PCT does (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs",
 * ASPLOS 2010). The Rust tools loom and shuttle do the same for Rust's threads. What is found is shrunk to the fewest
 * deviations from the default schedule, in which a worker goes on for as long as it can.
 *
 * Faults are planted in the text of the modules: each must be found. What is not patched must not fail. A failure is
 * repeated by `--scenario=MODULE/NAME` together with `--schedule=WORKER@STEP>NEXT,…`, as it is printed.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { numberOption, report, rounds, textOption } from "../campaign/campaign.ts";
import { Builder } from "./build.ts";
import { Crew, type Failure, type Outcome, scheduleOf, textOf } from "./crew.ts";
import { FILE_FAULTS } from "./faults/file_faults.ts";
import { QUEUE_FAULTS, STORE_FAULTS } from "./faults/store_faults.ts";
import { SYNC_FAULTS } from "./faults/sync_faults.ts";
import { LOCK_FAULTS, WRITING_FAULTS } from "./faults/writing_faults.ts";
import { buildOptions, MODULES } from "./modules.ts";
import type { Scenarios } from "./scenario.ts";

const FAULTS = [...SYNC_FAULTS, ...STORE_FAULTS, ...QUEUE_FAULTS, ...LOCK_FAULTS, ...WRITING_FAULTS, ...FILE_FAULTS];
/** Most workers of a scenario. */
const WORKERS = 4;

/** Schedules after which a planted fault has escaped. */
const FAULT_SCHEDULES = 10_000;
/** Schedules of each scenario: in order of preemptions, and random ones. */
const BOUNDED = { small: 100, full: 2_500 };
const RANDOM = { small: 50, full: 1_000 };
const PREEMPTIONS = 2;
/** Among the schedules of a fault are some that take more, if there are few others. */
const FAULT_PREEMPTIONS = 4;
const SEED = numberOption("seed") ?? 20_261_130;

/** Tries a scenario with ever more preemptions, and then at random, until something fails. */
async function tried(
  crew: Crew,
  { bounded, random, preemptions }: { bounded: number; random: number; preemptions: number },
): Promise<Outcome> {
  let schedules = 0;
  let failure: Failure | undefined;
  const count = (outcome: Outcome) => {
    schedules += outcome.schedules;
    failure = outcome.failure;
  };
  for (let bound = 0; bound <= preemptions && schedules < bounded && failure === undefined; bound++) {
    count(await crew.bounded(bound, bounded - schedules));
  }
  if (failure === undefined) count(await crew.random(SEED, random));
  return { schedules, ...(failure === undefined ? {} : { failure }) };
}

function pathOf(module: string): string {
  return `tests/schedule/scenarios/${module}.ts`;
}

async function namesIn(module: string): Promise<string[]> {
  return Object.keys((await import(`./scenarios/${module}.ts`) as { SCENARIOS: Scenarios }).SCENARIOS);
}

/** A failure with the least schedule that has it, and how that goes. */
async function story(crew: Crew, failure: Failure): Promise<string> {
  const { message, deviations } = await crew.shrink(failure);
  return `${message}\n--schedule=${textOf(deviations).replaceAll(" ", ",")}\n${await crew.told(deviations)}`;
}

async function findFaults(): Promise<void> {
  using crew = await Crew.start(WORKERS);
  using builder = new Builder();
  const found: Record<string, number> = {};
  const escaped: string[] = [];
  for (const { name, patches, module, scenarios } of FAULTS) {
    const url = builder.build(pathOf(module), buildOptions(module, patches));
    let schedules = 0;
    let isFound = false;
    for (const scenario of scenarios) {
      if (isFound) break;
      await crew.load(url, scenario);
      const share = (FAULT_SCHEDULES - schedules) / 2;
      const outcome = await tried(crew, { bounded: share, random: share, preemptions: FAULT_PREEMPTIONS });
      schedules += outcome.schedules;
      isFound = outcome.failure !== undefined;
    }
    if (isFound) found[`"${name}" found after`] = schedules;
    else escaped.push(name);
  }
  report("planted faults", found);
  assertEquals(escaped, []);
}

async function tryAll(): Promise<void> {
  using crew = await Crew.start(WORKERS);
  using builder = new Builder();
  const failures: string[] = [];
  const startedAtMs = performance.now();
  let schedules = 0;
  let scenarios = 0;
  for (const module of Object.keys(MODULES)) {
    const url = builder.build(pathOf(module), buildOptions(module));
    for (const name of await namesIn(module)) {
      await crew.load(url, name);
      const outcome = await tried(crew, {
        bounded: rounds(BOUNDED),
        random: rounds(RANDOM),
        preemptions: PREEMPTIONS,
      });
      schedules += outcome.schedules;
      scenarios++;
      if (outcome.failure === undefined) continue;
      failures.push(`--scenario="${module}/${name}": ${await story(crew, outcome.failure)}`);
    }
  }
  const perSec = Math.round((1_000 * schedules) / (performance.now() - startedAtMs));
  report("schedules", { scenarios, schedules, "per second": perSec });
  assertEquals(failures, []);
}

/** Repeats one schedule of a scenario given as `MODULE/NAME`, and tells how it goes. */
async function repeat(given: string, schedule: string): Promise<void> {
  const [module = "", name = ""] = given.split("/");
  assert(module in MODULES, `no module of scenarios is called ${module}, must be in ${Object.keys(MODULES)}`);
  using crew = await Crew.start(WORKERS);
  using builder = new Builder();
  await crew.load(builder.build(pathOf(module), buildOptions(module)), name);
  const { failure } = await crew.follow(scheduleOf(schedule));
  assertEquals(failure, undefined, await crew.told(scheduleOf(schedule)));
}

const given = textOption("scenario");
if (given === undefined) {
  Deno.test("each planted fault is found by its schedules", findFaults);
  Deno.test("what is not wrong fails in none of its schedules", tryAll);
} else {
  Deno.test(`the schedule given does not fail`, () => repeat(given, textOption("schedule") ?? ""));
}
