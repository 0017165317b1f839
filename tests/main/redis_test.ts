/**
 * Tests of kvlab with a redis server of its own: that it measures, and that the server never outlives it.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { RedisClient } from "../../lib/engine/redis/client.ts";
import { delay, until } from "../../lib/sync/delay.ts";
import { readPid } from "../../lib/engine/server/server_process.ts";
import { redisTest, Running } from "../engine/redis/redis_server.ts";
import { isAlive } from "../engine/server/processes.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, assertFailed, kvlab, KvlabProcess, linesOf, resultOf } from "./kvlab.ts";

const LOAD = ["--threads=1", "--pattern=unthrottled", "--format=json"];

redisTest("kvlab redis --spawn measures, reads the settings back, and leaves nothing behind", async () => {
  using directory = temporaryDirectory();
  const env = { TMPDIR: directory.path };
  const args = [...LOAD, "--load-time-sec=0.1", "redis", "--spawn", "--appendfsync=everysec", "--in-flight=8"];
  const ended = await kvlab(args, { env });
  assertCode(ended, 0);
  const document = JSON.parse(ended.stdout);
  assertGreater(resultOf(ended).total_ops, 0);
  assertEquals(document.engine.settings.appendfsync, "everysec");
  assertMatch(document.promises.power_loss, /the last second/);
  assertEquals(namesIn(directory.path), []);
});

redisTest("what keeps a server from starting is told in its own last words, and nothing is left of it", async () => {
  using directory = temporaryDirectory();
  const bad = `${directory.path}/bad.sh`;
  Deno.writeTextFileSync(bad, '#!/bin/sh\nexec redis-server --no-such-option yes "$@"\n', { mode: 0o700 });
  const rows = [
    [bad, `'no-such-option "yes"': Bad directive or wrong number of arguments`],
    ["/bin/true", "it ended with code 0, and said nothing"],
  ];
  for (const [program = "", words] of rows) {
    for (const cluster of [[], ["--cluster=3x1"]]) {
      const temporary = `${directory.path}/tmp`;
      Deno.mkdirSync(temporary);
      const ended = await kvlab(["redis", `--spawn=${program}`, ...cluster], { env: { TMPDIR: temporary } });
      assertStringIncludes(assertFailed(ended, /^kvlab: Cannot start /), `: ${words}`);
      Deno.removeSync(temporary);
    }
  }
});

redisTest(
  "a program given by a path is looked for where the user is, and so is one in a PATH that says so",
  async () => {
    using directory = temporaryDirectory();
    Deno.writeTextFileSync(`${directory.path}/my-redis`, '#!/bin/sh\nexec redis-server "$@"\n', { mode: 0o700 });
    for (const program of ["./my-redis", "my-redis"]) {
      const env = { PATH: `.:${Deno.env.get("PATH")}` };
      const args = [...LOAD, "--load-time-sec=0.1", "redis", `--spawn=${program}`];
      assertCode(await kvlab(args, { cwd: directory.path, env }), 0);
    }
  },
);

for (const command of [LOAD, ["crash", "--kills=1", "--workload=a"], ["crash", "--kills=1", "--cluster=3x1"]]) {
  redisTest(`a Ctrl-C while ${command.join(" ")} starts a server ends kvlab and the server`, async () => {
    using directory = temporaryDirectory();
    const program = `${directory.path}/silent.sh`;
    const pidFile = `${directory.path}/pid`;
    Deno.writeTextFileSync(program, `#!/bin/sh\necho $$ >${pidFile}\nexec sleep 1000\n`, { mode: 0o700 });
    const process = KvlabProcess.start([...command, "redis", `--spawn=${program}`]);
    await until(() => namesIn(directory.path).includes("pid"), { what: "the script", timeoutMs: 30_000 });
    process.signal("SIGINT");
    const ended = await process.ended;
    assertCode(ended, 130);
    const pid = Deno.readTextFileSync(pidFile).trim();
    await until(() => !isAlive(pid), { what: "the script's end", timeoutMs: 30_000 });
  });
}

redisTest("a server that dies in the middle of the load costs neither what was measured nor a clear line", async () => {
  using directory = temporaryDirectory();
  const output = `${directory.path}/store`;
  const args = [...LOAD, "--load-time-sec=60", "redis", "--spawn", `--output=${output}`, "--in-flight=8"];
  const process = KvlabProcess.start(args);
  await process.says("kvlab: running");
  new Deno.Command("kill", { args: ["-s", "KILL", readPid(output) ?? ""] }).outputSync();
  const ended = await process.ended;
  assertCode(ended, 1);
  const line = linesOf(ended.stderr).at(-1) ?? "";
  assertMatch(line, /^kvlab: Cannot (put into|get from) redis:\/\/127\.0\.0\.1:\d+: /);
  assertStringIncludes(line, `; the server in ${output} has ended`);
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
  await until(() => !isAlive(pid) && namesIn(directory.path).length === 0, {
    what: "the server's end",
    timeoutMs: 30_000,
  });
});

redisTest("a run on a server given by its URL promises what that server's settings say, if it tells them", async () => {
  const rows = [
    [["--appendonly", "yes", "--appendfsync", "always"], /^nothing$/, 0],
    [["--appendonly", "yes", "--rename-command", "CONFIG", ""], /^unknown: the server does not tell /, undefined],
  ] as const;
  await Promise.all(rows.map(async ([args, powerLoss, bound]) => {
    await using running = await Running.start(args);
    const ended = await kvlab([...LOAD, "--load-time-sec=0.1", "redis", `--url=${running.url}`]);
    assertCode(ended, 0);
    const { promises } = JSON.parse(ended.stdout);
    assertMatch(promises.power_loss, powerLoss);
    assertEquals(promises.power_loss_writes_bound, bound);
  }));
});

redisTest(
  "a server that stops answering costs nothing measured, and kvlab ends seconds after the load or a Ctrl-C",
  async () => {
    const rows = [["--load-time-sec=2", 2, false], ["--load-time-sec=600", 1, true]] as const;
    await Promise.all(rows.map(async ([length, threads, isInterrupted]) => {
      await using running = await Running.start([]);
      const load = [`--threads=${threads}`, "--pattern=unthrottled", "--format=json", length];
      const process = KvlabProcess.start([...load, "redis", `--url=${running.url}`, "--in-flight=4"]);
      await process.says("kvlab: running");
      await delay(100);
      await running.server.process.signal("STOP");
      const stoppedAtMs = performance.now();
      if (isInterrupted) process.signal("SIGINT");
      const ended = await process.ended;
      assertLess(performance.now() - stoppedAtMs, 20_000);
      assertCode(ended, 1);
      const document = JSON.parse(ended.stdout);
      assertMatch(
        document.failed,
        /^The engine has stopped answering: of 4 operations in flight none has ended for 3 s/,
      );
      assertEquals(`kvlab: ${document.failed}`, linesOf(ended.stderr).at(-1));
      assertGreater(document.total_ops, 0);
      assertEquals(document.threads.length, threads);
    }));
  },
);

redisTest("a sweep shows a server's password nowhere, not even in the command lines of what it starts", async () => {
  using directory = temporaryDirectory();
  await using running = await Running.start([]);
  const own = await RedisClient.connect(running.url);
  await own.send(["CONFIG", "SET", "requirepass", "s@cret"]);
  const url = running.url.replace("//", "//:s%40cret@");
  const load = ["--threads=1", "--load-time-sec=0.3", "--keys=100", "--kills=0", "--budget=4s"];
  const files = [`--results=${directory.path}/r.jsonl`, `--report=${directory.path}/r.html`];
  const process = KvlabProcess.start(["sweep", ...load, ...files, "--", "redis", `--url=${url}`, "--in-flight=2"]);
  const commands = new Set<string>();
  let isOver = false;
  const ended = process.ended.finally(() => isOver = true);
  while (!isOver) {
    const lines = await commandLines();
    for (const line of lines) {
      if (line.includes(`:${running.server.port}`) && !line.includes("sweep")) commands.add(line);
    }
    // Each is there for longer.
    await delay(100);
  }
  assertCode(await ended, 0);
  own.close();
  const { stdout, stderr } = await ended;
  const written = namesIn(directory.path).map((name) => Deno.readTextFileSync(`${directory.path}/${name}`));
  const shown = [stdout, stderr, ...commands, ...written];
  for (const text of shown) for (const secret of ["s@cret", "s%40cret"]) assert(!text.includes(secret), text);
  assert([...commands].some((command) => command.includes("--url=redis://127.0.0.1")), "the children were seen");
  assert(written.some((text) => text.includes(running.url.replace("//", "//:PASSWORD@"))), "what to fill in is said");
  assertMatch(written.join(), /"kind":"run"/);
});

/** The command lines of all processes, with spaces between their words. */
async function commandLines(): Promise<string[]> {
  if (Deno.build.os !== "linux") {
    const { stdout } = await new Deno.Command("ps", { args: ["-ww", "-o", "args=", "-e"] }).output();
    return new TextDecoder().decode(stdout).split("\n");
  }
  return namesIn("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      return [Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ")];
    } catch {
      // It has ended.
      return [];
    }
  });
}

