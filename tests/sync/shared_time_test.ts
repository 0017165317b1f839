/**
 * Tests of the shared time: other threads and other processes tell the same, whatever their clock on the wall says.
 *
 * @module
 */
import { assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { sharedNowMs } from "../../lib/sync/shared_time.ts";

const MODULE = new URL("./shared_time_worker.ts", import.meta.url);
/** How exactly a thread knows when it began, in milliseconds, on a machine that has other things to do. */
const TOLERANCE_MS = 1;

function assertBetween(beforeMs: number, ms: number, afterMs: number): void {
  assertGreaterOrEqual(ms, beforeMs - TOLERANCE_MS);
  assertLessOrEqual(ms, afterMs + TOLERANCE_MS);
}

Deno.test("sharedNowMs() is the same in a worker whose clock on the wall was set in the meantime", async () => {
  const beforeMs = sharedNowMs();
  const worker = new Worker(MODULE, { type: "module" });
  const ms = await new Promise<number>((resolve) => worker.onmessage = ({ data }) => resolve(data));
  assertBetween(beforeMs, ms, sharedNowMs());
  worker.terminate();
});

Deno.test("sharedNowMs() is the same in a process whose clock on the wall was set in the meantime", async () => {
  const beforeMs = sharedNowMs();
  const args = ["run", "--quiet", "--no-check", "--allow-all", MODULE.href];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  assertBetween(beforeMs, Number(new TextDecoder().decode(stdout)), sharedNowMs());
});
