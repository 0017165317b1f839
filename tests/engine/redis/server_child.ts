/**
 * A process that starts a server and waits to be killed; prints the server's process id and port.
 *
 * @module
 */
import { readPid } from "../../../lib/engine/redis/server_process.ts";
import { RedisServer } from "../../../lib/engine/redis/server.ts";

const [directory = ""] = Deno.args;
const { port } = await RedisServer.start({ program: "redis-server", directory, temporary: directory, args: [] });
console.log(JSON.stringify({ pid: Number(readPid(directory)), port }));
await new Promise(() => setInterval(() => {}, 1000));
