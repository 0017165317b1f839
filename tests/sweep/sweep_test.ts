/**
 * Tests of the sweep: what it runs, keeps, kills and answers, with hands that measure nothing.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Fields } from "../../lib/result/json.ts";
import type { SummaryLine, SweepLine } from "../../lib/sweep/lines.ts";
import { type Question, SweepResults } from "../../lib/sweep/results.ts";
import { spaceOf } from "../../lib/sweep/summary.ts";
import { type ChildOutcome, sweep, type SweepParts } from "../../lib/sweep/sweep.ts";
import { FakeTime } from "../run/fake_time.ts";
import { ENTRIES, fileRun, memoryRun, safeRun, withP99 } from "./documents.ts";

const QUESTION: Question = { axis: { crash: "process_crash", unit: "age_ms" }, limit: undefined };

const RUNS: Readonly<Record<string, Fields>> = {
  c01: memoryRun(2_000_000),
  c02: fileRun(400_000, { ageMs: 4, boundMs: 5 }),
  c03: fileRun(1_810_000, { ageMs: 55, boundMs: 60 }),
  c04: safeRun(9_000),
};

const KILLS: Fields = { kills: 5, kills_held: 5, held: true, lost_max: 812, oldest_lost_max_sec: 0.0031 };
const HARMLESS_KILLS: Fields = { ...KILLS, lost_max: 0, oldest_lost_max_sec: 0 };

interface Done {
  readonly summary: SummaryLine;
  readonly kept: SweepLine[];
}

/** A sweep of the four entries whose hands give always the same. */
async function sweepOf(
  changes: Partial<SweepParts> = {},
  run: (id: string) => ChildOutcome = (id) => ({ result: RUNS[id]! }),
): Promise<Done> {
  const question = changes.question ?? QUESTION;
  const space = spaceOf(ENTRIES, 1, question);
  const kept: SweepLine[] = [];
  const summary = await sweep({
    entries: ENTRIES,
    space,
    question,
    results: new SweepResults(),
    budgetMs: 60_000,
    kills: 5,
    estimateMs: () => 1000,
    killsMs: () => 1000,
    hands: {
      run: ({ id }) => Promise.resolve(run(id)),
      kill: ({ id }) => Promise.resolve({ result: id === "c04" ? HARMLESS_KILLS : KILLS }),
    },
    keep: (line) => void kept.push(line),
    ...changes,
  });
  return { summary, kept };
}

Deno.test("sweep() runs until the frontier is separated, keeps each run before the next, and kills the frontier", async () => {
  const { summary, kept } = await sweepOf();
  assertEquals(summary.ended, "separated");
  assertEquals(summary.frontier, ["c04", "c02", "c03", "c01"]);
  assertEquals(kept.at(-1), summary);
  const crashed = kept.filter(({ kind }) => kind === "crash").map((line) =>
    "configuration" in line && line.configuration
  );
  assertEquals(crashed.sort(), ["c02", "c03", "c04"]);
  for (const { runs, ci95 } of summary.configurations) {
    assert(runs >= 6);
    assert(ci95 !== null);
  }
});

Deno.test("sweep() by promise runs each often enough for an interval, and kills all of them, the slower ones too", async () => {
  const question: Question = { axis: { crash: "process_crash", unit: "writes" }, limit: 0, isByPromise: true };
  const entries = ENTRIES.slice(1);
  const speeds: Record<string, number> = { c02: 100_000, c03: 50_000, c04: 9_000 };
  const broken = { ...KILLS, kills_held: 3, held: false };
  const { summary, kept } = await sweepOf({
    question,
    entries,
    space: spaceOf(entries, 1, question),
    hands: {
      run: ({ id }) => Promise.resolve({ result: safeRun(speeds[id] ?? 0) }),
      kill: ({ id }) => Promise.resolve({ result: id === "c02" ? broken : HARMLESS_KILLS }),
    },
  });
  assertEquals(kept.flatMap((line) => line.kind === "crash" ? line.configuration : []), ["c02", "c03", "c04"]);
  for (const { runs, ci95 } of summary.configurations) assert(runs >= 6 && ci95 !== null);
  assertEquals(summary.by_promise, true);
  // What broke its promise answers nothing, however fast it is.
  assertEquals(summary.frontier, ["c03", "c02"]);
  assertStringIncludes(
    summary.answer,
    "fastest with nothing at risk when the process dies: file, flush 50 ms (c03) at",
  );
});

