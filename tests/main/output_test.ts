/**
 * Tests of an `--output` that cannot be used: one line, exit code 1, and whatever is there already is untouched.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { contentOf, namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, assertFailed, type Ended, kvlab, KvlabProcess, testWhere } from "./kvlab.ts";
import { readableCache, unprivileged, whyNotUnprivileged } from "./unprivileged.ts";

/** Enough, on the busiest machine, to put into every file. */
const LOAD = ["--threads=1", "--load-time-sec=0.1", "--pattern=unthrottled"];

function kvlabInto(
  output: string,
  options: { flags?: readonly string[]; wrapper?: readonly string[]; env?: Record<string, string> } = {},
) {
  const { flags = ["--file-count=3", "--queue-depth=4"], wrapper = [], env = {} } = options;
  return kvlab([...LOAD, "file", `--output=${output}`, ...flags], { wrapper, env });
}

/** Checks that kvlab failed before its load began, naming the path and the reason. */
function assertRefused(ended: Ended, options: { path: string; reason: RegExp }): void {
  const line = assertFailed(ended, options.reason);
  assertStringIncludes(line, options.path);
  assertEquals(ended.stderr.includes("kvlab: running"), false, ended.stderr);
}

Deno.test("an output that is a file, or inside one, is refused and the file is left alone", async () => {
  using directory = temporaryDirectory();
  const file = `${directory.path}/notes.txt`;
  Deno.writeTextFileSync(file, "mine\n");

  const [same, slash, inside, deeper] = await Promise.all([
    kvlabInto(file),
    kvlabInto(`${file}/`),
    kvlabInto(`${file}/sub`),
    kvlabInto(`${file}/sub/sub`),
  ]);

  for (const ended of [same, slash]) assertRefused(ended, { path: file, reason: /not a directory/i });
  for (const ended of [inside, deeper]) assertRefused(ended, { path: `${file}/sub`, reason: /not a directory/i });
  assertEquals(namesIn(directory.path), ["notes.txt"]);
  assertEquals(Deno.readTextFileSync(file), "mine\n");
});

const UNPRIVILEGED = unprivileged();
const READ_ONLY = 0o555;
const WRITABLE = 0o755;

testWhere(
  whyNotUnprivileged,
  "an output that the user may not write to is refused, and what it holds is untouched",
  async () => {
    using directory = temporaryDirectory();
    using cache = await readableCache();
    const output = `${directory.path}/output`;
    assertCode(await kvlabInto(output), 0);
    const before = contentOf(output);
    // Beside the directory itself: its parent, in which a new one cannot be made.
    Deno.chmodSync(directory.path, READ_ONLY);
    Deno.chmodSync(output, READ_ONLY);
    try {
      const [used, fresh] = await Promise.all([
        kvlabInto(output, { wrapper: UNPRIVILEGED, env: { DENO_DIR: cache.path } }),
        kvlabInto(`${directory.path}/fresh`, { wrapper: UNPRIVILEGED, env: { DENO_DIR: cache.path } }),
      ]);
      assertRefused(used, { path: output, reason: /Permission denied/ });
      assertRefused(fresh, { path: `${directory.path}/fresh`, reason: /Permission denied/ });
      assertEquals(contentOf(output), before);
      assertEquals(namesIn(directory.path), ["output"]);
    } finally {
      Deno.chmodSync(directory.path, WRITABLE);
      Deno.chmodSync(output, WRITABLE);
    }
  },
);

testWhere(
  whyNotUnprivileged,
  "an output whose lock file is someone's own, in a directory that the user may not write to, is refused",
  async () => {
    using directory = temporaryDirectory();
    using cache = await readableCache();
    const lock = `${directory.path}/LOCK`;
    Deno.writeTextFileSync(lock, "");
    Deno.chmodSync(lock, 0o666);
    Deno.chmodSync(directory.path, READ_ONLY);
    try {
      const ended = await kvlabInto(directory.path, { wrapper: UNPRIVILEGED, env: { DENO_DIR: cache.path } });
      assertRefused(ended, { path: directory.path, reason: /not writable.*Permission denied/ });
      assertEquals(namesIn(directory.path), ["LOCK"]);
    } finally {
      Deno.chmodSync(directory.path, WRITABLE);
    }
  },
);

Deno.test("an output that another kvlab has is refused, with that one's process id, and the other goes on", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const holder = KvlabProcess.start([
    "--threads=1",
    "--load-time-sec=60",
    "--pattern=unthrottled",
    "file",
    `--output=${output}`,
    "--file-count=3",
    // Nothing is written before the drain, so that nothing may change meanwhile.
    "--write-period-us=86400000000",
  ]);
  await holder.says("kvlab: running");
  const names = namesIn(output);

  assertRefused(await kvlabInto(output), { path: output, reason: /locked by another kvlab/ });
  const again = await kvlabInto(`${output}/`);
  assertRefused(again, { path: output, reason: new RegExp(`process ${holder.pid}`) });
  assertEquals(namesIn(output), names);
  assertEquals(Deno.readTextFileSync(`${output}/LOCK`).trim(), String(holder.pid));

  holder.signal("SIGINT");
  const ended = await holder.ended;
  assertCode(ended, 130);
  assertMatch(ended.stdout, /^files {7}3 of json, /m);
});

Deno.test("an output that a killed kvlab had is free again", async () => {
  using directory = temporaryDirectory();
  const flags = ["file", `--output=${directory.path}`, "--file-count=3", "--queue-depth=4"];
  const killed = KvlabProcess.start(["--load-time-sec=60", ...flags]);
  await killed.says("kvlab: running");
  killed.signal("SIGKILL");
  assertEquals((await killed.ended).signal, "SIGKILL");

  assertCode(await kvlab([...LOAD, ...flags]), 0);
  assertEquals(namesIn(directory.path).length, 5);
});

Deno.test("an output with another number of files or another serializer is refused, and says which flags match", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  assertCode(await kvlabInto(output), 0);
  const before = contentOf(output);
  assertEquals([...before.keys()].filter((name) => name !== "STORE").length, 3);

  const more = await kvlabInto(output, { flags: ["--file-count=4", "--queue-depth=4"] });
  const fewer = await kvlabInto(output, { flags: ["--file-count=2", "--write-period-us=1"] });
  const cbor = await kvlabInto(output, { flags: ["--file-count=3", "--queue-depth=4", "--serializer=cbor"] });

  for (const ended of [more, fewer, cbor]) {
    assertRefused(ended, { path: output, reason: /goes with --file-count=3 --serializer=json/ });
  }
  assertMatch(more.stderr, /not with --file-count=4 --serializer=json/);
  assertMatch(fewer.stderr, /not with --file-count=2 --serializer=json/);
  assertMatch(cbor.stderr, /not with --file-count=3 --serializer=cbor/);
  assertEquals(contentOf(output), before);
});
