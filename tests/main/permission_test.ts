/**
 * Tests of what kvlab is permitted to do: all that it does, and little else.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, REPOSITORY, resultOf } from "./kvlab.ts";

/** What nothing in kvlab needs. */
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

/** What the engines need of it: servers to talk to, and a shell that ends them with kvlab; a library; and root to cut power. */
const FOR_ENGINES = ["connect", "listen", "library", "shell", "user"];

Deno.test("deno task start may not read the environment, or know its host", async () => {
  const refused = REFUSED.filter((name) => !FOR_ENGINES.includes(name));
  assertEquals(await refusedTo(denoJson.tasks.start.command), refused);
});

Deno.test("deno task costs may not even know the machine, nor write anywhere but among temporary files", async () => {
  const { command } = denoJson.tasks.costs;
  assertEquals(await refusedTo(command), [...REFUSED, "itself", "kernel", "memory"]);
  assertMatch(command, / --allow-read=\.,\$TMPDIR --allow-write=\$TMPDIR /);
});

Deno.test("with these permissions a result still says all about the machine, the limits and the file system", async () => {
  using directory = temporaryDirectory();
  const file = ["file", "--file-count=2", "--queue-depth=4", "--sync=data", `--output=${directory.path}`];
  const ended = await kvlab(["--threads=1", "--load-time-sec=0.1", "--format=json", ...file]);
  assertCode(ended, 0);
  assertGreater(resultOf(ended).total_ops, 0);
  const { machine, file_system } = JSON.parse(ended.stdout);
  for (const [name, value] of Object.entries(machine)) assert(value !== null, name);
  assertEquals(typeof file_system, "string");
});

Deno.test("with these permissions a crash works in any directory, through links, with a loader of one's own", async () => {
  using directory = temporaryDirectory();
  Deno.mkdirSync(`${directory.path}/a,b`);
  Deno.symlinkSync(`${directory.path}/a,b`, `${directory.path}/link`);
  for (const output of [`${directory.path}/a,b`, `${directory.path}/link/c`, "relative"]) {
    const args = ["crash", "--kills=1", "--load-time-sec=0.1", "--threads=1", "--seed=1", "file", "--file-count=2"];
    const ended = await kvlab([...args, "--queue-depth=4", `--output=${output}`], {
      cwd: directory.path,
      env: { LD_LIBRARY_PATH: "/nowhere" },
    });
    assertCode(ended, 0);
    assertMatch(ended.stdout, /^kills {7}1$/m);
  }
  assertEquals(namesIn(directory.path), ["a,b", "link", "relative"]);
});
