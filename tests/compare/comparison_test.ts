import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { compareDocuments, compareFiles } from "../../lib/compare/comparison.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { documentOf, repeatsOf, single } from "./fixtures.ts";

/** What comes of comparing one figure's samples in several files. */
function compareSamples(...samples: number[][]) {
  const { figures } = compareDocuments(
    samples.map((list, index) => documentOf(`${index}.json`, repeatsOf("ops", list))),
  );
  const [figure] = figures;
  assert(figure !== undefined);
  return figure.values;
}

function verdictOf(baseline: number[], samples: number[]) {
  return compareSamples(baseline, samples)[1]?.test?.verdict;
}

Deno.test("compareDocuments() gives medians, and ratios to the first", () => {
  const [baseline, half, triple] = compareSamples([10, 30, 20], [9, 11, 10, 10], [60]);
  assertEquals(baseline, { samples: [10, 30, 20], median: 20 });
  assertEquals([half?.median, half?.ratio], [10, 0.5]);
  assertEquals([triple?.median, triple?.ratio], [60, 3]);
});

Deno.test("compareDocuments() has no ratio to a median of 0", () => {
  assertEquals(compareSamples([0], [5])[1], { samples: [5], median: 5 });
  assertEquals(compareSamples([0], [0])[1], { samples: [0], median: 0 });
  assertEquals(compareSamples([5], [0])[1]?.ratio, 0);
});

Deno.test("compareDocuments() tests only where both have repeats", () => {
  assertEquals(verdictOf([1], [2]), undefined);
  assertEquals(verdictOf([1], [2, 3, 4, 5, 6]), undefined);
  assertEquals(verdictOf([1, 2, 3, 4, 5], [6]), undefined);
  assertEquals(verdictOf([1, 2], [6, 7]), "too few repeats");
});

Deno.test("compareDocuments() tells differences from noise", () => {
  const apart = compareSamples([1, 2, 3, 4], [5, 6, 7, 8])[1]?.test;
  assertAlmostEquals(apart?.pValue ?? NaN, 2 / 70, 1e-12);
  assertEquals(apart?.verdict, "differs");
  assertEquals(verdictOf([5, 6, 7, 8], [1, 2, 3, 4]), "differs");
  assertEquals(verdictOf([1, 2, 3, 5], [4, 6, 7, 8]), "within noise");
  assertEquals(verdictOf([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]), "within noise");
  assertEquals(verdictOf([7, 7, 7, 7], [7, 7, 7, 7]), "within noise");
});

Deno.test("compareDocuments() says when there are too few repeats for any difference to show", () => {
  const test = compareSamples([1, 2, 3], [10, 20, 30])[1]?.test;
  assertAlmostEquals(test?.pValue ?? NaN, 0.1, 1e-12);
  assertEquals(test?.verdict, "too few repeats");
  assertEquals(verdictOf([1, 2, 3], [10, 20, 30, 40]), "too few repeats");
  assertEquals(verdictOf([1, 2, 3], [10, 20, 30, 40, 50]), "differs");
  assertEquals(verdictOf([1, 2], [10, 20, 30, 40, 50, 60, 70]), "too few repeats");
  assertEquals(verdictOf([1, 2], [10, 20, 30, 40, 50, 60, 70, 80]), "differs");
});

Deno.test("compareDocuments() compares each document with the first, not with the one before", () => {
  const values = compareSamples([1, 2, 3, 4], [11, 12, 13, 14], [1.5, 2.5, 3.5, 4.5]);
  assertEquals(values.map((value) => value?.test?.verdict), [undefined, "differs", "within noise"]);
});

Deno.test("compareDocuments() leaves a figure's value open where a document has none", () => {
  const a = documentOf("a.json", repeatsOf("drain_sec", [1, 2]));
  const b = documentOf("b.json", repeatsOf("sweeps", [3, 4]));
  assertEquals(compareDocuments([a, b]).figures, [
    { name: "drain_sec", values: [{ samples: [1, 2], median: 1.5 }, undefined] },
    { name: "sweeps", values: [undefined, { samples: [3, 4], median: 3.5 }] },
  ]);
});

Deno.test("compareDocuments() finds nothing different where all is the same", () => {
  assertEquals(compareDocuments([documentOf("a", single), documentOf("b", single)]).differences, []);
});

Deno.test("compareDocuments() names what differs besides the figures, however deep", () => {
  const other = {
    ...single,
    kvlab: "0.2.0",
    seed: 124,
    machine: { cpu_count: 8, os: "linux" },
    options: { threads: 4, pattern: "bursty", mix: { shares: [0.5, 0.25] }, output: null },
  };
  const documents = [single, other, single].map((fields) => documentOf("PATH", fields));
  assertEquals(compareDocuments(documents).differences, [
    { key: "kvlab", values: ["0.1.0", "0.2.0", "0.1.0"] },
    { key: "seed", values: [123, 124, 123] },
    { key: "machine.cpu_count", values: [4, 8, 4] },
    { key: "options.pattern", values: ["consistent", "bursty", "consistent"] },
    { key: "options.mix.shares.1", values: [0.5, 0.25, 0.5] },
    { key: "options.output", values: [undefined, null, undefined] },
  ]);
});

Deno.test("compareFiles() reads the files in their order, and names the one that it cannot read", () => {
  const directory = Deno.makeTempDirSync();
  try {
    const paths = ["b.json", "a.json"].map((name) => `${directory}/${name}`);
    for (const [index, path] of paths.entries()) {
      Deno.writeTextFileSync(path, JSON.stringify({ ...single, total_ops: index + 1 }));
    }
    const { documents, figures } = compareFiles(paths);
    assertEquals(documents.map(({ path }) => path), paths);
    assertEquals(figures.find(({ name }) => name === "total_ops")?.values.map((value) => value?.median), [1, 2]);

    const missing = `${directory}/c.json`;
    const error = assertThrows(() => compareFiles([...paths, missing]), PersistError);
    assertEquals(error.message, `Cannot read ${missing}: No such file or directory (os error 2)`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});
