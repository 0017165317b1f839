/**
 * Tests of what a sweep's configurations are called.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { sweepSpace } from "../../lib/command/sweep_space.ts";
import { namesOf } from "../../lib/command/sweep_file.ts";
import { configurationNames } from "../../lib/sweep/names.ts";

/** The names of what the groups mean. */
function namesIn(...groups: readonly string[]): string[] {
  const defaults = { threads: 1, seed: 1 };
  const { configurations } = sweepSpace({
    load: new Map(),
    groups: groups.map((group) => group.split(" ")),
    defaults,
    yes: true,
  });
  return namesOf(configurations);
}

Deno.test("configurationNames() have what tells each from the others, and no more", () => {
  assertEquals(
    namesIn(
      "memory",
      "file --file-count=128 --layout=snapshot,blocks,log --flush-period-us=50000",
      "file --file-count=128 --layout=blocks,log --queue-depth=8192",
      "file --file-count=1 --layout=log --commit-delay-us=0 --sync=none,data",
      "sqlite --synchronous=off,normal,full",
      "redis --spawn --appendfsync=everysec,always --in-flight=16",
    ),
    [
      "memory",
      "snapshot, flush 50 ms",
      "blocks, flush 50 ms",
      "log, flush 50 ms",
      "blocks, queue 8192",
      "log, queue 8192",
      "log, commit, sync none",
      "log, commit, sync data",
      "sqlite, synchronous off",
      "sqlite, synchronous normal",
      "sqlite, synchronous full",
      "redis, appendfsync everysec",
      "redis, appendfsync always",
    ],
  );
});

Deno.test("configurationNames() leave out a backend or a layout that is the only one, but never everything", () => {
  assertEquals(namesIn("file --file-count=16 --layout=log --flush-period-us=2000,50000"), [
    "flush 2 ms",
    "flush 50 ms",
  ]);
  assertEquals(namesIn("file --file-count=16 --layout=log --flush-period-us=2000"), ["log"]);
  assertEquals(namesIn("sqlite"), ["sqlite"]);
  assertEquals(namesIn("sqlite --synchronous=off,full"), ["synchronous off", "synchronous full"]);
  assertEquals(namesIn("memory", "file --file-count=1 --flush-period-us=1500000"), ["memory", "snapshot"]);
});

Deno.test("configurationNames() say what differs in words, by the flag where they have none", () => {
  assertEquals(
    namesIn("file --file-count=1,16 --layout=log --commit-delay-us=0,150 --serializer=raw,json"),
    ["commit", "commit 150 µs"].flatMap((policy) =>
      ["raw", "json"].flatMap((serializer) =>
        ["1 file", "16 files"].map((files) => `${policy}, ${serializer}, ${files}`)
      )
    ).toSorted((a, b) => Number(a.includes("16")) - Number(b.includes("16"))),
  );
  assertEquals(
    namesIn(
      "file --file-count=1 --flush-period-us=1000",
      "file --file-count=1 --flush-period-us=1000 --no-device-probe",
    ),
    ["snapshot", "no device probe"],
  );
});

Deno.test("configurationNames() are unique and short in the default space, and where only the order differs", () => {
  const names = namesIn(...["memory", "file --file-count=16 --layout=log --queue-depth=64,8192 --sync=none,data"]);
  const all = [...names, ...sweepNames()];
  for (const name of all) assertLessOrEqual(name.length, 32, name);
  const entry = { backend: "file", layout: "log" };
  const twins = configurationNames([
    { ...entry, args: ["file", "--a=1", "--b=2"] },
    { ...entry, args: ["file", "--b=2", "--a=1"] },
  ]);
  assertEquals(twins, ["log", "log #2"]);
});

/** The names of the default space. */
function sweepNames(): string[] {
  const { configurations } = sweepSpace({ load: new Map(), groups: [], defaults: { threads: 1, seed: 1 }, yes: false });
  const names = namesOf(configurations);
  assert(new Set(names).size === names.length, names.join("; "));
  return names;
}
