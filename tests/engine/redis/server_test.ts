/**
 * Tests of spawned servers: that they serve, keep what they should, and are gone when they should be.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { EngineError, HarnessError } from "../../../lib/engine/engine_error.ts";
import { RedisClient } from "../../../lib/engine/redis/client.ts";
import { StoppedError, until } from "../../../lib/sync/delay.ts";
import { freePort } from "../../../lib/engine/server/ports.ts";
import { RedisServer } from "../../../lib/engine/redis/server.ts";
import { readPid } from "../../../lib/engine/server/server_process.ts";
import { isAlive } from "../server/processes.ts";
import { redisTest } from "./redis_server.ts";

const PROGRAM = "redis-server";
const ALWAYS = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];

redisTest("RedisServer.restart() kills the server and has it load what it had acknowledged", async () => {
  const directory = Deno.makeTempDirSync();
  const server = await RedisServer.start({ program: PROGRAM, directory, args: ALWAYS });
  const first = await RedisClient.connect(server.url);
  await first.send(["SET", "key", "value"]);
  const pid = readPid(directory);
  await server.restart();
  await assertRejects(() => first.send(["GET", "key"]));
  const second = await RedisClient.connect(server.url);
  assertEquals(await second.send(["GET", "key"]), "value");
  assert(readPid(directory) !== pid);
  second.close();
  await server.end();
  assertEquals(readPid(directory), undefined);
  Deno.removeSync(directory, { recursive: true });
});

redisTest("a spawned server and its directory go when the process that started it is killed", async () => {
  const directory = Deno.makeTempDirSync();
  const script = fileURLToPath(new URL("./server_child.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, directory],
    stdout: "piped",
  })
    .spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader.read();
  const { pid } = JSON.parse(value) as { pid: number };
  assert(isAlive(pid));
  // A signal from the terminal reaches neither: kvlab has still to report.
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  await until(() => Promise.resolve(!isAlive(pid) && !isThere(directory)), {
    what: "the server's end",
    timeoutMs: 30_000,
  });
});

redisTest("a stopped server is ended all the same", async () => {
  const directory = Deno.makeTempDirSync();
  const server = await RedisServer.start({ program: PROGRAM, directory, args: [] });
  await server.process.signal("STOP");
  await server.end();
  assert(server.process.hasEnded);
  Deno.removeSync(directory, { recursive: true });
});

redisTest("RedisServer.start() says why a server does not come up", async () => {
  const directory = Deno.makeTempDirSync();
  const start = (parts: { program?: string; args?: string[] }) =>
    assertRejects(() => RedisServer.start({ program: PROGRAM, directory, args: [], ...parts }), EngineError);
  assertEquals(
    (await start({ program: "no-such-server" })).message,
    `Cannot start no-such-server in ${directory}: there is no program no-such-server, name one with --spawn=PATH (Debian: apt-get install redis-server)`,
  );
  assertStringIncludes((await start({ args: ["--appendfsync", "sometimes"] })).message, "must be one of the following");
  Deno.writeTextFileSync(`${directory}/dump.rdb`, "no snapshot");
  assertEquals(
    (await start({})).message,
    `Cannot start redis-server in ${directory}: Wrong signature trying to load DB from file`,
  );
  Deno.removeSync(directory, { recursive: true });
});

redisTest(
  "RedisServer.start() takes another port when another server has the first, and gives up in the end",
  async () => {
    const [directory, other] = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
    const server = await startServer(directory);
    const ports = [server.port, freePort()];
    const parts = { program: PROGRAM, directory: other, args: [] };
    const second = await RedisServer.start(parts, () => ports.shift() ?? 0);
    assertEquals(ports, []);
    await second.end();
    // That says nothing about what the server has kept.
    const error = await assertRejects(() => RedisServer.start(parts, () => server.port), HarnessError);
    assertStringIncludes(error.message, `port ${server.port}`);
    await server.end();
    for (const path of [directory, other]) Deno.removeSync(path, { recursive: true });
  },
);

redisTest("a server that a script starts serves, and goes with everything that the script has started", async () => {
  const directory = Deno.makeTempDirSync();
  const program = script(directory, 'sleep 1000 & echo $! >sleep.pid; redis-server "$@"');
  const server = await RedisServer.start({ program, directory, args: [] });
  const client = await RedisClient.connect(server.url);
  const pid = Number(/process_id:(\d+)/.exec(await client.askText("INFO", "server"))?.[1]);
  const others = [pid, Number(Deno.readTextFileSync(`${directory}/sleep.pid`))];
  client.close();
  assertEquals(others.map(isAlive), [true, true]);
  await server.end();
  await until(() => !others.some(isAlive), { what: "the end of all", timeoutMs: 30_000 });
  Deno.removeSync(directory, { recursive: true });
});

redisTest("a server that a script leaves in the background is shut down, and that is said", async () => {
  const directory = Deno.makeTempDirSync();
  const program = script(directory, 'redis-server "$@" --daemonize yes --pidfile daemon.pid');
  const { message } = await assertRejects(() => RedisServer.start({ program, directory, args: [] }), HarnessError);
  assertStringIncludes(message, "it has left its server in the background");
  // A server removes the file when it ends in an orderly way.
  await until(() => !isThere(`${directory}/daemon.pid`), { what: "the end of the server", timeoutMs: 30_000 });
  Deno.removeSync(directory, { recursive: true });
});

redisTest(
  "RedisServer.start() gives a server up that never listens when it is told to stop, with all of it",
  async () => {
    const directory = Deno.makeTempDirSync();
    const program = script(directory, "sleep 1000 & echo $! >sleep.pid; wait");
    const stop = new AbortController();
    const starting = RedisServer.start({ program, directory, args: [], stop: stop.signal });
    const pidFile = `${directory}/sleep.pid`;
    await until(() => isThere(pidFile), { what: "the script", timeoutMs: 30_000 });
    stop.abort();
    await assertRejects(() => starting, StoppedError);
    const pid = Number(Deno.readTextFileSync(pidFile));
    await until(() => !isAlive(pid), { what: "the end of all", timeoutMs: 30_000 });
    Deno.removeSync(directory, { recursive: true });
  },
);

/** Makes a program of a shell script. */
function script(directory: string, text: string): string {
  const path = `${directory}/script.sh`;
  Deno.writeTextFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o700 });
  return path;
}

function startServer(directory: string): Promise<RedisServer> {
  return RedisServer.start({ program: PROGRAM, directory, args: [] });
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
