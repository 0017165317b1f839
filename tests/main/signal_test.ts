/**
 * Tests of signals: the first SIGINT, SIGTERM or SIGHUP ends a run in an orderly way, with a result and everything
 * acknowledged in the files; a second one quits at once.
 *
 * @module
 */
import { assertEquals, assertGreater, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import type { SerializerName } from "../../lib/codec/codec.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, type Ended, figureOf, kvlab, KvlabProcess, linesOf, resultOf } from "./kvlab.ts";
import { assertPersisted } from "./persisted.ts";

const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;
const FILES = 12;
/** A load time that only a signal ends. */
const ENDLESS = "--load-time-sec=600";
/** How long a load is left alone. */
const LOAD_MS = 200;
/** What counts as at once on the busiest machine. */
const AT_ONCE_MS_MAX = 10_000;
/** Two signals closer than this are one. */
const SAME_SIGNAL_MS = 200;

const POLICIES: readonly { policy: string; serializer: SerializerName }[] = [
  { policy: "--queue-depth=64", serializer: "json" },
  { policy: "--write-period-us=500", serializer: "cbor" },
];

function passes(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Starts a run, and sends it the signal when it has run for a while. */
async function interrupt(args: readonly string[], signal: keyof typeof CODES): Promise<Ended> {
  const process = KvlabProcess.start(args);
  await process.says("kvlab: running");
  await passes(LOAD_MS);
  process.signal(signal);
  return await process.ended;
}

for (const signal of SIGNALS) {
  for (const { policy, serializer } of POLICIES) {
    const flags = [
      "file",
      `--file-count=${FILES}`,
      policy,
      `--serializer=${serializer}`,
      "--threads=2",
      "--no-device-probe",
    ];
    Deno.test(`${signal} ends a run with its result and loses nothing acknowledged: ${policy}, ${serializer}`, async () => {
      using directory = temporaryDirectory();
      const output = directory.path;
      const common = [...flags, `--output=${output}`, "--format=json"];

      const ended = await interrupt([...common, ENDLESS], signal);

      assertCode(ended, CODES[signal]);
      const interrupted = resultOf(ended);
      assertEquals(interrupted.stopped_by, signal);
      assertGreater(interrupted.writes, 0);
      const [, running, stopping, draining, ...more] = linesOf(ended.stderr);
      assertEquals([running, draining, more], ["kvlab: running", "kvlab: draining", []], ended.stderr);
      assertMatch(stopping ?? "", new RegExp(`^kvlab: ${signal}: stopping`));
      assertPersisted(output, { files: FILES, serializer, runs: [interrupted] });

      // The next run loads all of it, and goes on.
      const next = resultOf(await kvlab([...common, "--load-time-sec=0.2"]));
      assertEquals(next.stopped_by, null);
      assertEquals(next.files_loaded, interrupted.files);
      assertPersisted(output, { files: FILES, serializer, runs: [interrupted, next] });
    });
  }

  Deno.test(`${signal} ends a run in memory with its text result`, async () => {
    const ended = await interrupt(["memory", ENDLESS, "--threads=2", "--pattern=bursty"], signal);
    assertCode(ended, CODES[signal]);
    assertGreater(figureOf(ended, "total_ops"), 0);
    assertLess(figureOf(ended, "total_runtime"), 10);
    assertStringIncludes(ended.stdout, `\nstopped by  ${signal}\n`);
  });
}

Deno.test("two signals at once are one, and the run ends in an orderly way", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const process = KvlabProcess.start([
    "file",
    `--file-count=${FILES}`,
    "--queue-depth=4",
    "--no-device-probe",
    `--output=${output}`,
    "--format=json",
    ENDLESS,
  ]);
  await process.says("kvlab: running");
  process.signal("SIGINT");
  process.signal("SIGINT");

  const ended = await process.ended;
  assertCode(ended, CODES.SIGINT);
  assertPersisted(output, { files: FILES, serializer: "json", runs: [resultOf(ended)] });
});

/** Nothing is written before the drain, which then has many files to write and to sync: many seconds. */
const LONG_DRAIN_FILES = 16_384;
const LONG_DRAIN = [
  "file",
  `--file-count=${LONG_DRAIN_FILES}`,
  "--write-period-us=86400000000",
  "--sync=full",
  "--pattern=unthrottled",
  "--no-device-probe",
  "-t2",
];

/** Ends a run by SIGINT, and once it drains, at once by another signal. */
async function quitAtOnce(
  second: keyof typeof CODES,
  options: { args?: readonly string[]; env?: Record<string, string>; whileDraining?: () => void },
): Promise<void> {
  const { args = [], env = {}, whileDraining } = options;
  const process = KvlabProcess.start([...LONG_DRAIN, ...args, ENDLESS], { env });
  await process.says("kvlab: running");
  await passes(LOAD_MS);
  process.signal("SIGINT");
  await process.says("kvlab: draining");
  await passes(SAME_SIGNAL_MS + 50);
  whileDraining?.();
  const secondAtMs = performance.now();
  process.signal(second);

  const ended = await process.ended;
  assertLess(performance.now() - secondAtMs, AT_ONCE_MS_MAX);
  assertCode(ended, CODES[second]);
  assertEquals(ended.stdout, "");
  assertMatch(ended.stderr, new RegExp(`^kvlab: ${second}: quit at once; acknowledged writes may be lost$`, "m"));
}

for (const second of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`a second signal, ${second}, quits at once without a result`, async () => {
    using directory = temporaryDirectory();
    await quitAtOnce(second, { args: [`--output=${directory.path}`] });
    assertLess(namesIn(directory.path).length, LONG_DRAIN_FILES / 2, "it quit before the drain was done");
  });
}

Deno.test("a second signal, SIGHUP, takes the temporary directory with it, though it is still being written to", async () => {
  using temporary = temporaryDirectory();
  const env = { TMPDIR: temporary.path };
  await quitAtOnce("SIGHUP", { env, whileDraining: () => assertEquals(namesIn(temporary.path).length, 1) });
  assertEquals(namesIn(temporary.path), []);
});

Deno.test("a SIGHUP that is ignored from the start, as under nohup, stays so", async () => {
  const wrapper = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"];
  const process = KvlabProcess.start(["memory", ENDLESS, "--threads=1", "--pattern=bursty"], { wrapper });
  await process.says("kvlab: running");
  process.signal("SIGHUP");
  await passes(LOAD_MS);
  process.signal("SIGTERM");

  const ended = await process.ended;
  assertCode(ended, CODES.SIGTERM);
  assertEquals(ended.stderr.includes("SIGHUP"), false, ended.stderr);
});

Deno.test("a signal before the load begins ends the run in an orderly way", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const flags = [
    "file",
    `--file-count=${FILES}`,
    "--queue-depth=4",
    "--no-device-probe",
    `--output=${output}`,
    "--format=json",
  ];
  const first = resultOf(await kvlab([...flags, "--load-time-sec=0.1"]));
  const process = KvlabProcess.start([...flags, "--threads=8", ENDLESS]);
  // Eight workers take far longer to be ready than a signal after the first line takes to arrive.
  await process.says("kvlab 0");
  process.signal("SIGTERM");

  const ended = await process.ended;
  assertCode(ended, CODES.SIGTERM);
  assertPersisted(output, { files: FILES, serializer: "json", runs: [first, resultOf(ended)] });
});
