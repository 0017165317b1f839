import { assert, assertEquals, assertFalse, assertLessOrEqual } from "@std/assert";
import { type Progress, progressLine } from "../../lib/command/progress_line.ts";

const WIDE = 200;

const load: Progress = {
  phase: "load",
  elapsedMs: 3210,
  totalMs: 10_000,
  opsPerSec: 8_412_331.4,
  queue: { queued: 12, depth: 8192 },
  atRisk: { writes: 1024, ageMs: 48.4 },
};

Deno.test("progressLine() shows time, rate, queue and risk of a load", () => {
  assertEquals(
    progressLine(load, WIDE),
    "load 3.2 s / 10 s  8,412,331 ops/s  queue 12/8192  at risk 1,024 writes, 48 ms",
  );
});

Deno.test("progressLine() shows what is known of each phase, and nothing else", () => {
  const cases: [Progress, string][] = [
    [{ phase: "warmup", elapsedMs: 0, totalMs: 500, opsPerSec: 0 }, "warmup 0.0 s / 0.5 s  0 ops/s"],
    [{ phase: "drain", elapsedMs: 61_000 }, "drain 61.0 s"],
    [
      {
        phase: "preload",
        elapsedMs: 1000,
        keys: { done: 12_000, total: 1_000_000 },
        run: { number: 2, runs: 5 },
      },
      "run 2/5  preload 1.0 s  12,000 / 1,000,000 keys",
    ],
    [{ phase: "load", elapsedMs: 99.9, ops: { done: 1000, total: 2500 } }, "load 0.1 s  1,000 / 2,500 ops"],
  ];
  for (const [progress, line] of cases) assertEquals(progressLine(progress, WIDE), line);
});

Deno.test("progressLine() shows an age so that a short one is not none and a long one is short", () => {
  const cases = [
    [{ writes: 0, ageMs: 0 }, "at risk 0 writes, 0.0 ms"],
    [{ writes: 1, ageMs: 0.34 }, "at risk 1 write, 0.3 ms"],
    [{ writes: 2, ageMs: 10 }, "at risk 2 writes, 10 ms"],
    [{ writes: 3, ageMs: 999 }, "at risk 3 writes, 999 ms"],
    [{ writes: 4, ageMs: 12_340 }, "at risk 4 writes, 12.3 s"],
  ] as const;
  for (const [atRisk, text] of cases) {
    assertEquals(progressLine({ phase: "drain", elapsedMs: 0, atRisk }, WIDE), `drain 0.0 s  ${text}`);
  }
});

Deno.test("progressLine() leaves out last parts as a whole, and never reaches the terminal's last column", () => {
  const whole = progressLine(load, WIDE);
  const parts = whole.split("  ");
  for (let columns = 0; columns <= whole.length + 2; columns++) {
    const line = progressLine(load, columns);
    assertLessOrEqual(line.length, Math.max(0, columns - 1));
    assert(whole.startsWith(line));
    const fits = (count: number) => parts.slice(0, count).join("  ").length <= columns - 1;
    const shown = line.split("  ").length;
    if (fits(1)) assertEquals(line, parts.slice(0, shown).join("  "), `${columns} columns`);
    assertFalse(shown < parts.length && fits(shown + 1), `${columns} columns have room for another part`);
  }
  assertEquals(progressLine(load, whole.length + 1), whole);
  assertEquals(progressLine(load, 10), "load 3.2 ");
});
