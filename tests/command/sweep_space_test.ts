/**
 * Tests of the sweep's space: which configurations groups with lists mean, and the one line that wrong ones get.
 *
 * @module
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ENGINES } from "../../lib/engine/engines.ts";
import { sweepSpace } from "../../lib/command/sweep_space.ts";
import { UsageError } from "../../lib/option/wording.ts";
import { DEFAULTS, split } from "./command_lines.ts";

const LOG = "file --file-count=4 --layout=log";

/** The space of groups, each as a line. */
function spaceOf(
  groups: readonly string[],
  { load = {}, isByRate = false, isByPromise = false, yes = false }: {
    load?: Record<string, string>;
    isByRate?: boolean;
    isByPromise?: boolean;
    yes?: boolean;
  } = {},
) {
  return sweepSpace({
    load: new Map(Object.entries(load)),
    groups: groups.map(split),
    defaults: DEFAULTS,
    isByRate,
    isByPromise,
    yes,
  });
}

function argsOf(groups: readonly string[]): string[] {
  return spaceOf(groups).configurations.map(({ args }) => args.join(" "));
}

function assertSpaceRefused(groups: readonly string[], message: string, options = {}): void {
  const error = assertThrows(() => spaceOf(groups, options), UsageError);
  assertStringIncludes(error.message, message, groups.join(" -- "));
}

Deno.test("sweepSpace() takes the product of a group's lists, given by = or by the next argument", () => {
  assertEquals(argsOf(["memory", `${LOG} --flush-period-us=2000,50000 --sync none,data`]), [
    "memory",
    `${LOG} --flush-period-us=2000 --sync=none`,
    `${LOG} --flush-period-us=2000 --sync=data`,
    `${LOG} --flush-period-us=50000 --sync=none`,
    `${LOG} --flush-period-us=50000 --sync=data`,
  ]);
});

Deno.test("sweepSpace() does not take a backend for the value of a flag that may have none", () => {
  assertEquals(argsOf(["--spawn redis --appendfsync=everysec,always"]), [
    "--spawn redis --appendfsync=everysec",
    "--spawn redis --appendfsync=always",
  ]);
});

Deno.test("sweepSpace() without groups takes the engines of which the machine has what they need", () => {
  const args = argsOf([]);
  const isThere = ENGINES.rocksdb.missing?.() === undefined;
  assertEquals(["sqlite", "lmdb", "rocksdb"].map((name) => args.some((line) => line.startsWith(`${name} `))), [
    true,
    true,
    isThere,
  ]);
});

Deno.test("sweepSpace() begins with memory, the baseline, and has nothing twice", () => {
  const one = `${LOG} --queue-depth=8`;
  assertEquals(argsOf([one, "memory", `${LOG} --queue-depth=8,8,16`]), ["memory", one, `${LOG} --queue-depth=16`]);
});

Deno.test("sweepSpace() gives a load no pattern whose operations begin at rates", () => {
  const { configurations: [one], loadArgs } = spaceOf(["memory"], { isByRate: true });
  assertEquals(loadArgs.filter((arg) => /^--(pattern|rate)=/.test(arg)), []);
  assertEquals([one?.options.pattern, one?.options.latencySample], ["unthrottled", 1]);
});

Deno.test("sweepSpace() reads each configuration as the parser of a run reads it, with the load", () => {
  const { configurations, loadArgs } = spaceOf([`${LOG} --queue-depth=8`], {
    load: { keys: "10k", seed: "3", threads: "2" },
  });
  const [one] = configurations;
  assertEquals(one?.options.threads, 2);
  assertEquals(one?.options.loadTimeMs, 1000);
  assertEquals(one?.options.backend.kind, "file");
  assertEquals(loadArgs, [
    "--threads=2",
    "--load-time-sec=1",
    "--pattern=unthrottled",
    "--seed=3",
    "--workload=a",
    "--keys=10k",
    "--warmup=300ms",
  ]);
});

