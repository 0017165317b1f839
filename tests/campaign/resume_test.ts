/**
 * The resume campaign: kills a sweep with SIGKILL at random moments and goes on with it, until it ends; no finished run
 * may be lost, and none run again. `deno task test:resume --full` for 20 kills.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { next } from "../../lib/sweep/planner.ts";
import { SweepResults } from "../../lib/sweep/results.ts";
import { parseSweepFile } from "../../lib/sweep/results_file.ts";
import { spaceOf } from "../../lib/sweep/summary.ts";
import { kvlab, KvlabProcess } from "../main/kvlab.ts";
import { temporaryDirectory } from "../run/files.ts";
import { numberOption, report, rounds } from "./campaign.ts";
import { Swarm } from "./swarm.ts";

const KILLS = rounds({ small: 2, full: 20 });
/** The latest moment of a kill, from the start of the process. */
const KILL_MS_MAX = 4000;
/** How many runs the sweep still does after the last kill, at least. */
const LEFT_MS = 4000;

const SEED = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
const SWARM = new Swarm(SEED);
/** Dimensions of the load that are the campaign's own, or would take longer than it has. */
const OWN_FLAGS = ["threads", "load-time-sec", "seed"];

const ARGS = [
  "sweep",
  "--kills=0",
  "--threads=1",
  "--load-time-sec=0.05",
  "--warmup=0s",
  `--seed=${SEED}`,
  "--resume",
];
const FILE = ["file", "--file-count=1", "--layout=log", "--commit-delay-us=0"];
const GROUPS = [
  ...SWARM.loadArgs(1, FILE, { bytesMax: 1 << 20 }).filter((arg) => !OWN_FLAGS.includes(arg.slice(2).split("=")[0]!)),
  "--",
  "memory",
  "--",
  ...FILE.map((arg) => arg.replace("=1", "=1,2")),
  "--sync=none,data",
];

Deno.test("a sweep that is killed goes on with --resume: no finished run is lost or run again", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/r.jsonl`;
  let known: readonly string[] = [];
  // The first sitting creates the file, and is not killed before it has.
  const first = ARGS.filter((arg) => arg !== "--resume");
  const started = KvlabProcess.start([...first, `--results=${path}`, "--budget=1m", ...GROUPS]);
  await started.says("kvlab: sweep of");
  await killLater(started);
  for (let kill = 1; kill < KILLS; kill++) {
    known = assertGoesOn(path, known);
    await killLater(KvlabProcess.start([...ARGS, `--results=${path}`, "--budget=10m", ...GROUPS]));
  }
  known = assertGoesOn(path, known);
  const spentMs = known.map((line) => JSON.parse(line)).reduce((sum, { took_ms }) => sum + (took_ms ?? 0), 0);
  const budget = `--budget=${Math.ceil((spentMs + LEFT_MS) / 1000) + 1}s`;
  const ended = await kvlab([...ARGS, `--results=${path}`, budget, ...GROUPS]);
  assertEquals(ended.code, 0, ended.stderr);
  known = assertGoesOn(path, known);
  report("resume", { seed: SEED, kills: KILLS, runs: known.length - 2 });
});

/** Kills it at a random moment. */
async function killLater(process: KvlabProcess): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * KILL_MS_MAX));
  process.signal("SIGKILL");
  assertEquals((await process.ended).signal, "SIGKILL");
}

/** Checks that all whole lines known are still there, and that the runs are those of an uninterrupted sweep. */
function assertGoesOn(path: string, known: readonly string[]): string[] {
  const text = Deno.readTextFileSync(path);
  const lines = text.split("\n").slice(0, -1);
  assertEquals(lines.slice(0, known.length), known);
  const { header, lines: parsed } = parseSweepFile(path, text);
  const runs = parsed.filter((line) => line.kind === "run" || line.kind === "failure");
  const question = { axis: { crash: "process_crash", unit: "age_ms" }, limit: undefined } as const;
  const space = spaceOf(header.configurations, header.seed, question);
  for (const [index, { configuration, round }] of runs.entries()) {
    const before = new SweepResults(runs.slice(0, index)).outcomes(question);
    assertEquals(next(space, before), { kind: "run", configuration, round }, `run ${index}`);
  }
  return lines;
}
