/**
 * Tests of the report from outside: what is written, and the one line that says why nothing is.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type ResultName, resultText } from "../page/results.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, type Ended, kvlab, linesOf } from "./kvlab.ts";

/** Writes a result into the directory; returns its path. */
function resultIn(directory: string, name: ResultName): string {
  const path = `${directory}/${name}.json`;
  Deno.writeTextFileSync(path, resultText(name));
  return path;
}

function assertRefused(ended: Ended, line: RegExp): void {
  assertCode(ended, 1);
  assertEquals(ended.stdout, "");
  const [said = "", ...others] = linesOf(ended.stderr);
  assertEquals(others, []);
  assertMatch(said, line);
}

Deno.test("report writes a page and a map of all results, and says where", async () => {
  using directory = temporaryDirectory();
  using source = temporaryDirectory();
  const results = (["memory", "log", "crash"] as const).map((name) => resultIn(source.path, name));
  const ended = await kvlab(["report", ...results, "--output=page.html", "--map=map.svg"], { cwd: directory.path });
  assertCode(ended, 0);
  assertEquals(ended.stdout, "");
  assertEquals(linesOf(ended.stderr), ["kvlab: wrote page.html and map.svg"]);
  assertEquals(namesIn(directory.path), ["map.svg", "page.html"]);
  assertMatch(Deno.readTextFileSync(`${directory.path}/page.html`), /^<!doctype html>[^]*<\/html>\n$/);
  assertMatch(Deno.readTextFileSync(`${directory.path}/map.svg`), /^<svg [^]*<\/svg>\n$/);
});

Deno.test("report refuses what is no result, or a damaged one, and writes nothing then", async () => {
  using directory = temporaryDirectory();
  const sound = resultText("memory");
  const files = {
    "empty.json": "",
    "foreign.json": '{"name": "something else"}',
    "text.txt": "total_ops: 5\n",
    "torn.json": sound.slice(0, sound.length / 2),
    "old.json": sound.replace("kvlab-result/1", "kvlab-result/0"),
    "sweep.jsonl": '{"kind":"kvlab/sweep","version":2}\n',
  };
  for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${directory.path}/${name}`, text);
  const why = {
    "empty.json": /^kvlab: Cannot read empty\.json: it is empty$/,
    "foreign.json": /^kvlab: Cannot read foreign\.json: it is not a result of kvlab: neither a run, /,
    "text.txt": /^kvlab: Cannot read text\.txt: it is not JSON, must be what --result, --format=json or /,
    "torn.json": /^kvlab: Cannot read torn\.json: it is not JSON, /,
    "old.json": /^kvlab: Cannot read old\.json: its schema is kvlab-result\/0, must be kvlab-result\/1$/,
    "sweep.jsonl": /^kvlab: Cannot read sweep\.jsonl: line 1 is of version 2, must be 1$/,
    "nothing.json": /^kvlab: Cannot read nothing\.json: No such file or directory/,
    ".": /^kvlab: Cannot read \.: Is a directory/,
  };
  const memory = resultIn(directory.path, "memory");
  const before = namesIn(directory.path);
  await Promise.all(
    Object.entries(why).map(async ([name, line]) => {
      const ended = await kvlab(["report", memory, name], { cwd: directory.path });
      assertRefused(ended, line);
    }),
  );
  assertEquals(namesIn(directory.path), before);
});

Deno.test("report refuses an output that cannot be written, or is one of the results by another name", async () => {
  using directory = temporaryDirectory();
  const result = `${directory.path}/result.json`;
  Deno.writeTextFileSync(result, resultText("memory"));
  Deno.symlinkSync("result.json", `${directory.path}/link.html`);
  const [missing, folder, link, single] = await Promise.all([
    kvlab(["report", result, "--output=none/page.html"], { cwd: directory.path }),
    kvlab(["report", result, "--output=."], { cwd: directory.path }),
    kvlab(["report", result, "--output=link.html"], { cwd: directory.path }),
    kvlab(["report", result, "--map=map.svg"], { cwd: directory.path }),
  ]);
  assertRefused(missing, /^kvlab: Cannot write none\/page\.html: No such file or directory/);
  assertRefused(folder, /^kvlab: Cannot write \.: it is a directory$/);
  assertRefused(link, /^kvlab: Cannot write link\.html: it is one of the results$/);
  assertRefused(single, /^kvlab: Cannot write map\.svg: a map needs two measured configurations$/);
  assertEquals(Deno.readTextFileSync(result), resultText("memory"));
});

Deno.test("a run and a crash write their page beside their result", async () => {
  using directory = temporaryDirectory();
  const load = ["--threads=1", "--load-time-sec=0.2", "--quiet", "--seed=1"];
  const file = ["file", "--file-count=2", "--flush-period-us=1000"];
  const [run, repeated, crash] = await Promise.all([
    kvlab([...load, "--report=run.html", "memory"], { cwd: directory.path }),
    kvlab([...load, "--repeat=2", "--report=repeat.html", ...file], { cwd: directory.path }),
    kvlab(["crash", "--kills=2", ...load, "--report=crash.html", ...file], { cwd: directory.path }),
  ]);
  for (const ended of [run, repeated, crash]) {
    assertCode(ended, 0);
    assertEquals(ended.stderr, "");
    assert(ended.stdout !== "");
  }
  assertEquals(namesIn(directory.path), ["crash.html", "repeat.html", "run.html"]);
  assertStringIncludes(Deno.readTextFileSync(`${directory.path}/repeat.html`), "median of 2 runs");
  assertStringIncludes(Deno.readTextFileSync(`${directory.path}/crash.html`), "2 of 2");
});

Deno.test("a page that cannot be written is refused before the load begins", async () => {
  const load = ["--threads=1", "--load-time-sec=60", "--report=/nowhere/page.html"];
  const [run, crash] = await Promise.all([
    kvlab([...load, "memory"]),
    kvlab(["crash", ...load, "file", "--file-count=2", "--flush-period-us=1000"]),
  ]);
  for (const ended of [run, crash]) assertRefused(ended, /^kvlab: Cannot write \/nowhere\/page\.html: No such file/);
});