Deno.test("sweepSpace() leaves out combinations that mean nothing, and says why", () => {
  const { configurations, leftOut } = spaceOf([
    "file --file-count=4 --layout=log,snapshot --log-size=8MiB --queue-depth=8",
  ]);
  assertEquals(configurations.length, 1);
  assertEquals(leftOut.length, 1);
  assertStringIncludes(leftOut[0]?.reason ?? "", "--log-size goes with --layout=log");
});

Deno.test("sweepSpace() has a default space of some thirty configurations, all of them valid", () => {
  const { configurations, leftOut } = spaceOf([]);
  assertEquals(leftOut, []);
  assertEquals(configurations[0]?.args, ["memory"]);
  assertEquals(configurations.length >= 15 && configurations.length <= 35, true, String(configurations.length));
});

Deno.test("sweepSpace() adds more engines to the default space where what they promise is the question", () => {
  const backends = (isByPromise: boolean) =>
    new Set(spaceOf([], { isByPromise }).configurations.map(({ args: [backend] }) => backend));
  assertEquals(backends(true).difference(backends(false)), new Set(["leveldb", "denokv"]));
});

Deno.test("sweepSpace() leaves out of the default space what cannot run the load", () => {
  const { configurations, leftOut } = spaceOf([], { load: { workload: "e" } });
  const backends = new Set(configurations.map(({ args: [backend] }) => backend));
  assertEquals(backends.has("sqlite"), true);
  assertEquals(backends.has("memory") || backends.has("file"), false);
  assertEquals(leftOut[0]?.args, ["memory"]);
  assertStringIncludes(leftOut[0]?.reason ?? "", "need a backend that keeps its keys in order");
});

Deno.test("sweepSpace() says which group is wrong", () => {
  assertSpaceRefused(["memory", ""], "group 2: it is empty, must be a backend and its flags");
  assertSpaceRefused(
    ["memory", "memory", `${LOG} --flush-perod-us=3`],
    'group 3: unknown flag "--flush-perod-us" (did you mean --flush-period-us?)',
  );
  assertSpaceRefused(["fil --file-count=3"], 'group 1: unknown backend "fil", must be memory, file');
  assertSpaceRefused(["memory", "--file-count=3"], "group 2: no backend given");
  assertSpaceRefused(
    [`${LOG} --sync=none,dta --queue-depth=8`],
    'group 1: --sync must be none, data or full, got "dta" (did you mean data?)',
  );
  assertSpaceRefused([`${LOG} --queue-depth=8,`], "group 1: --queue-depth must be a whole number");
  assertSpaceRefused(
    [`${LOG} --queue-depth=8 --threads=1,2`],
    'group 1: --threads belongs to the load, which is the same for all groups: put it before the first "--"',
  );
  assertSpaceRefused(
    [`${LOG} --queue-depth=8 --output=dir`],
    "group 1: --output would let runs find what others left",
  );
  assertSpaceRefused([`${LOG} --queue-depth=8 --budget=3m`], "group 1: --budget is not a flag of a backend");
  assertSpaceRefused([`${LOG} --queue-depth=8 --sync=none --sync=data`], "group 1: --sync is given 2 times");
  assertSpaceRefused(["memory", LOG], "group 2: the file backend needs one persistence policy");
});

Deno.test("sweepSpace() says of a wrong load that the load is wrong", () => {
  assertSpaceRefused(["memory"], "--workload must be", { load: { workload: "g" } });
});

Deno.test("sweepSpace() refuses more than 500 configurations, unless they are wanted", () => {
  const numbers = Array.from({ length: 501 }, (_, index) => index + 1).join(",");
  const group = `${LOG} --queue-depth=${numbers}`;
  assertSpaceRefused([group], "the groups make 501 configurations, more than 500 need --yes");
  assertEquals(spaceOf([group], { yes: true }).configurations.length, 501);
});
