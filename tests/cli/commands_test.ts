/**
 * Tests of the commands beside a run: what each valid form means, and the one line that each wrong one gets.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type CommandName, COMMANDS, flagsOf, takersOf, takes } from "../../lib/cli/commands.ts";
import { FLAG_LIST } from "../../lib/cli/flags.ts";
import { type Command, type CrashCommand, parseCommand } from "../../lib/cli/options.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";

const DEFAULTS = { threads: 8, seed: 42 };
const FILE = "file --file-count=128 --flush-period-us=50000";
const CRASH: CrashCommand = {
  kind: "crash",
  kills: 20,
  options: {
    threads: 8,
    loadTimeMs: 1000,
    workload: { kind: "seed" },
    pattern: "consistent",
    seed: 42,
    backend: {
      kind: "file",
      fileCount: 128,
      serializer: "json",
      policy: { kind: "periodic", periodMs: 50 },
      replace: "rename",
      sync: "none",
    },
  },
  format: "text",
};

/** The arguments of a command line without quoting. */
function split(line: string): string[] {
  return line.split(" ").filter((arg) => arg !== "");
}

function assertCommand(line: string, command: Command): void {
  assertEquals(parseCommand(split(line), DEFAULTS), command, line);
}

function assertRefused(args: readonly string[] | string, message: string): void {
  const list = typeof args === "string" ? split(args) : args;
  const error = assertThrows(() => parseCommand(list, DEFAULTS), UsageError);
  assertEquals(error.message, message, JSON.stringify(list));
}

Deno.test("parseCommand() reads crash with the load of a run, flags anywhere", () => {
  assertCommand(`crash ${FILE}`, CRASH);
  assertCommand(`crash --kills=3 ${FILE} --format=json`, { ...CRASH, kills: 3, format: "json" });
  assertCommand(`--kills 1 crash ${FILE}`, { ...CRASH, kills: 1 });
  assertCommand(`crash ${FILE} --kills=1000000`, { ...CRASH, kills: 1_000_000 });
  const { options } = CRASH;
  assertCommand(`crash --load-time-sec=10 ${FILE}`, { ...CRASH, options: { ...options, loadTimeMs: 10_000 } });
  assertCommand(`crash -t2 --load-time-sec=0.5 --pattern=bursty --seed=7 ${FILE} --replace=alternate --output=dir`, {
    ...CRASH,
    options: {
      ...options,
      threads: 2,
      loadTimeMs: 500,
      pattern: "bursty",
      seed: 7,
      backend: { ...options.backend, replace: "alternate", output: "dir" },
    },
  });
});

Deno.test("parseCommand() refuses a crash that it cannot be", () => {
  const kills = "--kills must be a whole number from 1 to 1000000, got";
  assertRefused(`crash --kills=0 ${FILE}`, `${kills} "0"`);
  assertRefused(`crash --kills=1000001 ${FILE}`, `${kills} "1000001"`);
  assertRefused(`crash --kills=-1 ${FILE}`, `${kills} "-1"`);
  assertRefused(`crash ${FILE} --kills`, "--kills needs a value, must be a whole number from 1 to 1000000");
  assertRefused("crash", "crash needs a backend, must be file");
  assertRefused("crash memory", "crash needs the file backend, got memory: nothing of it survives a crash");
  assertRefused("crash fiel", 'unknown backend "fiel", must be file (did you mean file?)');
  assertRefused("crash file memory", "two backends given, file and memory, must be one of them");
  assertRefused("crash file x", 'unexpected argument "x" beside the backend file');
  assertRefused("crash file --file-count=3 -- x", 'unexpected "x" after "--", nothing may follow it');
  assertRefused("crash file", "the file backend needs --file-count=N, a whole number from 1 to 65536");
  assertRefused(`crash ${FILE} --force-read`, "crash takes no --force-read, which goes with inspect or export");
  assertRefused(`crash --kill=3 ${FILE}`, 'unknown flag "--kill" (did you mean --kills?)');
});

