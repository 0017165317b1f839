/**
 * Tests of more workers than the system has room for: they are refused with what would fit, before anything starts.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, type Ended, kvlab, linesOf, succeeds, testWhere } from "./kvlab.ts";
import { readableCache, unprivileged } from "./unprivileged.ts";

const SHORT = "--load-time-sec=0.1";

function limited(limit: string): readonly string[] {
  return ["sh", "-c", `ulimit ${limit}; exec "$@"`, "sh"];
}

for (
  const [command, backend] of [
    ["", "file --file-count=40 --queue-depth=64"],
    ["", "file --file-count=40 --write-period-us=1 --replace=in-place"],
    ["", "memory"],
    ["crash --kills=1 ", "file --file-count=40 --queue-depth=64"],
  ]
) {
  Deno.test(`more threads than there are descriptors for are refused with what fits: ${command}${backend}`, async () => {
    using temporary = temporaryDirectory();
    const start = { wrapper: limited("-n 80"), env: { TMPDIR: temporary.path } };
    const args = (threads: string) => `${command}${SHORT} --threads=${threads} ${backend}`.split(" ");

    const refused = await kvlab(args("64"), start);
    assertCode(refused, 2);
    assertEquals([refused.stdout, linesOf(refused.stderr).length], ["", 1]);
    const fits =
      /^kvlab: --threads=64 takes \d+ open files, the limit is 80 \(ulimit -n\): at most --threads=(\d+) fits/
        .exec(refused.stderr)?.[1];
    assertCode(await kvlab(args(fits ?? "none"), start), 0);
    assertEquals(namesIn(temporary.path), []);
  });
}

/** A user who has no other threads, as long as this is the only test of its kind that runs. */
const LONER = 64738;
const FEW_THREADS = ["prlimit", "--nproc=44", ...unprivileged(LONER)];
const [probe = "", ...probeArgs] = [...FEW_THREADS, "true"];
const missing = Deno.uid() === 0 && await succeeds(probe, probeArgs)
  ? undefined
  : "becoming a user with no other threads needs root, setpriv and prlimit";

testWhere(missing, "more threads than the user may have are refused with what fits", async () => {
  using temporary = temporaryDirectory();
  using cache = await readableCache();
  Deno.chmodSync(temporary.path, 0o777);
  // Otherwise the user could not add to what root has cached, and each run would compile everything, on 20 more
  // threads. Its packages stay as they are.
  const added = namesIn(cache.path).filter((name) => name !== "npm").map((name) => `${cache.path}/${name}`);
  assert(await succeeds("chown", ["-R", String(LONER), ...added]));
  Deno.chownSync(cache.path, LONER, null);
  const env = { TMPDIR: temporary.path, DENO_DIR: cache.path };
  // Fills that cache with all that a run imports.
  assertCode(
    await kvlab([SHORT, "--threads=1", "file", "--file-count=4", "--queue-depth=64"], {
      wrapper: unprivileged(LONER),
      env,
    }),
    0,
  );
  const run = (threads: string) =>
    kvlab([SHORT, `--threads=${threads}`, "file", "--file-count=4", "--queue-depth=64"], { wrapper: FEW_THREADS, env });

  const fitsOf = ({ stderr }: Ended) =>
    /^kvlab: --threads=\d+ takes \d+ threads of the system, \d+ are left \(ulimit -u\): at most --threads=(\d+) /
      .exec(stderr)?.[1];
  let ended = await run("64");
  assertCode(ended, 2);
  // How many threads Deno has of its own when kvlab asks is not always the same.
  for (let tries = 0; tries < 3 && ended.code === 2; tries++) ended = await run(fitsOf(ended) ?? "none");
  assertCode(ended, 0);
  assertEquals(namesIn(temporary.path), []);
});

/** A control group for memory, which root can make where the first version is mounted. */
const GROUP = `/sys/fs/cgroup/memory/kvlab-test-${Deno.pid}`;
const noGroup = await succeeds("mkdir", [GROUP]) && await succeeds("rmdir", [GROUP])
  ? undefined
  : "a control group for memory needs root, and the first version of them";

testWhere(noGroup, "workers and a store for which the control group has no memory are refused", async () => {
  Deno.mkdirSync(GROUP);
  try {
    Deno.writeTextFileSync(`${GROUP}/memory.limit_in_bytes`, String(240 * 2 ** 20));
    const wrapper = ["sh", "-c", `echo $$ > ${GROUP}/cgroup.procs; exec "$@"`, "sh"];
    const run = (args: string) => kvlab([SHORT, ...args.split(" ")], { wrapper });
    const workers = await run("--threads=40 memory");
    assertCode(workers, 2);
    const [, fits] =
      /^kvlab: --threads=40 takes 736MiB of memory, \d+MiB are free in its control group: at most --threads=(\d+) fits/
        .exec(workers.stderr) ?? [];
    assertCode(await run(`--threads=${Number(fits) - 1} memory`), 0);
    const store = await run("--threads=1 --workload=a --keys=2M memory");
    assertCode(store, 2);
    assert(
      /^kvlab: --threads=1 and a store of \d+MiB take \d+MiB of memory, \d+MiB are free in its control group: not even one thread fits, lower --keys or --value-size/
        .test(store.stderr),
      store.stderr,
    );
    // The data is in a server that kvlab starts, in the same group; nothing is started before that is known.
    const server = await run("--threads=1 --workload=a --keys=2M redis --spawn=/bin/false");
    assertCode(server, 2);
    assert(/^kvlab: --threads=1 and a store of \d+MiB take /.test(server.stderr), server.stderr);
  } finally {
    Deno.removeSync(GROUP);
  }
});
