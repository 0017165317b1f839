/**
 * Tests of what processes use, against what Deno says of its own and against children whose work is known.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import process from "node:process";
import { forgetResidentMax, usageOf, usageOfTrees } from "../../lib/system/process_usage.ts";
import { fileSystemType } from "../../lib/system/system.ts";
import { temporaryDirectory } from "../run/files.ts";

const needsProc = Deno.build.os !== "linux";
const MIB = 2 ** 20;

Deno.test({ name: "usageOf() has the time and the memory that Deno says of itself", ignore: needsProc }, () => {
  const { cpuMs, residentBytesMax } = usageOf("self");
  const { user, system } = process.cpuUsage();
  // Besides the resolution, this process's children count here.
  assertGreater((cpuMs ?? 0) + 100, (user + system) / 1000);
  assertGreater((residentBytesMax ?? 0) + 16 * MIB, Deno.memoryUsage().rss);
});

Deno.test({ name: "usageOf() keeps the most memory until it is told to forget it", ignore: needsProc }, () => {
  let memory: Uint8Array | undefined = new Uint8Array(256 * MIB).fill(1);
  const most = usageOf("self").residentBytesMax ?? 0;
  assertGreater(most, memory.length);
  memory = undefined;
  forgetResidentMax();
  const { residentBytesMax = 0 } = usageOf("self");
  assert(Math.abs(residentBytesMax - Deno.memoryUsage().rss) < 64 * MIB, `${residentBytesMax} after ${most}`);
});

Deno.test({
  name: "usageOf() counts what is written for a device, once for a page, and not what is removed before",
  ignore: needsProc || ["tmpfs", "ramfs", undefined].includes(fileSystemType(Deno.makeTempDirSync())),
}, () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/file`;
  const before = usageOf("self").deviceBytes ?? NaN;
  const written = () => (usageOf("self").deviceBytes ?? NaN) - before;
  const content = new Uint8Array(8 * MIB).fill(1);
  Deno.writeFileSync(path, content);
  Deno.removeSync(path);
  assertLess(written(), MIB);
  const file = Deno.openSync(path, { write: true, createNew: true });
  file.writeSync(content);
  file.syncDataSync();
  file.close();
  assertAlmostEquals(written(), content.length, MIB);
});

Deno.test(
  { name: "usageOfTrees() adds up processes, their children and what has ended", ignore: needsProc },
  async () => {
    // A child that has ended, one that runs, and the shell itself each count to a hundred thousand.
    const count = "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done";
    const ended = `sh -c '${count}'`;
    const running = `sh -c '${count}; echo counted; read -r line <&3; true'`;
    const script = `exec 3<&0; ${ended}; ${running} & ${count}; echo counted; wait`;
    const shell = new Deno.Command("bash", { args: ["-c", script], stdin: "piped", stdout: "piped" }).spawn();
    const own = new Deno.Command("sh", { args: ["-c", `${count}; times`] }).outputSync();
    try {
      let said = "";
      for await (const text of shell.stdout.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })) {
        said += text;
        if (said.match(/counted/g)?.length === 2) break;
      }
      const { cpuMs = 0, residentBytesMax = 0 } = usageOfTrees([shell.pid]);
      const [user = NaN, system = NaN] = secondsIn(new TextDecoder().decode(own.stdout));
      const oneMs = 1000 * (user + system);
      assertGreater(cpuMs, 1.5 * oneMs);
      assertLess(cpuMs, 10 * oneMs);
      // The shell runs another program than its child, so both their memories count.
      assertGreater(residentBytesMax, usageOf(shell.pid).residentBytesMax ?? Infinity);
      assertEquals(usageOfTrees([shell.pid, shell.pid]).residentBytesMax, 2 * residentBytesMax);
    } finally {
      await shell.stdin.close();
      await shell.status;
    }
  },
);

Deno.test("usageOf() and usageOfTrees() say nothing of a process that is not there", () => {
  const unknown = { cpuMs: undefined, residentBytesMax: undefined, deviceBytes: undefined };
  for (const pid of [2 ** 30, NaN]) {
    assertEquals(usageOf(pid), unknown);
    assertEquals(usageOfTrees([Deno.pid, pid]), unknown);
  }
});

/** The times that the shell's `times` prints, such as `0m0.25s`. */
function secondsIn(text: string): number[] {
  return Array.from(
    text.matchAll(/(\d+)m([\d.]+)s/g),
    ([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds),
  );
}

Deno.test({ name: "usageOfTrees() counts nothing of a child that has just ended", ignore: needsProc }, async () => {
  // The shell becomes a program that never asks what has become of the child, which stays listed.
  const script = "sleep 0.2 & echo $!; exec cat";
  const shell = new Deno.Command("sh", { args: ["-c", script], stdin: "piped", stdout: "piped" }).spawn();
  const child = Number(new TextDecoder().decode((await shell.stdout.getReader().read()).value));
  while (!/\) Z /.test(Deno.readTextFileSync(`/proc/${child}/stat`))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { cpuMs, residentBytesMax, deviceBytes } = usageOfTrees([shell.pid]);
  assertEquals([cpuMs, residentBytesMax, deviceBytes].map((value) => value === undefined), [false, false, false]);
  await shell.stdin.close();
  await shell.status;
});
