/**
 * What happens to one of several servers that kvlab has started: begins it, and undoes it.
 *
 * @module
 */
import type { FaultName } from "../failover.ts";
import type { ServerProcess } from "./server_process.ts";

/** A server that can fail. */
interface FailingServer {
  readonly process: Pick<ServerProcess, "kill" | "signal">;
  /** Starts it again, after it has been killed. */
  restart(): Promise<void>;
}

/** The servers among which it is. */
interface ServerGroup<Server extends FailingServer> {
  /** Cuts a server off from all others, though not from its clients. */
  cutOff(server: Server): Promise<void>;
  /** Undoes that. */
  rejoin(server: Server): Promise<void>;
}

/**
 * Makes a server fail.
 *
 * @returns when it has failed, in milliseconds of `performance.now()`
 * @throws {EngineError} when that is not possible
 */
export async function beginFault<Server extends FailingServer>(
  fault: FaultName,
  server: Server,
  group: ServerGroup<Server>,
): Promise<number> {
  const beganAtMs = performance.now();
  switch (fault) {
    case "kill":
      await server.process.kill();
      return beganAtMs;
    case "pause":
      await server.process.signal("STOP");
      return beganAtMs;
    case "partition":
      await group.cutOff(server);
      // That takes some time, until which it was well.
      return performance.now();
  }
}

/**
 * Makes the server one of the others again.
 *
 * @throws {EngineError} when that is not possible
 */
export async function endFault<Server extends FailingServer>(
  fault: FaultName,
  server: Server,
  group: ServerGroup<Server>,
): Promise<void> {
  switch (fault) {
    case "kill":
      return await server.restart();
    case "pause":
      return await server.process.signal("CONT");
    case "partition":
      return await group.rejoin(server);
  }
}
