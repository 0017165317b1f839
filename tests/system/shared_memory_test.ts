/**
 * Tests of the shared memory for large tables.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { createSharedMemory } from "../../lib/system/shared_memory.ts";
import { LINE_BYTES } from "../../lib/sync/layout.ts";
import { testWhere } from "../main/kvlab.ts";

const SMAPS = "/proc/self/smaps";
const noPages = Deno.build.os === "linux" ? undefined : `${SMAPS} is only on Linux`;

function addressOf(buffer: SharedArrayBuffer): number {
  return Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(new Uint8Array(buffer))));
}

for (const bytes of [1, 100, 4096, 2 ** 20 + 8, 2 ** 24]) {
  Deno.test(`createSharedMemory() gives ${bytes} zeroed bytes from the start of a cache line on`, () => {
    const { buffer, byteOffset } = createSharedMemory(bytes);
    assertEquals((addressOf(buffer) + byteOffset) % LINE_BYTES, 0);
    assert(new Uint8Array(buffer, byteOffset, bytes).every((byte) => byte === 0));
  });
}

/** The flags of the mapping that an address is in, as `man proc_pid_smaps` lists them. */
function flagsAt(address: number): string[] {
  for (const mapping of Deno.readTextFileSync(SMAPS).split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const [, start = "", end = ""] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(mapping) ?? [];
    if (parseInt(start, 16) > address || address >= parseInt(end, 16)) continue;
    return /^VmFlags: (.*)$/m.exec(mapping)?.[1]?.trim().split(" ") ?? [];
  }
  return [];
}

testWhere(noPages, "createSharedMemory() asks for huge pages where there is room for some", () => {
  const { buffer } = createSharedMemory(2 ** 24);
  assertStrictEquals(flagsAt(addressOf(buffer) + 2 ** 23).includes("hg"), true);
});
