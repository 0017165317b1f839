import { assertEquals } from "@std/assert";
import { shortNames } from "../../lib/result/format.ts";

Deno.test("shortNames() keeps of each path what the others do not have", () => {
  const cases: [paths: string[], names: string[]][] = [
    [["a.json", "b.json"], ["a", "b"]],
    [["runs/a.json", "runs/b.json"], ["a", "b"]],
    [["/x/runs/a.json", "/x/runs/old/b.json"], ["a", "old/b"]],
    [["runs/sync/result.json", "runs/async/result.json"], ["sync", "async"]],
    [["one/a.json", "two/a.json", "two/b.json"], ["one/a", "two/a", "two/b"]],
    [["a.json", "b.txt"], ["a.json", "b.txt"]],
    [["a.json"], ["a"]],
  ];
  for (const [paths, names] of cases) assertEquals(shortNames(paths), names);
});

Deno.test("shortNames() leaves something of each path, whatever they have in common", () => {
  const cases: [paths: string[], names: string[]][] = [
    [["a.json", "a.json"], ["a", "a"]],
    [["runs/a.json", "runs/a.json"], ["a", "a"]],
    [["a.json", "runs/a.json"], ["a", "runs/a"]],
    [[".json", "x/.json"], [".json", "x/.json"]],
    [["/dev/fd/63", "/dev/fd/62"], ["63", "62"]],
    [[], []],
  ];
  for (const [paths, names] of cases) assertEquals(shortNames(paths), names);
});
