/**
 * Tests of runs at the edges of what the flags allow: many threads, many files, few descriptors, a small queue; and of
 * what they leave behind.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { PATTERN_NAMES } from "../../lib/load/pattern.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, assertFailed, assertFailedInLoad, kvlab, KvlabProcess, linesOf, resultOf } from "./kvlab.ts";
import { assertPersisted } from "./persisted.ts";

Deno.test("every run of the seed works, shortened", async () => {
  using temporary = temporaryDirectory();
  const runs = [
    ["file", "--file-count=120", "--queue-depth", "1024", "--serializer=json"],
    ["memory"],
    ["file", "--file-count=128", "--queue-depth=8192"],
    ["file", "--file-count=128", "--queue-depth=8192", "--serializer=cbor"],
    ["file", "--file-count=128", "--write-period-us=500"],
  ];
  for (const run of runs) {
    const ended = await kvlab(["--threads=4", "--load-time-sec=0.2", ...run], { env: { TMPDIR: temporary.path } });
    assertCode(ended, 0);
    assertMatch(ended.stdout, /^total_ops: [1-9]/);
  }
  assertEquals(namesIn(temporary.path), []);
});

for (const pattern of PATTERN_NAMES) {
  Deno.test(`the ${pattern} pattern works on files, with either policy`, async () => {
    for (const policy of ["--queue-depth=16", "--write-period-us=500"]) {
      using directory = temporaryDirectory();
      const output = directory.path;
      const flags = [
        "--threads=2",
        "--no-device-probe",
        "--load-time-sec=0.25",
        `--pattern=${pattern}`,
        "--format=json",
      ];
      const ended = await kvlab([...flags, "file", "--file-count=4", policy, `--output=${output}`]);
      assertCode(ended, 0);
      assertPersisted(output, { files: 4, serializer: "json", runs: [resultOf(ended)] });
    }
  });
}

Deno.test("50 threads share a queue of depth 1", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const flags = ["--threads=50", "--load-time-sec=0.3", "--format=json", "--no-device-probe"];
  const ended = await kvlab([...flags, "file", "--file-count=16", "--queue-depth=1", `--output=${output}`]);
  assertCode(ended, 0);
  const result = resultOf(ended);
  assertEquals(result.threads.length, 50);
  assertGreater(result.total_ops, 0);
  assertPersisted(output, { files: 16, serializer: "json", runs: [result] });
});

/** The usual limit of open files. */
const DESCRIPTORS = 1024;
const FEW_DESCRIPTORS = ["sh", "-c", `ulimit -n ${DESCRIPTORS}; exec "$@"`, "sh"];

/** More than twice as many as can be open. */
const MANY_FILES = 2400;

Deno.test(`${MANY_FILES} files are written and loaded with ${DESCRIPTORS} descriptors`, async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const flags = ["--threads=2", "--pattern=unthrottled", "--format=json"];
  const file = ["file", "--no-device-probe", `--file-count=${MANY_FILES}`, `--output=${output}`];

  // All that this one writes, it writes in the drain.
  const first = await kvlab([...flags, "--ops=24k", ...file, "--write-period-us=86400000000"], {
    wrapper: FEW_DESCRIPTORS,
  });
  assertCode(first, 0);
  assertGreater(resultOf(first).files, 2 * DESCRIPTORS);
  const second = await kvlab([...flags, "--load-time-sec=0.4", ...file, "--queue-depth=1024"], {
    wrapper: FEW_DESCRIPTORS,
  });
  assertCode(second, 0);
  assertEquals(resultOf(second).files_loaded, resultOf(first).files);
  assertPersisted(output, { files: MANY_FILES, serializer: "json", runs: [resultOf(first), resultOf(second)] });
});

Deno.test("a shard that outgrows the queue's memory fails the run, and the line names the flag to raise", async () => {
  using temporary = temporaryDirectory();
  const file = ["file", "--file-count=1", "--queue-depth=8", "--queue-memory=4KiB"];
  const ended = await kvlab(["--threads=4", "--load-time-sec=60", "--pattern=unthrottled", ...file], {
    env: { TMPDIR: temporary.path },
  });
  assertFailedInLoad(ended, /exceeds the queue's 4096.*--queue-memory/);
  assertEquals(namesIn(temporary.path), []);
});

Deno.test("a queue with little memory and many slots works as long as each shard fits", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const flags = ["--threads=3", "--load-time-sec=0.3", "--format=json", "--no-device-probe"];
  const file = ["file", "--file-count=256", "--queue-depth=1048576", "--queue-memory=4KiB", `--output=${output}`];
  const ended = await kvlab([...flags, ...file]);
  assertCode(ended, 0);
  assertPersisted(output, { files: 256, serializer: "json", runs: [resultOf(ended)] });
});

Deno.test("a temporary directory is there during the run and gone afterwards, whatever ends it", async () => {
  using temporary = temporaryDirectory();
  const env = { TMPDIR: temporary.path };
  const flags = ["file", "--file-count=4", "--queue-depth=4", "--threads=1", "--no-device-probe"];
  const interrupted = KvlabProcess.start([...flags, "--load-time-sec=600"], { env });
  await interrupted.says("kvlab: running");
  const [name = "", ...more] = namesIn(temporary.path);
  assertStringIncludes(name, "kvlab-");
  assertEquals(more, []);
  assert(namesIn(`${temporary.path}/${name}`).includes("LOCK"));

  interrupted.signal("SIGINT");
  assertCode(await interrupted.ended, 130);
  assertEquals(namesIn(temporary.path), []);

  assertCode(await kvlab([...flags, "--load-time-sec=0.1"], { env }), 0);
  assertEquals(namesIn(temporary.path), []);
});

Deno.test("a temporary directory that cannot be made fails the run in one line", async () => {
  using temporary = temporaryDirectory();
  const env = { TMPDIR: `${temporary.path}/missing` };
  const ended = await kvlab(["file", "--file-count=4", "--queue-depth=4", "--load-time-sec=1"], { env });
  assertFailed(ended, /^kvlab: Cannot create a temporary directory: No such file or directory/);
});

Deno.test("the seed is shown, is random unless it is given, and decides the operations", async () => {
  const flags = ["memory", "--threads=1", "--load-time-sec=0.1", "--format=json"];
  const [given, random, other] = await Promise.all([kvlab([...flags, "--seed=42"]), kvlab(flags), kvlab(flags)]);
  assertEquals(resultOf(given).seed, 42);
  for (const ended of [given, random, other]) {
    const { seed } = resultOf(ended);
    assertMatch(linesOf(ended.stderr)[0] ?? "", new RegExp(`, seed ${seed}$`));
  }
  assertNotEquals(resultOf(random).seed, resultOf(other).seed);
});
