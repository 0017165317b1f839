/**
 * Tests of kvlab with a PostgreSQL of its own: that it measures and crashes it, and that nothing of it is left.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readPid } from "../../lib/engine/server/server_process.ts";
import { until } from "../../lib/sync/delay.ts";
import { postgresTest } from "../engine/postgres/postgres_server.ts";
import { isAlive } from "../engine/server/processes.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, assertFailed, kvlab, KvlabProcess } from "./kvlab.ts";

const LOAD = ["--threads=2", "--pattern=unthrottled", "--keys=500", "--workload=a"];

postgresTest("a kill of a PostgreSQL loses what it may, and leaves nothing behind", async () => {
  using directory = temporaryDirectory();
  const crash = ["crash", "--kills=1", ...LOAD, "--load-time-sec=0.3", "postgres", "--spawn", "--in-flight=4"];
  const ended = await kvlab(crash, { env: { TMPDIR: directory.path } });
  assertCode(ended, 0);
  assertMatch(ended.stdout, /^verdict {5}1 of 1 kills lost no more than promised$/m);
  assertEquals(namesIn(directory.path), []);
});

postgresTest("a kvlab that is killed takes its PostgreSQL and its directory with it", async () => {
  using directory = temporaryDirectory();
  const env = { TMPDIR: directory.path };
  const process = KvlabProcess.start([...LOAD, "--load-time-sec=60", "postgres", "--spawn"], { env });
  await process.says("kvlab: running");
  const [name = ""] = namesIn(directory.path);
  const pid = readPid(`${directory.path}/${name}`);
  assert(pid !== undefined);
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ");
  assert(children.length > 3);
  process.signal("SIGKILL");
  await process.ended;
  await until(() => ![pid, ...children].some(isAlive) && namesIn(directory.path).length === 0, {
    what: "the server's end",
    timeoutMs: 30_000,
  });
});

postgresTest(
  "what keeps a PostgreSQL from starting is told in its own last words, and nothing is left of it",
  async () => {
    using directory = temporaryDirectory();
    const output = `${directory.path}/store`;
    assertCode(await kvlab([...LOAD, "--ops=10", "postgres", "--spawn", `--output=${output}`]), 0);
    Deno.writeTextFileSync(`${output}/data/postgresql.conf`, "no_such_setting = 1\n", { append: true });
    const ended = await kvlab([...LOAD, "postgres", "--spawn", `--output=${output}`]);
    const line = assertFailed(ended, /^kvlab: Cannot start /);
    assertStringIncludes(line, 'unrecognized configuration parameter "no_such_setting"');
    assertEquals(namesIn(output).filter((name) => name.startsWith("socket")), []);
  },
);

Deno.test("a PostgreSQL that is not on the machine is one line, which says which package has it", async () => {
  using directory = temporaryDirectory();
  const ended = await kvlab(["postgres", `--spawn=${directory.path}`]);
  assertFailed(ended, /^kvlab: Cannot start postgres: there is no program .*\/postgres, must be in --spawn=DIR/);
});
