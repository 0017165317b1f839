/**
 * Ports of the loopback interface for servers that this process starts.
 *
 * @module
 */
import { HarnessError } from "../engine_error.ts";

/** Below the range that systems use for outgoing connections, which could take the port in the meantime. */
const PORT_MIN = 12_000;
const PORT_MAX = 22_000;

/** The ports that this process has given out. */
const given = new Set<number>();

/**
 * A port of the loopback interface on which nobody listens, and which this process has not given out before. No port
 * can be handed over to a server, so another process may take it in between; whoever starts a server takes another port
 * when it turns out that somebody else has this one.
 *
 * @param beside how much higher the other ports are that have to be free too
 * @throws {HarnessError} when there is none
 */
export function freePort(beside: readonly number[] = []): number {
  for (let tries = 0; tries < PORT_MAX - PORT_MIN; tries++) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    if (given.has(port) || ![0, ...beside].every((offset) => isFree(port + offset))) continue;
    given.add(port);
    return port;
  }
  throw new HarnessError("find", "a free port on 127.0.0.1", `all from ${PORT_MIN} to ${PORT_MAX} are taken`);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
