/**
 * Tests of starting programs: they inherit the environment, except for what changes their loading.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { systemCommand } from "../../lib/system/command.ts";

/** What a program that is started sees of the variables, by name, while they are set for this process. */
function seenOf(variables: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const names = Object.keys(variables);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    const { stdout } = systemCommand("env", { args: [], stdin: "null" }).outputSync();
    const lines = new TextDecoder().decode(stdout).split("\n");
    return Object.fromEntries(names.map((name) => {
      const line = lines.find((line) => line.startsWith(`${name}=`));
      return [name, line?.slice(name.length + 1)];
    }));
  } finally {
    for (const name of names) Deno.env.delete(name);
  }
}

Deno.test("systemCommand() passes on the environment, but no variable of a loader, whatever its name", () => {
  assertEquals(seenOf({ LD_BIND_NOW: "1", LD_ORIGIN_PATH: "/a", LD_ANY: "1", DYLD_ANY: "1", KVLAB_LD_ANY: "kept" }), {
    LD_BIND_NOW: "",
    LD_ORIGIN_PATH: "",
    LD_ANY: "",
    DYLD_ANY: "",
    KVLAB_LD_ANY: "kept",
  });
});

Deno.test("systemCommand() alone starts programs in lib, but for what builds the executable", () => {
  const root = new URL("../../lib/", import.meta.url);
  const sourcesIn = (folder: URL): URL[] =>
    [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
      isDirectory ? sourcesIn(new URL(`${name}/`, folder)) : [new URL(name, folder)]
    );
  const starting = sourcesIn(root).filter((source) => readText(source).includes("new Deno.Command"));
  assertEquals(starting.map(({ href }) => href.slice(root.href.length)).sort(), [
    "build/compile.ts",
    "system/command.ts",
  ]);
});

function readText(source: URL): string {
  return Deno.readTextFileSync(source);
}
