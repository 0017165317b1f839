/**
 * Tests of workers that cannot be started.
 *
 * @module
 */
import { assertThrows } from "@std/assert";
import { startWorker } from "../../lib/run/start_worker.ts";

Deno.test("startWorker() says that the system grants no more threads", () => {
  const create = () => {
    throw new Error("Resource temporarily unavailable (os error 11)");
  };
  assertThrows(
    () => startWorker(create, "load worker 3 of 8"),
    Error,
    "Cannot start load worker 3 of 8: the system grants no more threads (ulimit -u, pids.max): Resource temporarily",
  );
});

Deno.test("startWorker() gives any other reason as it is", () => {
  const create = () => {
    throw new Error("no such module");
  };
  assertThrows(() => startWorker(create, "the file worker"), Error, "Cannot start the file worker: no such module");
});