redisTest("a server that takes too few connections is refused beforehand, and says so", async () => {
  await using running = await Running.start(["--maxclients", "3"]);
  const ended = await kvlab(["--threads=4", "--load-time-sec=0.1", "redis", `--url=${running.url}`]);
  const line = assertFailed(ended, /it takes 3 connections \(maxclients\), has 0, and would need 4 more: one for each/);
  assertStringIncludes(line, running.url);
});

redisTest("keys of other runs, and keys that the server throws away, are said", async () => {
  await using running = await Running.start(["--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru"]);
  const own = await RedisClient.connect(running.url);
  for (let key = 0; key < 3; key++) await own.send(["SET", `kvlab:0123abcd:${key}`, "left"]);
  own.close();
  const load = ["--threads=1", "--ops=1", "--workload=a", "--keys=20k", "--value-size=1000", "--format=json"];
  const ended = await kvlab([...load, "redis", `--url=${running.url}`, "--in-flight=16"]);
  assertCode(ended, 0);
  const warnings = linesOf(ended.stderr).filter((line) => line.startsWith("kvlab: warning: "));
  assertEquals(warnings.length, 3, ended.stderr);
  assertStringIncludes(warnings[0] ?? "", `${running.url} holds 3 keys kvlab:* of other runs`);
  assertStringIncludes(warnings[1] ?? "", `${running.url} throws keys away once it uses 3.00M`);
  assertMatch(warnings[2] ?? "", /^kvlab: warning: Redis counted \d+ evicted keys during the run$/);
  assertGreater(JSON.parse(ended.stdout).engine.counts.evicted_keys, 1000);
});

