/**
 * Tests of `@std/cli`, or of what stands in for it: that its parser is the genuine one.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { parseArgs as parseArgsOfMod } from "@std/cli";
import { parseArgs } from "@std/cli/parse-args";

Deno.test("@std/cli and @std/cli/parse-args export the same parser", () => {
  assertStrictEquals(parseArgsOfMod, parseArgs);
});

Deno.test("parseArgs() reads numbers and flags when nothing is declared", () => {
  const args = parseArgs(["--foo", "--bar=baz", "--qux", "1", "./quux.txt", "-n5", "-abc", "--x.y=2", "--no-z"]);
  assertEquals<unknown>(args, {
    _: ["./quux.txt"],
    foo: true,
    bar: "baz",
    qux: 1,
    n: 5,
    a: true,
    b: true,
    c: true,
    x: { y: 2 },
    "no-z": true,
  });
});

Deno.test("parseArgs() keeps strings as they are, collects and aliases when so declared", () => {
  const args = parseArgs(["-t", "007", "--tag=a", "--tag", "b", "--quick", "file", "--", "--rest"], {
    string: ["threads", "tag"],
    boolean: ["quick", "slow"],
    collect: ["tag"],
    alias: { threads: "t" },
    "--": true,
  });
  assertStrictEquals(args.threads, "007");
  assertEquals(args.tag, ["a", "b"]);
  assertEquals([args.quick, args.slow], [true, false]);
  assertEquals(args._, ["file"]);
  assertEquals(args["--"], ["--rest"]);
});

Deno.test("parseArgs() gives an empty string when a declared flag has no value", () => {
  assertStrictEquals(parseArgs(["--output"], { string: ["output"] }).output, "");
  assertStrictEquals(parseArgs(["--output="], { string: ["output"] }).output, "");
  assertStrictEquals(parseArgs([], { string: ["output"] }).output, undefined);
});

Deno.test("parseArgs() negates a boolean, and takes defaults, when so declared", () => {
  const options = { boolean: ["color"], negatable: ["color"], default: { color: true, level: "3" } } as const;
  assertStrictEquals(parseArgs(["--no-color"], options).color, false);
  assertStrictEquals(parseArgs([], options).color, true);
  assertStrictEquals(parseArgs([], options).level, "3");
});

Deno.test("parseArgs() asks about each argument that is not declared", () => {
  const asked: unknown[] = [];
  const args = parseArgs(["--known=1", "--typo=2", "stray", "-x"], {
    string: ["known"],
    unknown: (arg, key, value) => {
      asked.push([arg, key, value]);
      return false;
    },
  });
  assertEquals(asked, [["--typo=2", "typo", "2"], ["stray", undefined, undefined], ["-x", "x", true]]);
  assertEquals(args._, []);
  assert(!("typo" in args) && !("x" in args));
});

Deno.test("parseArgs() stops at the first argument that is no flag when it shall stop early", () => {
  const args = parseArgs(["--a", "run", "--b", "--c"], { boolean: ["a"], stopEarly: true });
  assertEquals(args._, ["run", "--b", "--c"]);
});

Deno.test("parseArgs() adds nothing to Object.prototype when a flag names it", () => {
  parseArgs(["--__proto__.polluted=1", "--constructor.prototype.polluted=1"]);
  assert(!("polluted" in {}));
});
