/**
 * Tests of how much memory is free: what the system has, unless a control group, or one around it, has less.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { availableMemory, type ReadSystemFile } from "../../lib/system/memory.ts";

const MIB = 2 ** 20;

/** A system of these files, with their paths. */
function system(files: Readonly<Record<string, string>>): ReadSystemFile {
  return (path) => files[path];
}

/** A group of either version: its limit, what it uses, and how much of that are pages of files. */
function group(version: 1 | 2, directory: string, [limit, used, cached]: readonly [string, number, number]) {
  const stat = version === 1
    ? `cache 1\ninactive_file 7\ntotal_inactive_file ${cached}\ntotal_active_file 1\n`
    : `anon 5\ninactive_file ${cached}\nactive_file 1\nworkingset_refault_file 9\n`;
  const [limitName, usageName] = version === 1
    ? ["memory.limit_in_bytes", "memory.usage_in_bytes"]
    : ["memory.max", "memory.current"];
  return {
    [`${directory}/${limitName}`]: `${limit}\n`,
    [`${directory}/${usageName}`]: `${used}\n`,
    [`${directory}/memory.stat`]: stat,
  };
}

const MOUNTS_2 =
  "25 20 0:22 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n20 1 8:1 / / rw - ext4 /dev/a rw";
const MOUNTS_1 = [
  "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
  "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu",
  "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory",
  "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
].join("\n");

Deno.test("availableMemory() is what a group leaves of its limit, where pages of files are free", () => {
  const read = system({
    "/proc/self/cgroup": "0::/user/kvlab\n",
    "/proc/self/mountinfo": MOUNTS_2,
    ...group(2, "/sys/fs/cgroup/user/kvlab", [String(100 * MIB), 30 * MIB, 10 * MIB - 1]),
    ...group(2, "/sys/fs/cgroup/user", ["max", 500 * MIB, 0]),
  });
  assertEquals(availableMemory(read), { bytes: 80 * MIB, ofGroup: true });
});

Deno.test("availableMemory() is the least that the groups around a group leave", () => {
  const read = system({
    "/proc/self/cgroup": "0::/a/b/c\n",
    "/proc/self/mountinfo": MOUNTS_2,
    ...group(2, "/sys/fs/cgroup/a/b/c", ["max", 10 * MIB, 0]),
    ...group(2, "/sys/fs/cgroup/a/b", [String(50 * MIB), 20 * MIB, 0]),
    ...group(2, "/sys/fs/cgroup/a", [String(40 * MIB), 35 * MIB + 1, 0]),
  });
  assertEquals(availableMemory(read), { bytes: 5 * MIB, ofGroup: true });
});

Deno.test("availableMemory() knows the first version too, beside an empty second one", () => {
  const read = system({
    "/proc/self/cgroup": "8:pids:/\n4:memory:/process/x\n1:cpu:/\n0::/\n",
    "/proc/self/mountinfo": MOUNTS_1,
    ...group(1, "/sys/fs/cgroup/memory", ["9223372036854771712", 900 * MIB, 0]),
    ...group(1, "/sys/fs/cgroup/memory/process/x", [String(64 * MIB), 4 * MIB, 4 * MIB - 1]),
  });
  assertEquals(availableMemory(read), { bytes: 64 * MIB, ofGroup: true });
});

Deno.test("availableMemory() finds a container's own group, whatever its path is outside", () => {
  const inside = group(2, "/sys/fs/cgroup", [String(64 * MIB), MIB, MIB - 1]);
  for (const [path, root] of [["/", "/"], ["/docker/f00", "/docker/f00"], ["/docker/f00", "/"]]) {
    const read = system({
      "/proc/self/cgroup": `0::${path}\n`,
      "/proc/self/mountinfo": `25 20 0:22 ${root} /sys/fs/cgroup ro - cgroup2 cgroup rw`,
      ...inside,
    });
    assertEquals(availableMemory(read), { bytes: 64 * MIB, ofGroup: true }, `${path} ${root}`);
  }
});

Deno.test("availableMemory() is the system's where no group limits it, or none is known", () => {
  for (const files of [{}, { "/proc/self/cgroup": "0::/a\n", "/proc/self/mountinfo": MOUNTS_2 }]) {
    const memory = availableMemory(system(files));
    assert(memory !== undefined && memory.bytes > 0 && !memory.ofGroup);
  }
  assert((availableMemory()?.bytes ?? 0) > 0);
});

Deno.test("availableMemory() is nothing where more is used than may be", () => {
  const read = system({
    "/proc/self/cgroup": "0::/a\n",
    "/proc/self/mountinfo": MOUNTS_2,
    ...group(2, "/sys/fs/cgroup/a", [String(MIB), 2 * MIB, -1]),
  });
  assertEquals(availableMemory(read), { bytes: 0, ofGroup: true });
});