redisTest("a server that takes no writes is one line, and what was measured until then", async () => {
  await using running = await Running.start(["--min-replicas-to-write", "1"]);
  const ended = await kvlab([...LOAD, "--quiet", "--load-time-sec=60", "redis", `--url=${running.url}`]);
  assertCode(ended, 1);
  const line = `Cannot put into ${running.url}: NOREPLICAS Not enough good replicas to write.`;
  assertEquals(linesOf(ended.stderr), [`kvlab: ${line}`]);
  assertEquals(JSON.parse(ended.stdout).failed, line);
});

const READ_ONLY = "READONLY You can't write against a read only replica.";

redisTest("a server that is lost in mid-run costs nothing measured, and the keys left there are named", async () => {
  const rows = [
    ["--read-ratio=0.5", demote, `put into URL: ${READ_ONLY}`, READ_ONLY],
    ["--read-ratio=0.5", kill, "(put into|get from) URL: .*", "connect ECONNREFUSED .*"],
    // Only noticed when its keys are to be removed.
    ["--read-ratio=1", demote, undefined, READ_ONLY],
  ] as const;
  await Promise.all(rows.map(async ([mix, lose, reason, leftReason]) => {
    await using running = await Running.start([]);
    const load = [`--load-time-sec=${reason === undefined ? 1 : 60}`, "--keys=100", "--preload", mix];
    const process = KvlabProcess.start(["--threads=1", "--format=json", ...load, "redis", `--url=${running.url}`]);
    await process.says("kvlab: running");
    await lose(running);
    const ended = await process.ended;
    assertCode(ended, 1);
    const left = `Cannot remove the keys kvlab:\\w+:\\* from ${running.url}, which keeps them: ${leftReason}`;
    const failed = reason === undefined ? left : `Cannot ${reason.replace("URL", running.url)}`;
    const [last = "", before = ""] = linesOf(ended.stderr).toReversed();
    assertMatch(last, new RegExp(`^kvlab: ${failed}$`));
    if (reason !== undefined) assertMatch(before, new RegExp(`^kvlab: warning: ${left}$`));
    const document = JSON.parse(ended.stdout);
    assertEquals(`kvlab: ${document.failed}`, last);
    // The others may be lost before their first operation.
    if (reason === undefined) assertGreater(document.total_ops, 0);
    assertEquals(typeof document.total_ops, "number");
  }));
});

/** Makes it a replica, of nothing. */
async function demote({ url }: Running): Promise<void> {
  const client = await RedisClient.connect(url);
  await client.send(["REPLICAOF", "127.0.0.1", "1"]);
  client.close();
}

async function kill({ server }: Running): Promise<void> {
  await server.process.kill();
}
