/**
 * Tests of the sweep's command: what its flags mean, and the one line that wrong ones get.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { SweepCommand } from "../../lib/command/command.ts";
import { assertRefused, DEFAULTS, parse } from "./command_lines.ts";

function parseSweep(line: string): SweepCommand {
  const command = parse(line);
  assert(command.kind === "sweep", line);
  return command;
}

const PLAIN: SweepCommand = {
  kind: "sweep",
  load: new Map(),
  defaults: DEFAULTS,
  groups: [],
  budgetMs: 600_000,
  axis: { crash: "process_crash", unit: "age_ms" },
  limit: undefined,
  isByPromise: false,
  kills: 5,
  cut: "process",
  resume: false,
  dryRun: false,
  yes: false,
  format: "text",
  quiet: false,
};

Deno.test("parseCommand() reads a sweep with its groups behind each --", () => {
  assertEquals(parseSweep("sweep"), PLAIN);
  assertEquals(parseSweep("sweep --budget=3m -- memory -- file --file-count=1,2"), {
    ...PLAIN,
    budgetMs: 180_000,
    groups: [["memory"], ["file", "--file-count=1,2"]],
  });
  assertEquals(parseSweep("sweep -- memory --").groups, [["memory"], []]);
  assertEquals(parseSweep("sweep --").groups, [[]]);
});

Deno.test("parseCommand() reads a sweep's load, as given", () => {
  const { load } = parseSweep("sweep --keys=1M -t2 --workload a --no-preload");
  assertEquals([...load], [["threads", "2"], ["workload", "a"], ["keys", "1M"], ["no-preload", ""]]);
});

Deno.test("parseCommand() reads what a sweep is asked", () => {
  const asked = (line: string) => {
    const { axis, limit } = parseSweep(line);
    return { ...axis, limit };
  };
  assertEquals(asked("sweep --lose-at-most=10ms"), { crash: "process_crash", unit: "age_ms", limit: 10 });
  assertEquals(asked("sweep --lose-at-most=0.5s"), { crash: "process_crash", unit: "age_ms", limit: 500 });
  assertEquals(asked("sweep --lose-at-most=100"), { crash: "process_crash", unit: "writes", limit: 100 });
  assertEquals(asked("sweep --lose-at-most=0 --on=power-loss"), { crash: "power_loss", unit: "writes", limit: 0 });
  assertEquals(parseSweep("sweep --p99-at-most=5ms"), { ...PLAIN, p99Ms: 5 });
  assertEquals(parseSweep("sweep --p99-at-most=0.1ms --lose-at-most=10").p99Ms, 0.1);
  assertEquals(parseSweep("sweep --kills=0 --results=a.jsonl --resume --dry-run --yes --format=json --quiet"), {
    ...PLAIN,
    kills: 0,
    resultsFile: "a.jsonl",
    resume: true,
    dryRun: true,
    yes: true,
    format: "json",
    quiet: true,
  });
});

Deno.test("parseCommand() reads what all of a sweep has to promise, and cuts what the promise is about", () => {
  const promised = (crash: "process_crash" | "power_loss", cut: "process" | "power") => ({
    ...PLAIN,
    axis: { crash, unit: "writes" } as const,
    limit: 0,
    isByPromise: true,
    cut,
  });
  assertEquals(
    parseSweep("sweep --promise=nothing-lost-when-the-process-dies"),
    promised("process_crash", "process"),
  );
  const power = "sweep --promise=nothing-lost-when-power-fails";
  assertEquals(parseSweep(power), promised("power_loss", "power"));
  assertRefused(
    `${power} --cut=process`,
    "--promise=nothing-lost-when-power-fails is put to the test by --cut=power alone",
  );
  for (const other of ["--lose-at-most=10ms", "--on=power-loss"]) {
    const [name] = other.split("=");
    assertRefused(`${power} ${other}`, `--promise and ${name} both say what may be lost, give one of them`);
  }
});

Deno.test("parseCommand() refuses what a sweep cannot be, in one clear line", () => {
  const losses = "a duration up to a day in ms, s or m, or a number of writes, such as 10ms, 100 or 0";
  assertRefused("sweep --lose-at-most=10us", `--lose-at-most must be ${losses}, got "10us"`);
  assertRefused("sweep --lose-at-most=-1", `--lose-at-most must be ${losses}, got "-1"`);
  assertRefused("sweep --on=fire", '--on must be process-crash or power-loss, got "fire"');
  assertRefused("sweep --kills=1001", '--kills must be a whole number from 0 to 1000, got "1001"');
  assertRefused("sweep --resume", "--resume needs --results=FILE.jsonl to continue from");
  assertRefused("sweep memory", 'unexpected "memory" after sweep, a backend and its flags go after "--"');
  assertRefused("sweep --plan=p.json -- memory", '--plan defines the groups, got others after "--" as well');
  assertRefused("sweep --repeat=3", "sweep takes no --repeat: it goes on in rounds until --budget is up");
  assertRefused("sweep --rate=10k", "sweep takes no --rate: it compares how fast each configuration can be");
  const latencies = "a duration from 0.1ms to a day in ms, s or m, such as 5ms";
  for (const text of ["0ms", "0.09ms", "5", "5us", "-1ms", "fast"]) {
    assertRefused(`sweep --p99-at-most=${text}`, `--p99-at-most must be ${latencies}, got "${text}"`);
  }
  const byRate = "sweep --p99-at-most=5ms";
  assertRefused(`${byRate} --rate=10k`, "sweep takes no --rate with --p99-at-most, which searches for rates");
  assertRefused(
    `${byRate} --pattern=unthrottled`,
    "sweep takes no --pattern with --p99-at-most: operations begin at rates",
  );
  assertRefused(
    `${byRate} --ops=1k`,
    "sweep takes no --ops with --p99-at-most: at low rates they would take too long, so --load-time-sec ends the load",
  );
  assertRefused(
    `${byRate} --latency-sample=0`,
    "sweep takes no --latency-sample=0 with --p99-at-most, which needs latencies",
  );
  assertRefused(
    "sweep --threads=1,2 -- memory",
    '--threads takes one value, got the list "1,2": only flags after "--" take lists',
  );
  assertRefused("sweep --results=a --report=a", '--results and --report must be different files, got "a" for both');
});