Deno.test("sweep() leaves time for the kills of what starts slowly, and kills the others where that is not enough", async () => {
  const question: Question = { axis: { crash: "process_crash", unit: "writes" }, limit: 0, isByPromise: true };
  const entries = ENTRIES.slice(1);
  const sweepWithin = async (budgetMs: number, startMs: number) => {
    const late: number[] = [];
    const { kept } = await sweepOf({
      question,
      entries,
      space: spaceOf(entries, 1, question),
      budgetMs,
      // What the runs before have taken.
      results: new SweepResults(entries.map(({ id }) => ({
        kind: "run",
        configuration: id,
        round: 1,
        started_at: "2026-01-01T00:00:00.000Z",
        took_ms: 1000 + (id === "c02" ? startMs : 0),
        result: safeRun(1000),
      }))),
      killsMs: ({ id }, lateMs) => {
        if (id === "c02") late.push(lateMs);
        return 1000 + 10 * lateMs;
      },
      hands: {
        run: () => Promise.resolve({ result: safeRun(1000) }),
        kill: () => Promise.resolve({ result: HARMLESS_KILLS }),
      },
    });
    return { late, killed: kept.flatMap((line) => line.kind === "crash" ? line.configuration : []).sort() };
  };
  assertEquals((await sweepWithin(60_000, 2000)).killed, ["c02", "c03", "c04"]);
  const { late, killed } = await sweepWithin(10_000, 2000);
  assertEquals([late[0], killed], [2000, ["c03", "c04"]]);
});

Deno.test("sweep() leaves time for the kills of one, where the budget is short, or if that is too much, for none", async () => {
  const entries = ENTRIES.slice(3);
  const killedWithin = async (killsMs: number) => {
    using time = new FakeTime();
    const { kept } = await sweepOf({
      entries,
      space: spaceOf(entries, 1, QUESTION),
      budgetMs: 9000,
      killsMs: () => killsMs,
      hands: {
        run: () => {
          time.pass(1000);
          return Promise.resolve({ result: safeRun(1000) });
        },
        kill: () => Promise.resolve({ result: HARMLESS_KILLS }),
      },
    });
    return [kept.filter(({ kind }) => kind === "run").length, kept.filter(({ kind }) => kind === "crash").length];
  };
  assertEquals(await killedWithin(2000), [6, 1]);
  // Six runs, after which a median has an interval, would leave too little.
  assertEquals(await killedWithin(3500), [5, 1]);
  assertEquals(await killedWithin(5000), [6, 0]);
});

Deno.test("sweep() answers for nothing, 10 ms and 100 ms, with the names, the next safer and the kills", async () => {
  const { summary: { answer, answered } } = await sweepOf();
  assertEquals(answer.split("\n"), [
    "fastest with nothing at risk when the process dies: sqlite (c04) at 9.00 k ops/s (9.00–9.00); 5 kills lost nothing",
    "fastest with at most 10 ms at risk when the process dies: file, flush 2 ms (c02) at 400 k ops/s (400–400); " +
    "44× the next safer, sqlite (c04); 5 kills lost at most 812 writes, 3.1 ms",
    "fastest with at most 100 ms at risk when the process dies: file, flush 50 ms (c03) at 1.81 M ops/s (1.81–1.81); " +
    "4.5× the next safer, file, flush 2 ms (c02); 5 kills lost at most 812 writes, 3.1 ms",
  ]);
  assertEquals(answered, ["c04", "c02", "c03"]);
});

