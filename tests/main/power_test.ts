/**
 * Tests of the crash command that cuts the power: what it needs, what it finds, and that nothing of its disk is left,
 * however it ends.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { whyNoDisk } from "../disk/no_disk.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, KvlabProcess, testWhere } from "./kvlab.ts";
import { readableCache, unprivileged, whyNotUnprivileged } from "./unprivileged.ts";

const CRASH = ["crash", "--cut=power", "--kills=2", "--states=12", "--threads=1", "--seed=1", "--load-time-sec=0.2"];
const LOAD = ["--pattern=unthrottled", "--workload=a", "--keys=200"];
/** Kills come so late that the command is told to end before. */
const LATE = ["crash", "--cut=power", "--load-time-sec=600", "--threads=1", "--seed=1", "sqlite"];

/** The mounts and the loop devices of disks in a directory. */
function leftOf(directory: string): string[] {
  const mounts = Deno.readTextFileSync("/proc/self/mounts").split("\n").filter((line) => line.includes(directory));
  const devices = namesIn("/sys/block").filter((name) => {
    try {
      return Deno.readTextFileSync(`/sys/block/${name}/loop/backing_file`).includes(directory);
    } catch {
      return false;
    }
  });
  return [...mounts, ...devices, ...namesIn(directory)];
}

const needs = whyNoDisk("ext4");

testWhere(
  Deno.build.os === "linux" ? undefined : "it needs Linux",
  "crash --cut=power says what is missing",
  async () => {
    const missing = "Cannot cut the power: there is no mkfs.xfs, which makes xfs file systems";
    const withoutPrograms = await kvlab([...CRASH, "--filesystem=xfs", "sqlite"], { env: { PATH: "/nowhere" } });
    assertCode(withoutPrograms, 1);
    assertEquals(
      withoutPrograms.stderr,
      `kvlab: ${Deno.uid() === 0 ? missing : "Cannot cut the power: only root can mount"}\n`,
    );
  },
);

testWhere(whyNotUnprivileged, "crash --cut=power is refused to users other than root", async () => {
  using cache = await readableCache();
  const ended = await kvlab([...CRASH, "sqlite"], { wrapper: unprivileged(), env: { DENO_DIR: cache.path } });
  assertCode(ended, 1);
  assertEquals(ended.stderr, "kvlab: Cannot cut the power: only root can mount\n");
});

testWhere(needs, "crash --cut=power finds the commit that SQLite may lose, and none where it may not", async () => {
  using temporary = temporaryDirectory();
  for (const synchronous of ["full", "extra"]) {
    const args = [...CRASH, ...LOAD, "--check=linearizability", "--format=json", "sqlite", "--journal=delete"];
    args.push(`--synchronous=${synchronous}`);
    const ended = await kvlab(args, { env: { TMPDIR: temporary.path } });
    assertCode(ended, 0);
    const { acknowledged, lost, kills, held, rows } = JSON.parse(ended.stdout);
    assertGreater(acknowledged, 0);
    for (const row of rows) {
      assertGreater(row.history_operations, 0);
      assertEquals(row.contradictions, []);
    }
    assertEquals([kills, held], [2, true]);
    assertEquals(lost > 0, synchronous === "full");
    assertEquals(leftOf(temporary.path), []);
  }
});

testWhere(needs, "sweep --cut=power cuts the power of what is on the frontier, and leaves nothing", async () => {
  using temporary = temporaryDirectory();
  const load = ["--threads=1", "--load-time-sec=0.1", "--warmup=0s", "--workload=a", "--keys=50", "--seed=1"];
  const sweep = ["sweep", "--budget=1m", "--on=power-loss", "--cut=power", "--kills=1", "--format=json", ...load];
  const groups = ["--", "sqlite", "--journal=delete", "--synchronous=extra"];
  const ended = await kvlab([...sweep, ...groups], { env: { TMPDIR: temporary.path } });
  assertCode(ended, 0);
  const { configurations: [configuration], answer } = JSON.parse(ended.stdout);
  const { states, ...kills } = configuration.kills;
  assertEquals(kills, { crash: "power_loss", kills: 1, held: 1, lost_writes_max: 0, lost_age_ms_max: 0 });
  assertGreater(states, 1);
  assertStringIncludes(answer, "1 power cut lost nothing");
  assertEquals(leftOf(temporary.path), []);
});

testWhere(needs, "a disk that cannot be mounted is told in one line, and leaves nothing", async () => {
  using temporary = temporaryDirectory();
  const args = [...CRASH, "--mount-options=no-such-option", "--quiet", "sqlite"];
  const ended = await kvlab(args, { env: { TMPDIR: temporary.path } });
  assertCode(ended, 1);
  assertStringIncludes(ended.stderr, "kvlab: --mount-options=no-such-option may be wrong for ext4: ");
  assertStringIncludes(ended.stderr, "as ext4 with commit=1,no-such-option: Invalid argument");
  assertEquals(ended.stderr.trim().split("\n").length, 1);
  assertEquals(leftOf(temporary.path), []);
});

for (const times of [1, 2]) {
  testWhere(
    needs,
    `SIGINT, ${times === 1 ? "once" : "twice"}, ends a cut of the power and leaves nothing`,
    async () => {
      using temporary = temporaryDirectory();
      const parent = KvlabProcess.start(LATE, { env: { TMPDIR: temporary.path } });
      await untilLoaded(temporary.path);
      assertGreater(leftOf(temporary.path).length, 2);
      for (let time = 0; time < times; time++) parent.signal("SIGINT");
      assertCode(await parent.ended, 130);
      assertEquals(leftOf(temporary.path), []);
    },
  );
}

/** Resolves when the load of the command's child has acknowledged something. */
async function untilLoaded(temporary: string): Promise<void> {
  for (const startedAtMs = performance.now();;) {
    const [scratch] = namesIn(temporary).filter((name) => name.startsWith("kvlab-crash-"));
    try {
      if (Deno.statSync(`${temporary}/${scratch}/witness/acknowledged-0`).size > 0) return;
    } catch {
      // It is not there yet.
    }
    assert(performance.now() - startedAtMs < 60_000, "the child acknowledges nothing");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
