/**
 * Tests of orderly ends: kvlab loses nothing when it is told to end, or its load is over; and one that does is caught.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { crash, type CrashOptions } from "../../lib/crash/crash.ts";
import { allHeld } from "../../lib/crash/crash_result.ts";
import { childProgram, killOptions } from "../campaign/kills.ts";

/** Ends under a policy that a kill would cost most of the load. */
const OPTIONS: CrashOptions = {
  ...killOptions({
    policy: { kind: "synchronous", writePeriodUs: 60_000_000 },
    layout: { kind: "snapshot", replace: "rename" },
    serializer: "raw",
    fileCount: 3,
  }, { kills: 4, seed: 3 }),
  cut: "none",
};
/**
 * Ends after which a faulty kvlab has escaped: on a busy machine, a child may end before it has written a checkpoint.
 */
const FAULTY_ENDS_MAX = 40;

Deno.test("crash() finds nothing lost when its children end in an orderly way", async () => {
  const result = await crash(OPTIONS, { program: childProgram("./crash_child.ts") });
  assertEquals(result.failure, "orderlyEnd");
  assertEquals(
    result.kills.map(({ lost, gauge, unsoundFiles }) => [lost, gauge, unsoundFiles]),
    Array(4).fill([0, 0, 0]),
  );
  assert(allHeld(result));
  assertGreater(result.kills.reduce((sum, { acknowledged }) => sum + acknowledged, 0), 0);
});

Deno.test("crash() catches a kvlab that ends well without having written everything", async () => {
  // So small that each child writes checkpoints.
  const layout = { kind: "log", logBytes: 64 * 1024, pendingBytes: 2 ** 24 } as const;
  const policy = { kind: "asynchronous", queueDepth: 64, queueMemoryBytes: 2 ** 24 } as const;
  const faulty = { policy, layout, serializer: "raw", fileCount: 1 } as const;
  const { options, kills } = killOptions(faulty, { kills: FAULTY_ENDS_MAX, seed: 5 });
  const program = childProgram("./mutants/mutant_child.ts", ["drops a checkpoint's tail"]);
  const stop = new AbortController();
  const result = await crash({ kills, cut: "none", options: { ...options, loadTimeMs: 400 } }, {
    program,
    stop: stop.signal,
    onKill: ({ lost }) => {
      if (lost > 0) stop.abort("caught");
    },
  });
  assert(!allHeld(result));
  assertGreater(result.kills.reduce((sum, { lost }) => sum + lost, 0), 0);
});

Deno.test("crash() refuses a child that ends with another exit code than that of success", async () => {
  const program = {
    path: Deno.execPath(),
    args: ["eval", "Deno.stderr.writeSync(new TextEncoder().encode('broken')); Deno.exit(7)"],
  };
  await assertRejects(
    () => crash(OPTIONS, { program }),
    Error,
    "The child ended with code 7, which should have been 0: broken",
  );
});
