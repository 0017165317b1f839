/**
 * Tests of what kvlab is permitted to do, and of what it says where it is not.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { missingFor } from "../engine/missing.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, linesOf, REPOSITORY, resultOf, succeeds, testWhere } from "./kvlab.ts";

/** What measuring needs no permission for. */
const REFUSED = ["connect", "listen", "environment", "library", "shell", "host name", "user", "interfaces"];

/** What the script says was refused to it with a task's permissions. */
async function refusedTo(task: string): Promise<string[]> {
  const flags = task.split(" ").filter((word) => word.startsWith("--"));
  const script = new URL("permission_script.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags.map((flag) => flag.replaceAll("$TMPDIR", "/tmp")), script],
    cwd: REPOSITORY,
    env: { TMPDIR: "/tmp" },
    stdin: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("deno task costs may not even know the machine, nor write anywhere but among temporary files", async () => {
  const { command } = denoJson.tasks.costs;
  assertEquals(await refusedTo(command), [...REFUSED, "itself", "kernel", "memory"]);
  assertMatch(command, / --allow-read=\.,\$TMPDIR --allow-write=\$TMPDIR /);
});

Deno.test("a result says all about the machine, the limits and the file system", async () => {
  using directory = temporaryDirectory();
  const file = ["file", "--file-count=2", "--queue-depth=4", "--sync=data", `--output=${directory.path}`];
  const ended = await kvlab(["--threads=1", "--load-time-sec=0.1", "--format=json", ...file]);
  assertCode(ended, 0);
  assertGreater(resultOf(ended).total_ops, 0);
  const { machine, file_system } = JSON.parse(ended.stdout);
  for (const [name, value] of Object.entries(machine)) assert(value !== null, name);
  assertEquals(typeof file_system, "string");
});

Deno.test("a crash works in any directory, through links, with a loader of one's own", async () => {
  using directory = temporaryDirectory();
  Deno.mkdirSync(`${directory.path}/a,b`);
  Deno.symlinkSync(`${directory.path}/a,b`, `${directory.path}/link`);
  for (const output of [`${directory.path}/a,b`, `${directory.path}/link/c`, "relative"]) {
    const args = ["crash", "--kills=1", "--load-time-sec=0.1", "--threads=1", "--seed=1", "file", "--file-count=2"];
    const ended = await kvlab([...args, "--queue-depth=4", `--output=${output}`], {
      cwd: directory.path,
      env: { LD_LIBRARY_PATH: "/nowhere", LD_BIND_NOW: "1", LD_ORIGIN_PATH: "/nowhere", DYLD_ANY: "1" },
    });
    assertCode(ended, 0);
    assertMatch(ended.stdout, /^kills {7}1$/m);
  }
  assertEquals(namesIn(directory.path), ["a,b", "link", "relative"]);
});

/** Where Deno lets only those in that may do everything: it lies among the devices. */
const MEMORY = "/dev/shm";

/** If the machine has it. */
const ROCKSDB = missingFor("rocksdb") === undefined ? [["rocksdb"]] : [];

const noMemory = await succeeds("test", ["-d", MEMORY, "-a", "-w", MEMORY]) ? undefined : `${MEMORY} is missing`;

testWhere(noMemory, "a file system in memory is like any other, for a store, temporary files and results", async () => {
  using directory = temporaryDirectory(MEMORY);
  const output = `${directory.path}/store`;
  const load = ["--threads=1", "--load-time-sec=0.1", "--seed=1", "--pattern=unthrottled"];
  const file = ["file", "--file-count=2", "--queue-depth=4", `--output=${output}`];
  assertCode(await kvlab([...load, `--result=${directory.path}/a.json`, ...file]), 0);
  assertCode(await kvlab(["crash", "--kills=1", ...load, ...file]), 0);
  const exported = await kvlab(["export", output]);
  assertCode(exported, 0);
  assertGreater(Object.keys(JSON.parse(exported.stdout)).length, 0);
  for (
    const backend of [
      ["file", "--file-count=2", "--queue-depth=4"],
      ["sqlite"],
      ["leveldb"],
      ["denokv"],
      ["lmdb"],
      ...ROCKSDB,
    ]
  ) {
    assertCode(await kvlab([...load, ...backend], { env: { TMPDIR: directory.path } }), 0);
  }
  assertEquals(namesIn(directory.path), ["a.json", "store"]);
});

Deno.test("what kvlab is not permitted it says in its own words", async () => {
  using directory = temporaryDirectory();
  const main = new URL("main.ts", REPOSITORY).href;
  const program = [Deno.execPath(), "run", "--quiet", "--no-prompt", "--allow-read", "--allow-sys", main];
  const attempts = [
    ["--threads=1", `--result=${directory.path}/a`, "memory"],
    ["--threads=1", "file", "--file-count=1", "--queue-depth=1"],
    ["inspect", "/proc/self"],
    ["sqlite"],
  ];
  for (const args of attempts) {
    const ended = await kvlab(args, { program });
    assertCode(ended, 1);
    const line = linesOf(ended.stderr).at(-1) ?? "";
    assertMatch(
      line,
      /^kvlab: Cannot .*: it is not permitted; deno task start permits all that kvlab needs$/,
      args.join(" "),
    );
  }
});