Deno.test("sweep() answers limits that share their answer in one sentence", async () => {
  const reasons = { c02: "no space left", c03: "no space left" } as Readonly<Record<string, string>>;
  const { summary: { answer } } = await sweepOf({ kills: 0 }, (id) => {
    const reason = reasons[id];
    return reason === undefined ? { result: RUNS[id]! } : { reason };
  });
  assertEquals(
    answer,
    "fastest with nothing, at most 10 ms or at most 100 ms at risk when the process dies: sqlite (c04) at " +
      "9.00 k ops/s (9.00–9.00)",
  );
  const { summary } = await sweepOf({ kills: 0 }, (id) => id === "c01" ? { result: RUNS[id]! } : { reason: "none" });
  assertEquals(summary.answer, "everything that was measured may lose more than 100 ms when the process dies");
});

Deno.test("sweep() answers with one kill and one write as with one", async () => {
  const hands: SweepParts["hands"] = {
    run: ({ id }) => Promise.resolve({ result: RUNS[id]! }),
    kill: () => Promise.resolve({ result: { ...KILLS, kills: 1, kills_held: 1, lost_max: 1 } }),
  };
  const { summary: { answer } } = await sweepOf({ hands, kills: 1, question: { ...QUESTION, limit: 10 } });
  assertStringIncludes(answer, "; 1 kill lost at most 1 write, 3.1 ms");
});

Deno.test("sweep() answers the limit that was asked for, also where nothing keeps it", async () => {
  const { summary } = await sweepOf({
    question: { axis: { crash: "power_loss", unit: "writes" }, limit: 100 },
    kills: 0,
  });
  assertEquals(summary.answer, "everything that was measured may lose more than 100 writes when the power fails");
  assertEquals(summary.lose_at_most, { writes: 100 });
  assertEquals(summary.on, "power-loss");
});

Deno.test("sweep() goes on when a configuration fails, and says why", async () => {
  const { summary, kept } = await sweepOf(
    {},
    (id) => id === "c03" ? { reason: "no space left" } : { result: RUNS[id]! },
  );
  assertEquals(kept.filter(({ kind }) => kind === "failure").length, 1);
  const failed = summary.configurations.find(({ id }) => id === "c03");
  assertEquals([failed?.state, failed?.reason, failed?.runs], ["failed", "no space left", 0]);
  assertEquals(summary.frontier, ["c04", "c02", "c01"]);
});

Deno.test("sweep() trusts no promise that a kill has refuted, and kills what takes its place", async () => {
  const killed: string[] = [];
  const { summary } = await sweepOf({
    hands: {
      run: ({ id }) => Promise.resolve({ result: RUNS[id]! }),
      kill: ({ id }) => {
        killed.push(id);
        return Promise.resolve({ result: id === "c02" ? { ...KILLS, kills_held: 3, held: false } : KILLS });
      },
    },
    question: { ...QUESTION, limit: 10 },
  });
  assert(killed.includes("c02"));
  assertStringIncludes(summary.answer, "fastest with at most 10 ms at risk when the process dies: sqlite (c04) ");
  assertEquals(summary.configurations.find(({ id }) => id === "c02")?.state, "dominated");
});

Deno.test("sweep() counts what kills have lost, where that is more than the gauge said", async () => {
  const { summary } = await sweepOf({
    hands: {
      run: ({ id }) => Promise.resolve({ result: RUNS[id]! }),
      kill: ({ id }) => Promise.resolve({ result: id === "c02" ? { ...KILLS, oldest_lost_max_sec: 0.0104 } : KILLS }),
    },
    question: { ...QUESTION, limit: 10 },
  });
  assertStringIncludes(summary.answer, "fastest with at most 10 ms at risk when the process dies: sqlite (c04) ");
  const c02 = summary.configurations.find(({ id }) => id === "c02");
  assertEquals([c02?.state, c02?.loss.process_crash.age_ms], ["frontier", 10.4]);
});

