/**
 * Tests of what a crash command leaves behind when it is killed itself: the next kvlab removes it, down to the mount,
 * the loop device and a stopped child; and it leaves alone what a living one owns.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { whyNoDisk } from "../disk/no_disk.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, KvlabProcess, testWhere } from "./kvlab.ts";

/** Kills come this late, so that the command can be killed in the middle of a load. */
const CRASH = ["crash", "--load-time-sec=600", "--seed=1", "--threads=1"];
const FILE = ["file", "--file-count=2", "--queue-depth=8"];
const POLL_MS = 20;
const WAIT_MS_MAX = 20_000;

function passes(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Resolves once it is so. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const startedAtMs = performance.now(); !isSo();) {
    assert(performance.now() - startedAtMs < WAIT_MS_MAX, `it never came that ${what}`);
    await passes(POLL_MS);
  }
}

function scratchIn(temporary: string): string | undefined {
  return namesIn(temporary).find((name) => name.startsWith("kvlab-crash-"));
}

/** Resolves when the load of a crash command's child has acknowledged something. */
async function untilLoaded(temporary: string): Promise<void> {
  await until(() => {
    try {
      return Deno.statSync(`${temporary}/${scratchIn(temporary)}/witness/acknowledged-0`).size > 0;
    } catch {
      return false;
    }
  }, "the child acknowledged something");
}

/** A run that has its files in a temporary directory. */
async function nextRun(temporary: string, backend = [...FILE, "--no-device-probe"]): Promise<void> {
  const args = ["--threads=1", "--load-time-sec=0.05", ...backend];
  assertCode(await kvlab(args, { env: { TMPDIR: temporary } }), 0);
}

Deno.test("what a killed crash command has left is removed by the next run, and what a living one owns is not", async () => {
  using temporary = temporaryDirectory();
  const env = { TMPDIR: temporary.path };
  const living = KvlabProcess.start([...CRASH, ...FILE], { env });
  await untilLoaded(temporary.path);
  const owned = scratchIn(temporary.path);
  await nextRun(temporary.path);
  assertEquals(namesIn(temporary.path), [owned]);
  living.signal("SIGKILL");
  await living.ended;
  assertEquals(namesIn(temporary.path), [owned]);
  // Whichever run it is, even one that has no files itself.
  await nextRun(temporary.path, ["memory"]);
  assertEquals(namesIn(temporary.path), []);
});

testWhere(
  whyNoDisk("ext4"),
  "the disk of a killed crash command is removed by the next run, with a child that was stopped",
  async () => {
    using temporary = temporaryDirectory();
    // In a session of its own the system would not wake the stopped child.
    const options = { env: { TMPDIR: temporary.path }, wrapper: ["setsid"] };
    const killed = KvlabProcess.start([...CRASH, "--cut=power", ...FILE], options);
    await untilLoaded(temporary.path);
    const disk = `${temporary.path}/${scratchIn(temporary.path)}/disk`;
    assert(mounts().includes(` ${disk} `), "no disk is mounted");
    const child = childrenOf(disk)[0];
    assert(child !== undefined, "there is no child");
    Deno.kill(child, "SIGSTOP");
    killed.signal("SIGKILL");
    await killed.ended;
    assert(mounts().includes(` ${disk} `));

    await nextRun(temporary.path);
    assertEquals(namesIn(temporary.path), []);
    assertEquals(mounts().includes(` ${disk} `), false);
    await until(() => childrenOf(disk).length === 0, "the stopped child had ended");
    await until(() => !loopImages().includes(temporary.path), "its loop device was free");
  },
);

function mounts(): string {
  return Deno.readTextFileSync("/proc/mounts");
}

/** The images on all loop devices. */
function loopImages(): string {
  const { stdout } = new Deno.Command("losetup", { args: ["-l", "-n", "-O", "BACK-FILE"] }).outputSync();
  return new TextDecoder().decode(stdout);
}

/** The processes that are told to use the directory. */
function childrenOf(directory: string): number[] {
  return namesIn("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return pid !== Deno.pid && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(`"${directory}/`);
    } catch {
      return false;
    }
  });
}
