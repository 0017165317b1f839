/**
 * The worker, and the child process, of the shared time's tests: tells the time, though its clock on the wall is wrong.
 *
 * @module
 */
const STEP_MS = 60_000;

// As after a step of the clock between the start of the test and this one's.
Object.defineProperty(performance, "timeOrigin", { value: performance.timeOrigin + STEP_MS });
const { sharedNowMs } = await import("../../lib/sync/shared_time.ts");
const nowMs = sharedNowMs();
if ("postMessage" in globalThis) (globalThis as unknown as { postMessage(ms: number): void }).postMessage(nowMs);
else Deno.stdout.writeSync(new TextEncoder().encode(String(nowMs)));
