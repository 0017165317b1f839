import { assert, assertEquals, assertMatch } from "@std/assert";
import { cpus } from "node:os";
import { readMachine } from "../../lib/result/machine.ts";

Deno.test({
  name: "readMachine() describes this machine without its CPU, memory and kernel when no permission is given",
  permissions: "none",
  fn() {
    const machine = readMachine();
    assert(Number.isInteger(machine.cpuCount) && machine.cpuCount >= 1);
    assertEquals([machine.os, machine.arch], [Deno.build.os, Deno.build.arch]);
    assertMatch(machine.denoVersion, /^\d+\.\d+\.\d+/);
    assertMatch(machine.v8Version, /^\d+\.\d+/);
    assertEquals([machine.cpuModel, machine.memoryBytes, machine.kernel], [null, null, null]);
  },
});

Deno.test({
  name: "readMachine() describes the CPU, the memory and the kernel when it may know them",
  permissions: { sys: true },
  fn() {
    const { cpuModel, memoryBytes, kernel } = readMachine();
    assertEquals(cpuModel ?? "", cpus()[0]?.model.trim());
    assertEquals(memoryBytes, Deno.systemMemoryInfo().total);
    assertEquals(kernel, Deno.osRelease());
  },
});

Deno.test({
  name: "readMachine() describes what each permission lets it know",
  permissions: { sys: ["osRelease"] },
  fn() {
    const { cpuModel, memoryBytes, kernel } = readMachine();
    assertEquals([cpuModel, memoryBytes, kernel], [null, null, Deno.osRelease()]);
  },
});