Deno.test("sweep() kills what answers the question before the rest, as there may be no time for all", async () => {
  const killed: string[] = [];
  const hands: SweepParts["hands"] = {
    run: ({ id }) => Promise.resolve({ result: RUNS[id]! }),
    kill: ({ id }) => {
      killed.push(id);
      return Promise.resolve({ result: KILLS });
    },
  };
  await sweepOf({ hands, question: { ...QUESTION, limit: 10 } });
  assertEquals(killed, ["c02", "c03", "c04"]);
  await sweepOf({ hands, question: { ...QUESTION, limit: 0 } });
  assertEquals(killed.slice(3), ["c04", "c03", "c02"]);
});

Deno.test("sweep() says so when all that was measured may lose something, or nothing was measured", async () => {
  const hands: SweepParts["hands"] = {
    run: () => Promise.resolve({ result: RUNS.c01! }),
    kill: () => Promise.resolve(undefined),
  };
  const question = { ...QUESTION, limit: 0 };
  const { summary: { answer } } = await sweepOf({ hands, question });
  assertEquals(answer, "everything that was measured may lose something when the process dies");
  const stopped = await sweepOf({ hands, question, stop: AbortSignal.abort("SIGINT") });
  assertEquals(stopped.summary.answer, "nothing was measured");
});

Deno.test("sweep() ends when told to, with the answer so far, and does not count what was under way", async () => {
  const controller = new AbortController();
  let runs = 0;
  const { summary, kept } = await sweepOf({ stop: controller.signal }, (id) => {
    if (++runs < 6) return { result: RUNS[id]! };
    controller.abort("SIGINT");
    return undefined;
  });
  assertEquals(summary.ended, "interrupted");
  assertEquals(kept.filter(({ kind }) => kind === "run").length, 5);
  assertStringIncludes(summary.answer, "fastest with nothing at risk");
});

Deno.test("sweep() ends with the first round when the time is up", async () => {
  const { summary, kept } = await sweepOf({ budgetMs: 0 });
  assertEquals(summary.ended, "budget");
  assertEquals(kept.map(({ kind }) => kind), ["run", "run", "run", "run", "summary"]);
});

Deno.test("sweep() goes on from what there is, and counts the time that it took", async () => {
  const { kept } = await sweepOf();
  const runs = kept.filter(({ kind }) => kind === "run");
  const before = runs.slice(0, 10);
  const resumed = await sweepOf({ results: new SweepResults(before) });
  const places = (lines: readonly SweepLine[]) =>
    lines.flatMap((line) => line.kind === "run" ? [`${line.configuration} ${line.round}`] : []);
  assertEquals([...places(before), ...places(resumed.kept)], places(runs));
  const spent = before.map((line) => line.kind === "run" ? { ...line, took_ms: 6000 } : line);
  assertEquals((await sweepOf({ results: new SweepResults(spent) })).summary.ended, "budget");
});

/** The rates that the entries keep up within 5 ms. */
const KEPT_UP: Readonly<Record<string, number>> = { c01: 1_000_000, c02: 300_000, c03: 900_000, c04: 5_000 };

const BY_RATE: Question = { ...QUESTION, limit: 10, p99Ms: 5 };

/** A sweep of rates, and at which rates the entries were killed. */
async function sweepRates(changes: Partial<SweepParts> = {}, keptUp = KEPT_UP) {
  const killedAt = new Map<string, number | undefined>();
  const hands: SweepParts["hands"] = {
    run: ({ id }, ratePerSec) => {
      const run = RUNS[id]!;
      if (ratePerSec === undefined) return Promise.resolve({ result: run });
      return Promise.resolve({ result: withP99(run, ratePerSec <= (keptUp[id] ?? 0) ? 4.9 : 5.1) });
    },
    kill: ({ id }, ratePerSec) => {
      killedAt.set(id, ratePerSec);
      return Promise.resolve({ result: HARMLESS_KILLS });
    },
  };
  return { ...await sweepOf({ question: BY_RATE, hands, ...changes }), killedAt };
}

