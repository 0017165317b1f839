/**
 * A process that starts a server and waits to be killed; prints the server's process id and port.
 *
 * @module
 */
import { readPid } from "../../../lib/engine/server/server_process.ts";
import { RedisServer } from "../../../lib/engine/redis/server.ts";

const [directory = ""] = Deno.args;
const { port } = await RedisServer.start({ program: "redis-server", directory, temporary: directory, args: [] });
const line = JSON.stringify({ pid: Number(readPid(directory)), port });
Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
await new Promise(() => setInterval(() => {}, 1000));
