/**
 * Tests of how the crash command ends when it is told to, or killed: soon, and without leaving anything behind, neither
 * a child nor a directory.
 *
 * @module
 */
import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, KvlabProcess, testWhere } from "./kvlab.ts";

/** Kills come this late, unless something else comes first. */
const LATE = "--load-time-sec=600";
const CRASH = ["crash", "--kills=3", LATE, "--seed=1", "file", "--file-count=4", "--queue-depth=64"];
/** What counts as at once on the busiest machine. */
const AT_ONCE_MS_MAX = 20_000;
const POLL_MS = 20;

/** Where the children of a process are listed. */
function childrenPath(pid: number): string {
  return `/proc/${pid}/task/${pid}/children`;
}

const missing = (() => {
  try {
    Deno.readTextFileSync(childrenPath(Deno.pid));
  } catch {
    return "the system does not list a process's children";
  }
})();

function passes(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Whether a process is there and has not ended. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** The child that a crash command is about to kill, when its load is about to begin. */
async function childOf(parent: KvlabProcess, temporary: string, threads: number): Promise<number> {
  await parent.says("kvlab 0");
  for (;;) {
    const [child] = Deno.readTextFileSync(childrenPath(parent.pid)).split(" ").filter((pid) => pid !== "").map(Number);
    const [scratch] = namesIn(temporary).filter((name) => name.startsWith("kvlab-crash-"));
    const witness = `${temporary}/${scratch}/witness`;
    const names = scratch === undefined || !namesIn(`${temporary}/${scratch}`).includes("witness")
      ? []
      : namesIn(witness);
    // Every load worker has a file there, with which it begins.
    if (child !== undefined && names.filter((name) => name.startsWith("ack")).length === threads) return child;
    await passes(POLL_MS);
  }
}

for (const [signal, code] of [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const) {
  testWhere(missing, `${signal} ends a crash at once, long before the kill that is due`, async () => {
    using temporary = temporaryDirectory();
    const parent = KvlabProcess.start([...CRASH, "--threads=2"], { env: { TMPDIR: temporary.path } });
    const child = await childOf(parent, temporary.path, 2);
    const signalledAtMs = performance.now();
    parent.signal(signal);

    const ended = await parent.ended;
    assertLess(performance.now() - signalledAtMs, AT_ONCE_MS_MAX);
    assertCode(ended, code);
    assertStringIncludes(ended.stdout, signal);
    assertEquals(runs(child), false);
    assertEquals(namesIn(temporary.path), []);
  });
}

/** Enough to keep every core busy several times over. */
const BUSY_THREADS = 4 * navigator.hardwareConcurrency;

testWhere(missing, "a crash that is killed takes its child with it, though that keeps all cores busy", async () => {
  using temporary = temporaryDirectory();
  const busy = [...CRASH, `--threads=${BUSY_THREADS}`, "--pattern=unthrottled"];
  const parent = KvlabProcess.start(busy, { env: { TMPDIR: temporary.path } });
  const child = await childOf(parent, temporary.path, BUSY_THREADS);
  parent.signal("SIGKILL");
  const killedAtMs = performance.now();
  while (runs(child) && performance.now() - killedAtMs < AT_ONCE_MS_MAX) await passes(POLL_MS);
  const isOrphan = runs(child);
  if (isOrphan) Deno.kill(child, "SIGKILL");
  await parent.ended;
  assertEquals(isOrphan, false);
});
