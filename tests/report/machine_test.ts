import { assert, assertEquals, assertMatch } from "@std/assert";
import { readMachine } from "../../lib/report/machine.ts";

Deno.test({
  name: "readMachine() describes this machine when no permission is given",
  permissions: "none",
  fn() {
    const machine = readMachine();
    assert(Number.isInteger(machine.cpuCount) && machine.cpuCount >= 1);
    assertEquals([machine.os, machine.arch], [Deno.build.os, Deno.build.arch]);
    assertMatch(machine.denoVersion, /^\d+\.\d+\.\d+/);
    assertMatch(machine.v8Version, /^\d+\.\d+/);
  },
});
