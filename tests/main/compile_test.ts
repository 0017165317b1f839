/**
 * Tests of the compiled binary: one file that runs kvlab from anywhere, with no Deno installed.
 *
 * `deno compile` embeds Deno's runtime, which it downloads from its own host. So the tests take a Deno and a runtime of
 * its version that are there already: `COMPILE_DENO` and `DENORT_BIN` name them.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { build, compileArguments } from "../../lib/build/compile.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { missingFor } from "../engine/missing.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, type Ended, kvlab, KvlabProcess, linesOf, REPOSITORY, resultOf, testWhere } from "./kvlab.ts";
import { assertPersisted } from "./persisted.ts";

/**
 * How much larger than Deno's runtime the executable may be. What kvlab runs is some 17 MB without LMDB, which adds 4.2
 * MB: its native code, 3.5 MB on Linux, and its JavaScript. The other engines add no package.
 */
const ADDED_BYTES_MAX = 20_000_000 + 4_300_000;

Deno.test("deno task compile leaves out what is only for tests, and keeps what is loaded or says who may", async () => {
  assertStringIncludes(denoJson.tasks.compile.command, " lib/build/compile.ts dist/kvlab");
  const args = await compileArguments("OUTPUT");
  const excluded = args.filter((_, at) => args[at - 1] === "--exclude");
  const others = args.filter((arg) => arg !== "--exclude" && !excluded.includes(arg));
  // Deno lets nobody near /dev/shm or /dev/stdin who may do less.
  assertEquals(others, ["compile", "--quiet", "--allow-all", "--output", "OUTPUT", "main.ts"]);
  const excludes = (part: string) => excluded.some((path) => path.includes(part));
  for (
    const part of [
      "/puppeteer-core/",
      "/axe-core/",
      "/fast-check/",
      ".d.ts",
      ".js.map",
      ".abi127.glibc.node",
      ".musl.node",
      ".min.js",
      ".umd.js",
      "/abstract-level/3.1.1/test",
    ]
  ) {
    assert(excludes(part), part);
  }
  for (const name of ["/classic-level/", "/lmdb/"]) {
    for (const part of ["/package.json", "/LICENSE"]) {
      // Its own, not those of what it is made from.
      const own = excluded.filter((path) => path.split(name)[1]?.split("/").length === 2);
      assertEquals(own.filter((path) => path.endsWith(part)), [], name);
    }
  }
});

const compileDeno = Deno.env.get("COMPILE_DENO");
const missing = [["COMPILE_DENO", compileDeno], ["DENORT_BIN", Deno.env.get("DENORT_BIN")]]
  .filter(([, value]) => value === undefined || value === "")
  .map(([name]) => name);

testWhere(
  missing.length === 0 ? undefined : `${missing.join(" and ")} must name a Deno and a denort of the same version`,
  "the compiled binary runs all of kvlab from another directory, with no Deno and no environment",
  async () => {
    using directory = temporaryDirectory();
    const binary = `${directory.path}/kvlab`;
    assertCode(await compile(binary), 0);
    const addedBytes = Deno.statSync(binary).size - Deno.statSync(Deno.env.get("DENORT_BIN") ?? "").size;
    assertLess(addedBytes, ADDED_BYTES_MAX);
    const start = { program: [binary], cwd: directory.path, env: { PATH: "/nowhere" }, clearEnv: true };

    const [help, version, usage] = await Promise.all([
      kvlab(["--help"], start),
      kvlab(["--version"], start),
      kvlab(["--threads=0", "memory"], start),
    ]);
    assertCode(help, 0);
    assertStringIncludes(help.stdout, "--queue-depth");
    assertEquals(version, { code: 0, signal: null, stdout: `kvlab ${denoJson.version}\n`, stderr: "" });
    assertCode(usage, 2);
    assertEquals(linesOf(usage.stderr).length, 1);

    const load = ["--threads=2", "--load-time-sec=0.2", "--format=json"];
    const memory = await kvlab([...load, "memory"], start);
    assertCode(memory, 0);
    assertGreater(resultOf(memory).total_ops, 0);

    await assertFileLoads(async (args) => await kvlab([...load, ...args], start), directory.path);

    using temporary = temporaryDirectory();
    const crash = ["crash", "--kills=2", "--load-time-sec=0.2", "file", "--file-count=3", "--queue-depth=8"];
    const [crashed, killed] = await Promise.all([
      kvlab(crash, { ...start, env: { ...start.env, TMPDIR: temporary.path } }),
      kvlab(["crash", "--kills=1", ...LOAD_OF_ENGINES, "--load-time-sec=0.2", "sqlite", "--synchronous=full"], start),
      assertEngines((args) => kvlab([...LOAD_OF_ENGINES, ...args], { ...start, env: ENGINE_ENV })),
    ]);
    assertCode(crashed, 0);
    // One or both of the kills may come while kvlab is starting, which is said behind the number.
    assertMatch(crashed.stdout, /^kills {7}2\b/);
    assertCode(killed, 0);
    assertMatch(killed.stdout, /^verdict {5}1 of 1 kills lost no more than promised$/m);

    Deno.writeTextFileSync(`${directory.path}/memory.json`, memory.stdout);
    const reported = await kvlab(["report", "memory.json", "--output=report.html"], start);
    assertCode(reported, 0);
    const page = Deno.readTextFileSync(`${directory.path}/report.html`);
    assertStringIncludes(page, "function startPage()");
    assertStringIncludes(page, 'class="plot"');
    for (const name of ["memory.json", "report.html"]) Deno.removeSync(`${directory.path}/${name}`);

    const interrupted = KvlabProcess.start(
      ["--load-time-sec=600", "--format=json", "file", "--file-count=3", "--queue-depth=8", "--output=interrupted"],
      start,
    );
    await interrupted.says("kvlab: running");
    interrupted.signal("SIGINT");
    const ended = await interrupted.ended;
    assertCode(ended, 130);
    const runs = [resultOf(ended)];
    assertPersisted(`${directory.path}/interrupted`, { files: 3, serializer: "json", runs });

    assertEquals(namesIn(directory.path), ["cbor", "interrupted", "json", "kvlab"]);
  },
);

