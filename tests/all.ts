/**
 * Runs all tests: some files at a time, each in a process of its own, so that machines with several processors are
 * busy.
 *
 * `deno test --parallel` would run them in the threads of one process. There, a program that one thread starts inherits
 * for a moment the locks of directories that another has open, which is then told that they are still locked.
 *
 * @module
 */
import { print } from "../lib/command/terminal.ts";

/** Folders whose files take long, and each run by itself; the files of every other folder run together. */
const LONG = ["campaign", "main"];
/** How many files of other folders take about as long as a long one. */
const LONG_FILES = 16;
/** Folders whose tests measure time: nothing else runs beside them. */
const ALONE = ["sync", "metrics"];
/** Files at a time; each keeps more than one processor busy only now and then. */
const AT_A_TIME = Math.max(1, Math.min(4, navigator.hardwareConcurrency));

/** As the task `start` does: each worker that a test starts would look at all that it may import later. */
const LAZILY = "--unstable-lazy-dynamic-imports";

const TESTS = new URL("./", import.meta.url);

/** What a test process counts in its last line. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

/**
 * Paths below `tests/` that run in one process, each a file or a folder: first what takes longest, so that all end
 * together.
 */
export function units(files: readonly string[]): string[] {
  const sizes = new Map<string, number>();
  for (const file of files) {
    const [folder = ""] = file.split("/");
    const isLong = LONG.includes(folder) && folder !== file;
    const unit = isLong || folder === file ? file : `${folder}/`;
    sizes.set(unit, isLong ? LONG_FILES : (sizes.get(unit) ?? 0) + 1);
  }
  const size = (unit: string) => sizes.get(unit) ?? 0;
  return [...sizes.keys()].sort((a, b) => size(a) === size(b) ? 0 : size(b) - size(a));
}

/** All test files, as paths below `tests/`. */
export function testFiles(folder = ""): string[] {
  return [...Deno.readDirSync(new URL(folder, TESTS))].sort((a, b) => a.name < b.name ? -1 : 1).flatMap((entry) =>
    entry.isDirectory
      ? testFiles(`${folder}${entry.name}/`)
      : entry.name.endsWith("_test.ts")
      ? [folder + entry.name]
      : []
  );
}

/** Reads a line such as `ok | 123 passed (4 steps) | 0 failed | 1 ignored (1m5s)`; `undefined` if there is none. */
export function countsIn(output: string): Counts | undefined {
  // deno-lint-ignore no-control-regex -- the lines are coloured for a terminal
  const line = output.replaceAll(/\x1b\[[0-9;]*m/g, "").match(/^(?:ok|FAILED) \| \d+ passed.*$/gm)?.at(-1);
  if (line === undefined) return undefined;
  const count = (name: string) => Number(new RegExp(`(\\d+) ${name}`).exec(line)?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), ignored: count("ignored") };
}

/** Runs one unit, and prints what it has printed when it has ended; returns whether nothing failed, and the counts. */
async function run(unit: string, args: readonly string[]): Promise<{ ok: boolean; counts: Counts }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--quiet", "--no-check", "--allow-all", LAZILY, ...args, `tests/${unit}`],
    cwd: new URL("../", TESTS),
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  print(text + new TextDecoder().decode(stderr));
  const counts = countsIn(text);
  return { ok: code === 0 && counts !== undefined, counts: counts ?? { passed: 0, failed: 1, ignored: 0 } };
}

async function runAll(args: readonly string[]): Promise<boolean> {
  const startedAtMs = performance.now();
  const sum = { passed: 0, failed: 0, ignored: 0 };
  const failed: string[] = [];
  const inLanes = async (units: readonly string[], lanes: number) => {
    const rest = units.values();
    await Promise.all(Array.from({ length: lanes }, async () => {
      for (const unit of rest) {
        const { ok, counts } = await run(unit, args);
        if (!ok) failed.push(unit);
        for (const name of ["passed", "failed", "ignored"] as const) sum[name] += counts[name];
      }
    }));
  };
  const all = units(testFiles());
  const isAlone = (unit: string) => ALONE.includes(unit.split("/")[0] ?? "");
  await inLanes(all.filter((unit) => !isAlone(unit)), AT_A_TIME);
  await inLanes(all.filter(isAlone), 1);
  for (const unit of failed) print(`FAILED: tests/${unit}\n`);
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  const took = `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  const verdict = failed.length === 0 ? "ok" : "FAILED";
  print(`${verdict} | ${sum.passed} passed | ${sum.failed} failed | ${sum.ignored} ignored (${took})\n`);
  return failed.length === 0;
}

if (import.meta.main) Deno.exit(await runAll(Deno.args) ? 0 : 1);
