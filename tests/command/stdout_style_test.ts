/**
 * Tests of how results are set on stdout, on a real terminal and elsewhere.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { kvlab, succeeds, testWhere } from "../main/kvlab.ts";

const SCRIPT = new URL("./stdout_style_script.ts", import.meta.url).pathname;
const PROGRAM = [Deno.execPath(), "run", "--quiet", "--allow-env=TERM", SCRIPT];
const TERMINAL = [
  "script",
  "--quiet",
  "--return",
  "--command",
  PROGRAM.map((word) => `'${word}'`).join(" "),
  "/dev/null",
];
const hasScript = await succeeds("script", ["--quiet", "--return", "--command", "true", "/dev/null"]);

testWhere(
  hasScript ? undefined : "there is no script(1) that gives it a terminal",
  "stdoutStyle() is bold on a terminal, unless NO_COLOR is set or the terminal is dumb",
  async () => {
    const on = async (env: Record<string, string>) => (await kvlab([], { program: TERMINAL, env })).stdout;
    assertEquals(await on({ NO_COLOR: "", TERM: "xterm" }), "\x1b[1mrate\x1b[22m\r\n");
    assertEquals(await on({ NO_COLOR: "1", TERM: "xterm" }), "rate\r\n");
    assertEquals(await on({ NO_COLOR: "", TERM: "dumb" }), "rate\r\n");
  },
);

Deno.test("stdoutStyle() is plain where stdout is no terminal", async () => {
  assertEquals((await kvlab([], { program: PROGRAM })).stdout, "rate\n");
});
