/**
 * Imports point down the list of folders in the README, and never make a circle: types are imported too, so a circle of
 * types counts.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";

/** The files that each file imports, including those of which it needs only types. */
type Graph = ReadonlyMap<string, readonly string[]>;

const ROOT = new URL("../", import.meta.url);

Deno.test("imports of main.ts and lib/ only point down the list in the README", () => {
  const floors = readFloors();
  const sideways = new Set<string>();
  const wrong: string[] = [];
  for (const [from, imported] of readGraph()) {
    for (const to of imported) {
      const [fromFloor, toFloor] = [floors.get(folderOf(from)), floors.get(folderOf(to))];
      assertEquals([fromFloor, toFloor].includes(undefined), false, `${from} or ${to} is not in the README's list`);
      if (toFloor! < fromFloor!) wrong.push(`${from} imports ${to}, which is above it`);
      if (toFloor === fromFloor && folderOf(from) !== folderOf(to)) sideways.add(`${folderOf(from)} ${folderOf(to)}`);
    }
  }
  // Two folders on one line: one may import the other, but not the other way as well.
  for (const pair of sideways) {
    const [from, to] = pair.split(" ");
    if (sideways.has(`${to} ${from}`)) wrong.push(`${from} and ${to} import each other`);
  }
  assertEquals(wrong, []);
});

Deno.test("imports of main.ts and lib/ make no circle", () => {
  assertEquals(circlesIn(readGraph()), []);
});

Deno.test("circlesIn() returns a circle for each import that closes one", () => {
  const graph = new Map([
    ["a", ["b", "leaf"]],
    ["b", ["c"]],
    ["c", ["a", "d"]],
    ["d", ["e", "leaf"]],
    ["e", ["d"]],
    ["leaf", []],
  ]);
  assertEquals(circlesIn(graph), ["a -> b -> c -> a", "d -> e -> d"]);
});

/** The number of each folder's line in the README's list, from the top. */
function readFloors(): ReadonlyMap<string, number> {
  const readme = Deno.readTextFileSync(new URL("README.md", ROOT));
  const list = readme.match(/```text\n(main\.ts {2,}.*?)```/s)?.[1] ?? "";
  const floors = new Map<string, number>();
  for (const [floor, line] of list.trimEnd().split("\n").entries()) {
    const [names = ""] = line.split(/ {2,}/);
    for (const name of names.split(", ")) floors.set(name.replace(/^(?!lib\/|main\.ts)/, "lib/"), floor);
  }
  assertGreater(floors.size, 10);
  // What stands in no folder, such as the version, is below all of them.
  return floors.set("lib", floors.size);
}

function readGraph(): Graph {
  const graph = new Map<string, string[]>();
  for (const path of ["main.ts", ...sourcesIn("lib")]) {
    const text = Deno.readTextFileSync(new URL(path, ROOT));
    const imports = text.matchAll(/(?:\bfrom |\bimport |\bimport\()"(\.[^"]+\.ts)"/g);
    graph.set(
      path,
      Array.from(imports, ([, to = ""]) => new URL(to, new URL(path, ROOT)).href.slice(ROOT.href.length)),
    );
  }
  return graph;
}

/** The paths of the folder's sources, except those of other projects. */
function sourcesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return path === "lib/jsr" ? [] : sourcesIn(path);
    return name.endsWith(".ts") ? [path] : [];
  });
}

/** The part of the path that the README lists: main.ts, a folder of lib, or lib itself. */
function folderOf(path: string): string {
  const parts = path.split("/");
  return parts.slice(0, Math.min(2, Math.max(1, parts.length - 1))).join("/");
}

/** Searches depth first; there is a circle for each import that leads back to a file on the way to it. */
function circlesIn(graph: Graph): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string) => {
    const start = way.indexOf(path);
    if (start >= 0) circles.push([...way.slice(start), path].join(" -> "));
    if (start >= 0 || done.has(path)) return;
    way.push(path);
    for (const to of graph.get(path) ?? []) visit(to);
    way.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return circles.sort();
}
