/**
 * Tests of kvlab with a redis server of its own: that it measures, and that the server never outlives it.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { until } from "../../lib/engine/redis/delay.ts";
import { readPid } from "../../lib/engine/redis/server_process.ts";
import { redisTest } from "../engine/redis/redis_server.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, KvlabProcess, linesOf, resultOf } from "./kvlab.ts";

const LOAD = ["--threads=2", "--pattern=unthrottled", "--format=json"];

redisTest("kvlab redis --spawn measures, reads the settings back, and leaves nothing behind", async () => {
  using directory = temporaryDirectory();
  const env = { TMPDIR: directory.path };
  const args = [...LOAD, "--load-time-sec=0.3", "redis", "--spawn", "--appendfsync=everysec", "--in-flight=8"];
  const ended = await kvlab(args, { env });
  assertCode(ended, 0);
  const document = JSON.parse(ended.stdout);
  assertGreater(resultOf(ended).total_ops, 0);
  assertEquals(document.engine.settings.appendfsync, "everysec");
  assertMatch(document.promises.power_loss, /the last second/);
  assertEquals(namesIn(directory.path), []);
});

redisTest("a server that dies in the middle of the load costs neither what was measured nor a clear line", async () => {
  using directory = temporaryDirectory();
  const output = `${directory.path}/store`;
  const args = [...LOAD, "--load-time-sec=60", "redis", "--spawn", `--output=${output}`, "--in-flight=8"];
  const process = KvlabProcess.start(args);
  await process.says("kvlab: running");
  new Deno.Command("kill", { args: ["-s", "KILL", readPid(output) ?? ""] }).outputSync();
  const ended = await process.ended;
  assertCode(ended, 1);
  assertMatch(linesOf(ended.stderr).at(-1) ?? "", /^kvlab: Cannot (put into|get from) redis:\/\/127\.0\.0\.1:\d+: /);
  const document = JSON.parse(ended.stdout);
  assertMatch(document.failed, /^Cannot (put into|get from) redis/);
  assertEquals(typeof document.total_ops, "number");
});

redisTest("a kvlab that is killed takes its server and its directory with it", async () => {
  using directory = temporaryDirectory();
  const env = { TMPDIR: directory.path };
  const process = KvlabProcess.start([...LOAD, "--load-time-sec=60", "redis", "--spawn", "--in-flight=8"], { env });
  await process.says("kvlab: running");
  const [name = ""] = namesIn(directory.path);
  const pid = readPid(`${directory.path}/${name}`);
  assert(pid !== undefined);
  process.signal("SIGKILL");
  await process.ended;
  const isAlive = () => new Deno.Command("kill", { args: ["-s", "0", pid], stderr: "null" }).outputSync().success;
  await until(() => Promise.resolve(!isAlive() && namesIn(directory.path).length === 0), "the server's end", 30_000);
});
