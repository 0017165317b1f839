/**
 * Tests of what others put into a directory: links, pipes and files of their own are neither followed, waited for nor
 * overwritten.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, assertFailed, kvlab, succeeds } from "./kvlab.ts";

const RUN = [
  "file",
  "--file-count=2",
  "--flush-period-us=10000",
  "--threads=1",
  "--load-time-sec=0.1",
  "--no-device-probe",
];
const TEXT = "not kvlab's\n";

const ALTERNATE = "--replace=alternate";
const LOG = "--layout=log";
const NAMES = [
  ["LOCK", ALTERNATE],
  ["shard-0000-of-0002.a.json", ALTERNATE],
  ["shard-0000-of-0002.b.json", ALTERNATE],
  ["log-0000-of-0002.00000001.json", LOG],
  ["log-0001-of-0002.00000001.checkpoint.json", LOG],
] as const;

/** Makes the segment that a checkpoint has beside it, whose absence would be the first thing told. */
function makeSegmentOf(name: string, directory: string): void {
  if (name.includes(".checkpoint")) Deno.writeTextFileSync(`${directory}/${name.replace(".checkpoint", "")}`, "");
}

for (const [name, flag] of NAMES) {
  Deno.test(`a link in place of ${name} is refused, and what it leads to stays as it is`, async () => {
    using parent = temporaryDirectory();
    const target = `${parent.path}/target`;
    const output = `${parent.path}/output`;
    Deno.writeTextFileSync(target, name === "LOCK" ? "" : TEXT);
    Deno.mkdirSync(output);
    makeSegmentOf(name, output);
    Deno.symlinkSync(target, `${output}/${name}`);
    const before = Deno.readTextFileSync(target);
    const ended = await kvlab([...RUN, flag, `--output=${output}`]);
    assertStringIncludes(assertFailed(ended, /it is a link, must be a regular file$/), `${output}/${name}`);
    assertEquals(Deno.readTextFileSync(target), before);
  });

  Deno.test(`a pipe in place of ${name} is refused at once, by a run and by inspect`, async () => {
    using parent = temporaryDirectory();
    if (!await succeeds("mkfifo", [`${parent.path}/${name}`])) throw new Error("mkfifo failed");
    makeSegmentOf(name, parent.path);
    const ended = await kvlab([...RUN, flag, `--output=${parent.path}`]);
    assertStringIncludes(assertFailed(ended, /it is a pipe, must be a regular file$/), `${parent.path}/${name}`);
    if (name === "LOCK") Deno.writeTextFileSync(`${parent.path}/shard-0000-of-0002.json`, "");
    const inspected = await kvlab(["inspect", parent.path]);
    assertCode(inspected, 1);
    assertMatch(inspected.stderr, /^kvlab: Cannot open .*: it is a pipe, must be a regular file\n$/);
  });
}

Deno.test("a link made in mid-run is not written through", async () => {
  using parent = temporaryDirectory();
  const target = `${parent.path}/target`;
  const output = `${parent.path}/output`;
  Deno.writeTextFileSync(target, TEXT);
  const first = await kvlab([...RUN, "--replace=alternate", `--output=${output}`]);
  assertCode(first, 0);
  // Only the second files are missing now, which the next run creates, as nothing lists them.
  for (const name of namesIn(output)) {
    if (name.includes(".b.") || name === "STORE") Deno.removeSync(`${output}/${name}`);
  }
  Deno.symlinkSync(target, `${output}/shard-0000-of-0002.b.json`);
  assertFailed(await kvlab([...RUN, "--replace=alternate", `--output=${output}`]), /it is a link/);
  assertEquals(Deno.readTextFileSync(target), TEXT);
});

Deno.test("a LOCK of another program is refused, not overwritten", async () => {
  using directory = temporaryDirectory();
  for (const content of [TEXT, "12 monkeys", "{}", "\0?"]) {
    Deno.writeTextFileSync(`${directory.path}/LOCK`, content);
    assertFailed(await kvlab([...RUN, `--output=${directory.path}`]), /LOCK: it is not kvlab's/);
    assertEquals(Deno.readTextFileSync(`${directory.path}/LOCK`), content);
    assertEquals(namesIn(directory.path), ["LOCK"]);
  }
});

Deno.test("a temporary directory is its owner's alone, and goes away when a later run finds it left behind", async () => {
  using parent = temporaryDirectory();
  const contents = {
    left: { "shard-0000-of-0002.json": "" },
    log: { "log-0000-of-0001.00000001.json": "", "log-0000-of-0001.00000001.checkpoint.json.tmp": "" },
    engine: { ENGINE: "kvlab engine sqlite\n", "anything at all": "" },
    foreign: { "shard-0000-of-0002.json": "", notes: TEXT },
    recent: { "shard-0000-of-0002.json": "" },
  };
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const [name, files] of Object.entries(contents)) {
    const path = `${parent.path}/kvlab-run-${name}`;
    Deno.mkdirSync(path);
    for (const [file, text] of Object.entries({ LOCK: "1\n", ...files })) {
      Deno.writeTextFileSync(`${path}/${file}`, text);
    }
    if (name !== "recent") Deno.utimeSync(path, longAgo, longAgo);
  }
  assertCode(await kvlab(RUN, { env: { TMPDIR: parent.path } }), 0);
  assertEquals(namesIn(parent.path), ["kvlab-run-foreign", "kvlab-run-recent"]);
});