Deno.test("parseCommand() reads inspect and export, flags anywhere", () => {
  const inspect = { kind: "inspect", directory: "some/dir", forceRead: false, format: "text" } as const;
  assertCommand("inspect some/dir", inspect);
  assertCommand("inspect some/dir --format=json", { ...inspect, format: "json" });
  assertCommand("--format text inspect some/dir", inspect);
  const forms = ["inspect some/dir --force-read", "inspect --force-read some/dir", "--force-read inspect some/dir"];
  for (const form of forms) assertCommand(form, { ...inspect, forceRead: true });

  const whole = { kind: "export", directory: "some/dir", forceRead: false, format: "json" } as const;
  assertCommand("export some/dir", whole);
  assertCommand("export --force-read some/dir --format=cbor", { ...whole, forceRead: true, format: "cbor" });
  for (const directory of ["memory", "inspect", " ", "é\n", "a=b", "__proto__", "-"]) {
    assertEquals(parseCommand(["export", directory], DEFAULTS), { ...whole, directory });
  }
});

Deno.test("parseCommand() refuses an inspect or export that it cannot be", () => {
  for (const command of ["inspect", "export"]) {
    assertRefused(command, `${command} needs a directory: kvlab ${command} DIR`);
    assertRefused([command, ""], `${command} needs a directory: kvlab ${command} DIR`);
    assertRefused(`${command} --force-read`, `${command} needs a directory: kvlab ${command} DIR`);
    assertRefused(
      `${command} a b c d e`,
      'unexpected "b", "c", "d", … beside the directory "a", must be one directory',
    );
    assertRefused(`${command} a -- b`, 'unexpected "b" after "--", nothing may follow it');
    assertRefused(`${command} a --force-read=yes`, '--force-read takes no value, got "yes"');
    assertRefused(`${command} a --force`, 'unknown flag "--force" (did you mean --force-read?)');
    assertRefused(
      `${command} a --xyz`,
      `unknown flag "--xyz", must be --format, --force-read, --help or --version`,
    );
    assertRefused(`${command} a --kills=3`, `${command} takes no --kills, which goes with crash`);
  }
  assertRefused("inspect a --format=cbor", '--format must be text or json, got "cbor"');
  assertRefused("inspect a --format=", "--format needs a value, must be text or json");
  assertRefused("export a --format=text", '--format must be json or cbor, got "text"');
  assertRefused("export a --format=", "--format needs a value, must be json or cbor");
});

Deno.test("parseCommand() refuses flags of other commands, whatever their value, and says whose they are", () => {
  assertRefused("memory --kills=x", "a run takes no --kills, which goes with crash");
  assertRefused("memory --force-read", "a run takes no --force-read, which goes with inspect or export");
  for (const { name } of FLAG_LIST) {
    for (const command of ["inspect", "export"] as const) {
      if (name === "format" || name === "kills") continue;
      assertRefused([command, "a", `--${name}=?`], `${command} takes no --${name}, which goes with a run or crash`);
    }
  }
});

Deno.test("parseCommand() names the command that was meant", () => {
  const allowed = "must be memory, file, crash, inspect or export";
  const rows = [
    ["inspct a", "inspct", "inspect"],
    ["inspct --force-read a", "inspct", "inspect"],
    ["exprot a --format=cbor", "exprot", "export"],
    ["INSPECT a", "INSPECT", "inspect"],
    [`crahs --kills=3 ${FILE}`, "crahs", "crash"],
  ] as const;
  for (const [line, word, meant] of rows) {
    assertRefused(line, `unknown backend or command "${word}", ${allowed} (did you mean ${meant}?)`);
  }
});

Deno.test("parseCommand() gives help and version of every command when asked", () => {
  for (const command of ["crash", "inspect", "export"]) {
    for (const rest of ["--help", "-h", "a --help", "--help a", "--kills=x --force-read=x -h"]) {
      assertCommand(`${command} ${rest}`, { kind: "help" });
    }
    assertCommand(`${command} -V`, { kind: "version" });
  }
});

Deno.test("no command takes two flags of one name", () => {
  for (const command of Object.keys(COMMANDS) as CommandName[]) {
    const names = flagsOf(command).map(({ name }) => name);
    assertStrictEquals(new Set(names).size, names.length, command);
    assert(flagsOf(command).every((flag) => takes(command, flag)));
  }
  assertEquals(takersOf("format"), ["run", "crash", "inspect", "export"]);
  assertEquals(takersOf("threads"), ["run", "crash"]);
});
