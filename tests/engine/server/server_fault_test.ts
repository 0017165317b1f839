/**
 * Tests of faults of one server among several: what begins and undoes each, and from when it counts.
 *
 * @module
 */
import { assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { FAULT_NAMES } from "../../../lib/engine/failover.ts";
import { beginFault, endFault } from "../../../lib/engine/server/server_fault.ts";
import { delay } from "../../../lib/sync/delay.ts";

/** How long each step takes, in milliseconds. */
const STEP_MS = 20;

Deno.test("a kill and a pause count from when they begin, a partition from when the server is cut off", async () => {
  for (const fault of FAULT_NAMES) {
    const done: string[] = [];
    const act = async (name: string) => {
      await delay(STEP_MS);
      done.push(name);
    };
    const server = {
      process: { kill: () => act("kill"), signal: (name: string) => act(name) },
      restart: () => act("restart"),
    };
    const group = { cutOff: () => act("cut off"), rejoin: () => act("rejoin") };
    const startedAtMs = performance.now();
    const failedAfterMs = await beginFault(fault, server, group) - startedAtMs;
    await endFault(fault, server, group);
    const steps = { kill: ["kill", "restart"], pause: ["STOP", "CONT"], partition: ["cut off", "rejoin"] };
    assertEquals(done, steps[fault]);
    // Timers count whole milliseconds.
    if (fault === "partition") assertGreaterOrEqual(failedAfterMs, STEP_MS - 1);
    else assertLess(failedAfterMs, STEP_MS - 1, fault);
  }
});