async function compile(output: string): Promise<Ended> {
  assert(compileDeno !== undefined);
  const [, ...args] = denoJson.tasks.compile.command.split(" ");
  const { code, signal, stdout, stderr } = await new Deno.Command(compileDeno, {
    args: [...args.slice(0, -1), output],
    cwd: REPOSITORY,
    // Where npm is behind a proxy that signs for it, only the system's certificates vouch for that.
    env: { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system" },
    stdin: "null",
  }).output();
  return { code, signal, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("what has been compiled and does not start, as with another version's denort, is refused in a line", async () => {
  using directory = temporaryDirectory();
  const output = `${directory.path}/kvlab`;
  const built = await build(output, (args) => {
    assertEquals(args.slice(-3), ["--output", output, "main.ts"]);
    // As it ends with the wrong runtime.
    Deno.writeTextFileSync(output, "#!/bin/sh\nexit 1\n", { mode: 0o700 });
    return Promise.resolve(0);
  });
  assertEquals(built.code, 1);
  const hint = "; DENORT_BIN must name the denort of Deno ";
  assertEquals(built.refusal?.split(hint)[0], `Cannot run ${output}: it exits with 1`);
  assertEquals(built.refusal?.includes(hint), Deno.env.has("DENORT_BIN"));
  assertEquals(await build(output, () => Promise.resolve(3)), { code: 3 });
});

/** A load that says which engine it ran on. */
const LOAD_OF_ENGINES = ["--threads=1", "--keys=100", "--pattern=unthrottled", "--quiet"];

/** The one thing of the environment that an engine needs is where its server's program is. */
const ENGINE_ENV = { PATH: Deno.env.get("PATH") ?? "" };

/** Every engine runs in the binary, as its makers' code says of itself. */
async function assertEngines(run: (args: readonly string[]) => Promise<Ended>): Promise<void> {
  const engines = [
    [["sqlite", "--synchronous=full"], "SQLite"],
    [["leveldb", "--in-flight=4"], "LevelDB"],
    [["denokv", "--in-flight=4"], "Deno KV"],
    [["lmdb", "--in-flight=4"], "LMDB"],
    [["rocksdb", "--in-flight=4"], "RocksDB"],
    [["etcd", "--spawn", "--in-flight=4"], "etcd"],
    [["postgres", "--spawn", "--in-flight=4"], "PostgreSQL"],
    [["redis", "--spawn", "--in-flight=4"], "Redis"],
  ] as const;
  const there = engines.filter(([[engine]]) => missingFor(engine) === undefined);
  await Promise.all(there.map(async ([args, name]) => {
    // Not for a time: in a short one, a busy disk lets nothing through.
    const ended = await run(["--format=json", "--ops=50", ...args]);
    assertCode(ended, 0);
    const result = JSON.parse(ended.stdout);
    assertEquals(result.engine.name, name);
    assertEquals(result.total_ops, 50, name);
  }));
}

/** Loads files of both kinds and policies, twice, so that the second run reads what the first has left. */
async function assertFileLoads(run: (args: readonly string[]) => Promise<Ended>, directory: string): Promise<void> {
  for (const [serializer, policy] of [["json", "--queue-depth=64"], ["cbor", "--write-period-us=500"]] as const) {
    const args = ["file", "--file-count=7", policy, `--serializer=${serializer}`, `--output=${serializer}`];
    const runs = [];
    for (let i = 0; i < 2; i++) {
      const ended = await run(args);
      assertCode(ended, 0);
      runs.push(resultOf(ended));
    }
    assertEquals(runs[1]?.files_loaded, runs[0]?.files);
    assertPersisted(`${directory}/${serializer}`, { files: 7, serializer, runs });
  }
}
