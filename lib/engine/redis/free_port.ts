/**
 * Finds free ports on the loopback interface.
 *
 * @module
 */

/** Below the range that systems use for outgoing connections, which could take the port in the meantime. */
const PORT_MIN = 12_000;
const PORT_MAX = 22_000;
/** The bus between a cluster's nodes uses the port this much higher. */
const BUS_OFFSET = 10_000;

/**
 * A port on which nobody listens, nor on its cluster bus port. It is not reserved.
 *
 * @throws {Error} when there is none
 */
export function freePort(): number {
  for (let tries = 0; tries < PORT_MAX - PORT_MIN; tries++) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    if (isFree(port) && isFree(port + BUS_OFFSET)) return port;
  }
  throw new Error(`Cannot find a free port on 127.0.0.1 from ${PORT_MIN} to ${PORT_MAX}`);
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
