/**
 * Tests of the help: it has every flag, fits the screen, and its examples work.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { BACKEND_NAMES, COMMAND_WORDS, COMMANDS, FLAG_LIST, SWITCH_LIST } from "../../lib/command/commands.ts";
import { helpText } from "../../lib/command/help.ts";
import { parseCommand } from "../../lib/command/parse_command.ts";

/** The arguments of each example in the help. */
function exampleArgs(): string[][] {
  return helpText().split("\n").filter((line) => line.startsWith("    kvlab "))
    .map((line) => line.trim().split(" ").slice(1));
}

Deno.test("helpText() names every flag, with its value and its default", () => {
  const text = helpText();
  for (const { name, short, placeholder, valueOptional, ...flag } of FLAG_LIST) {
    const value = valueOptional ? `[=${placeholder}]` : `=${placeholder}`;
    assertStringIncludes(text, `${short === undefined ? "    " : `-${short}, `}--${name}${value}`);
    if ("defaultText" in flag) assertStringIncludes(text.replaceAll(/\s+/g, " "), `Default: ${flag.defaultText}.`);
    if (flag.defaultNote) assertStringIncludes(text.replaceAll(/\s+/g, " "), `Default: ${flag.defaultNote}.`);
  }
  for (const { name, ...flag } of SWITCH_LIST) {
    assertStringIncludes(text, `${"short" in flag ? `-${flag.short}, ` : "    "}--${name} `);
  }
  for (const name of BACKEND_NAMES) assertStringIncludes(text, `\n  ${name} `);
});

Deno.test("helpText() has lines of at most 100 columns, without trailing spaces", () => {
  for (const line of helpText().split("\n")) {
    assertLessOrEqual(Array.from(line).length, 100, line);
    assertEquals(line, line.trimEnd());
  }
});

Deno.test("helpText() shows the seed's runs", () => {
  const shown = exampleArgs().map((args) => args.join(" "));
  for (
    const run of [
      "--threads=4 --load-time-sec=10 file --file-count=120 --queue-depth 1024 --serializer=json",
      "--threads=4 --load-time-sec=10 memory",
      "--threads=4 --load-time-sec=10 file --file-count=128 --queue-depth=8192",
      "--threads=4 --load-time-sec=10 file --file-count=128 --queue-depth=8192 --serializer=cbor",
    ]
  ) {
    assert(shown.includes(run), run);
  }
});

Deno.test("helpText() shows how each command is used, and what it is for", () => {
  const text = helpText();
  for (const { usage } of Object.values(COMMANDS)) {
    for (const form of usage) assertStringIncludes(text, `\n  kvlab ${form}\n`);
  }
  for (const word of COMMAND_WORDS) {
    assertStringIncludes(text, `\n  ${word} `);
    assertStringIncludes(text.replaceAll(/\s+/g, " "), `${word} ${COMMANDS[word].about} `);
  }
});

Deno.test("helpText() shows an example of each command, and only such that parse", () => {
  const kinds = exampleArgs().map((args) => parseCommand(args, { threads: 1, seed: 0 }).kind);
  assertEquals([...new Set(kinds)], ["run", ...COMMAND_WORDS]);
});
