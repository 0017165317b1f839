/**
 * Tests of what a run says that it cost, as its user could measure it: by `time`, `du`, and the server's own word.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { redisTest, Running } from "../engine/redis/redis_server.ts";
import { temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, testWhere } from "./kvlab.ts";

const TIME = "/usr/bin/time";

// deno-lint-ignore no-explicit-any -- a document is looked into at many places
async function result(args: readonly string[], wrapper: readonly string[] = []): Promise<any> {
  const ended = await kvlab([...args, "--quiet", "--format=json"], { wrapper });
  assertCode(ended, 0);
  return JSON.parse(ended.stdout);
}

function noTime(): string | undefined {
  if (Deno.build.os !== "linux") return "only Linux tells a process's greatest memory";
  try {
    return new Deno.Command(TIME, { args: ["true"], stderr: "null" }).outputSync().success
      ? undefined
      : `${TIME} fails`;
  } catch {
    return `there is no ${TIME} (Debian: apt-get install time)`;
  }
}

testWhere(noTime(), "the costs of SQLite are those of time and du", async () => {
  using directory = temporaryDirectory();
  const measured = `${directory.path}/time`;
  const wrapper = [TIME, "-f", "%U %S %M", "-o", measured];
  const timed = async (ops: number, output: string) => {
    const load = ["--threads=1", `--ops=${ops}`, "--pattern=unthrottled", "--workload=a", "--keys=20k"];
    const document = await result([...load, "sqlite", "--synchronous=off", `--output=${output}`], wrapper);
    const [user = NaN, system = NaN, kib = NaN] = Deno.readTextFileSync(measured).trim().split(" ").map(Number);
    return { document, cpuSec: user + system, residentBytes: kib * 1024 };
  };
  const output = `${directory.path}/store`;
  // Both start kvlab and preload; the difference between them is the load.
  const { cpuSec } = await timed(100, `${directory.path}/other`);
  const whole = await timed(100_000, output);
  const { cpu_per_op_sec, total_ops, resident_bytes_max, disk_bytes } = whole.document;
  const loadSec = whole.cpuSec - cpuSec;
  assertAlmostEquals(cpu_per_op_sec * total_ops, loadSec, 0.15 * loadSec + 0.15);
  assertAlmostEquals(resident_bytes_max, whole.residentBytes, 0.08 * whole.residentBytes);
  const du = new Deno.Command("du", { args: ["-s", "--block-size=1", output] }).outputSync();
  assertEquals(disk_bytes, parseInt(new TextDecoder().decode(du.stdout)));
});

const REDIS = ["--threads=2", "--ops=4k", "--pattern=unthrottled", "--workload=a", "--keys=1k"];

redisTest("a run on its own Redis costs what kvlab and the server cost together", async () => {
  const document = await result([...REDIS, "redis", "--spawn", "--appendfsync=no", "--in-flight=8"]);
  const { kvlab_cpu_per_op_sec, server_cpu_per_op_sec, cpu_per_op_sec } = document;
  assertGreater(kvlab_cpu_per_op_sec, 0);
  // Linux counts in hundredths of a second, and this server may have taken less than one.
  assertAlmostEquals(cpu_per_op_sec, kvlab_cpu_per_op_sec + server_cpu_per_op_sec, 2e-9);
  assertEquals(document.resident_bytes_max, document.kvlab_resident_bytes_max + document.server_resident_bytes_max);
  assertGreater(document.server_resident_bytes_max, 2 ** 20);
  // Its keys have a prefix, but what kvlab put is a key of 16 B and a value of 100 B.
  assertEquals(document.live_bytes, 1_000 * 116);
  assertGreater(document.disk_bytes_per_live_byte, 1);
});

redisTest("a Redis that keeps all in memory has nothing on disk to compare with", async () => {
  const document = await result([...REDIS, "redis", "--spawn", "--in-flight=8"]);
  assertGreater(document.server_resident_bytes_max, 2 ** 20);
  assertEquals(Object.keys(document).filter((name) => /^(device_bytes|disk_|live_)/.test(name)), []);
});

redisTest("a run on a server that was there tells its own time alone, and nothing of the server", async () => {
  await using running = await Running.start(["--save", ""]);
  const document = await result([...REDIS, "redis", `--url=${running.url}`, "--in-flight=8"]);
  assertGreater(document.kvlab_cpu_per_op_sec, 0);
  for (const name of Object.keys(document)) {
    assert(!/^(server_|device_bytes|disk_|live_|cpu_per_op|resident_)/.test(name), name);
  }
  const ended = await kvlab([...REDIS, "--quiet", "redis", `--url=${running.url}`, "--in-flight=8"]);
  assertMatch(ended.stdout, /^costs {7}[\d.]+ µs of kvlab's CPU per operation, \d+ MB resident in kvlab$/m);
});