Deno.test("sweep() searches for the rates that keep a p99, and answers with the command at that rate", async () => {
  const { summary, kept, killedAt } = await sweepRates();
  assertEquals([summary.ended, summary.p99_at_most_ms, summary.baseline_drift], ["separated", 5, null]);
  for (const { id, rate_per_sec: ratePerSec, ci95, median_ops_per_sec: median } of summary.configurations) {
    assert(
      typeof ratePerSec === "number" && Math.abs(Math.log(ratePerSec / KEPT_UP[id]!)) < 0.05,
      `${id} ${ratePerSec}`,
    );
    assert(ci95 !== null && ci95[0] <= KEPT_UP[id]! && KEPT_UP[id]! <= ci95[1], `${id} ${ci95}`);
    assertEquals(median, null);
  }
  const rate = summary.configurations[1]?.rate_per_sec;
  assertStringIncludes(
    summary.answer,
    "fastest with at most 10 ms at risk when the process dies and a p99 of at most 5 ms: " +
      "file, flush 2 ms (c02) at ",
  );
  assertEquals(killedAt.get("c02"), rate);
  // The first round is the closed loop, the others have rates.
  for (const line of kept) {
    if (line.kind === "run") assertEquals(line.rate_per_sec === undefined, line.round === 1);
  }
});

Deno.test("sweep() counts the losses of the runs that keep the p99, and of no others", async () => {
  const lossy = fileRun(400_000, { ageMs: 40, boundMs: 5 });
  const { summary } = await sweepRates({
    hands: {
      run: ({ id }, ratePerSec) => {
        const isWithin = ratePerSec !== undefined && ratePerSec <= (KEPT_UP[id] ?? 0);
        return Promise.resolve({ result: withP99(id !== "c02" || isWithin ? RUNS[id]! : lossy, isWithin ? 1 : 50) });
      },
      kill: () => Promise.resolve(undefined),
    },
  });
  assertEquals(summary.configurations[1]?.loss.process_crash.age_ms, 5);
  assertStringIncludes(summary.answer, " (c02) at ");
});

Deno.test("sweep() goes on searching for rates as if it had not been interrupted", async () => {
  const { kept } = await sweepRates();
  const runs = kept.filter((line) => line.kind === "run");
  for (const done of [1, 5, 17, runs.length - 1]) {
    const resumed = await sweepRates({ results: new SweepResults(runs.slice(0, done)) });
    const rates = (lines: readonly SweepLine[]) =>
      lines.flatMap((line) => line.kind === "run" ? [`${line.configuration} ${line.round} ${line.rate_per_sec}`] : []);
    assertEquals(rates(resumed.kept), rates(runs.slice(done)));
  }
});

Deno.test("sweep() says what keeps the p99 at no rate, and when nothing does", async () => {
  const { summary } = await sweepRates({}, { ...KEPT_UP, c02: 0, c04: 0 });
  const states = summary.configurations.map(({ id, state, rate_per_sec: rate }) => `${id} ${state} ${rate === null}`);
  assertEquals(states, ["c01 frontier false", "c02 too_slow true", "c03 frontier false", "c04 too_slow true"]);
  assertEquals(
    summary.answer,
    "everything that keeps a p99 of at most 5 ms may lose more than 10 ms when the process dies",
  );
  assertEquals((await sweepRates({}, {})).summary.answer, "nothing that was measured keeps a p99 of at most 5 ms");
});

Deno.test("sweep() has nothing on the frontier that it has seen to keep the p99 at no rate, though its time is up", async () => {
  // A round and little more: too few trials to be sure of those that keep it at none.
  for (const budgetMs of [2_500, 5_000, 10_000]) {
    const { summary } = await sweepRates({ budgetMs, kills: 0 }, { ...KEPT_UP, c02: 0, c04: 0 });
    for (const { id, state, rate_per_sec: rate } of summary.configurations) {
      if (rate === null) assert(state === "too_slow" || state === "unmeasured", `${id} ${state} of ${budgetMs}`);
      else assert(state === "frontier" || state === "tied" || state === "dominated", `${id} ${state}`);
    }
    assert(!summary.frontier.includes("c02"), summary.frontier.join());
  }
});
