/**
 * The faults campaign: system calls on kvlab's files fail, one after the other, with each error that they may have; the
 * old or the new snapshot of every shard must be whole, no log and no block file may have lost a put, and kvlab must
 * say what happened. `deno task test:faults`; `--full` for 5,000 failing calls.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { Rng } from "../../lib/load/rng.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/snapshot/replacement.ts";
import { SYNC_NAMES, type SyncName } from "../../lib/persist/durability.ts";
import { run } from "../../lib/run/runner.ts";
import { TEMPORARY_SUFFIX } from "../../lib/system/file_io.ts";
import { type Ended, kvlab, linesOf, resultOf, succeeds, testWhere } from "../main/kvlab.ts";
import { contentOf, namesIn, temporaryDirectory } from "../run/files.ts";
import { isFull, numberOption, report } from "./campaign.ts";
import {
  FAULTY_BLOCKS,
  FAULTY_LOGS,
  type FaultyLayout,
  faultySnapshots,
  FILE_COUNT,
  type Held,
} from "./faulty_layouts.ts";
import { coveringPairs } from "./pairs.ts";
import { Swarm } from "./swarm.ts";
import { type Injection, readTraceLog, straceCommand, type TraceLog } from "./strace.ts";

/** In full; in small, so many that each two of a fault's properties come together. */
const INJECTIONS_FULL = 5000;
/** So many failures are shown before the campaign ends. */
const FAILURES_MAX = 10;
/** Runs at a time. */
const LANES = 2;

const TEMPLATE_RUNS_MAX = 20;
/** Which call fails first: in full, later ones fail as well. */
const FIRST_CALLS = [1, 4] as const;
/** In small, the call that fails where a file may be set aside: one that opens a shard's file to read it. */
const SHARD_CALL = 7;
/** Of the interrupted calls in a row: endless ones would be retried endlessly, as they should. */
const INTERRUPTIONS = 20;

/** What is drawn of a run's load where its layout does not say, how many keys at least, and how much they may hold. */
const DRAWN_FLAGS = /^--(keys|key-size|value-size|distribution)=/;
const LOAD_FLAGS = /^--(threads|load-time-sec|keys|key-size|value-size|no-preload)/;
const KEYS_FLAG = /^--keys=(\d+)$/;
const KEYS_MIN = 500;
const RECORDS_BYTES_MAX = 2 << 20;

const ERRORS: Readonly<Record<string, number>> = {
  EIO: 5,
  ENOSPC: 28,
  EDQUOT: 122,
  EROFS: 30,
  EMFILE: 24,
  EINTR: 4,
  ELOOP: 40,
};
const SYSCALLS = ["openat", "write", "fdatasync", "fsync", "close", "rename", "unlink", "ftruncate"] as const;
const MODES = ["once", "forever"] as const;
const POLICIES = [
  "--write-period-us=2000",
  "--queue-depth=8",
  "--flush-period-us=5000",
  "--commit-delay-us=0",
] as const;
const LAYOUTS = [...REPLACE_NAMES.map(faultySnapshots), FAULTY_BLOCKS, FAULTY_LOGS];

/** Which call fails how, in what kind of run. */
interface Fault {
  readonly syscall: typeof SYSCALLS[number];
  readonly errno: string;
  readonly mode: typeof MODES[number];
  readonly policy: typeof POLICIES[number];
  readonly layout: FaultyLayout;
  readonly sync: SyncName;
  readonly serializer: SerializerName;
  readonly firstCall: typeof FIRST_CALLS[number];
}

/** What a run begins with. */
interface Template {
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly held: Held;
}

/** A run under a fault, from before to after. */
interface FaultyRun {
  readonly fault: Fault;
  readonly directory: string;
  readonly before: Template;
  readonly ended: Ended;
  readonly log: TraceLog;
  readonly what: string;
}

const missing = await succeeds("strace", ["--version"]) ? undefined : "there is no strace (Debian: apt install strace)";

testWhere(missing, "failing system calls leave the old snapshot or the new, and are told", async () => {
  using scratch = temporaryDirectory();
  const seed = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  const faults = shuffled(allFaults(new Rng(seed, 0)), new Rng(seed, 1));
  const { covering, rest } = coveringPairs(faults, propertiesOf);
  const campaign = new FaultsCampaign(scratch.path, new Swarm(seed));
  await campaign.run(isFull() ? [...covering, ...rest] : covering);
  report("faults", { seed, ...campaign.counts });
});

/** Every fault that a run of its kind can meet, with a serializer and a first call drawn for each. */
function allFaults(rng: Rng): Fault[] {
  const faults: Fault[] = [];
  for (const policy of POLICIES) {
    for (const layout of LAYOUTS) {
      for (const sync of SYNC_NAMES) {
        for (const syscall of SYSCALLS) {
          if (layout.unmet.includes(syscall)) continue;
          if ((syscall === "fdatasync" || syscall === "fsync") && sync === "none") continue;
          for (const errno of Object.keys(ERRORS)) {
            // Of a path that is opened, this says that no file is there, and nothing of the device or the process.
            if (errno === "ELOOP" && syscall !== "openat") continue;
            for (const mode of MODES) {
              const serializer = SERIALIZER_NAMES[rng.below(SERIALIZER_NAMES.length)]!;
              const firstCall = FIRST_CALLS[rng.below(FIRST_CALLS.length)]!;
              faults.push({ syscall, errno, mode, policy, layout, sync, serializer, firstCall });
            }
          }
        }
      }
    }
  }
  return faults;
}

/** What faults differ in: a mistake mostly shows where two of these come together. */
function propertiesOf({ syscall, errno, mode, policy, layout, sync, serializer, firstCall }: Fault): string[] {
  return [syscall, errno, mode, policy, layout.name, sync, serializer, String(firstCall)];
}

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const ranked = items.map((item) => ({ item, rank: rng.next() >>> 0 }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

class FaultsCampaign {
  readonly #scratch: string;
  readonly #swarm: Swarm;
  readonly #failures: string[] = [];
  /** By layout and serializer. */
  readonly #templates = new Map<string, Template>();
  readonly #counts = {
    runs: 0,
    "with an injection": 0,
    "calls failed": 0,
    faults: 0,
    "ended well": 0,
    "failed": 0,
    "files set aside": 0,
  };

  constructor(scratch: string, swarm: Swarm) {
    this.#scratch = scratch;
    this.#swarm = swarm;
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  async run(faults: readonly Fault[]): Promise<void> {
    for (const layout of LAYOUTS) {
      for (const serializer of SERIALIZER_NAMES) await this.#makeTemplate(layout, serializer);
    }
    const queue = faults.values();
    await Promise.all(Array.from({ length: LANES }, async () => {
      for (const fault of queue) {
        if (this.#isDone) return;
        await this.#advance(fault);
      }
    }));
    assert(this.#failures.length === 0, this.#failures.join("\n\n"));
    assert(this.#counts["with an injection"] >= Math.min(faults.length, INJECTIONS_FULL), "some faults were never met");
    assert(this.#counts["files set aside"] > 0, "no file was set aside");
  }

  get #isDone(): boolean {
    return this.#counts["with an injection"] >= INJECTIONS_FULL || this.#failures.length >= FAILURES_MAX;
  }

  /** In small, makes one call fail: the first, when a run ends before its later one. In full, later ones until then. */
  async #advance(fault: Fault): Promise<void> {
    this.#counts.faults++;
    const first = maySetAside(fault) ? SHARD_CALL : fault.firstCall;
    const calls = isFull() ? laterCalls() : first === 1 ? [1] : [first, 1];
    for (const call of calls) {
      if (this.#isDone) return;
      const { log, what } = await this.#runOnce(fault, call);
      const isInjected = log.injected > 0;
      assert(isInjected || call > 1, `${what}: nothing was injected`);
      if (isInjected !== isFull()) return;
    }
  }

  async #runOnce(fault: Fault, call: number): Promise<FaultyRun> {
    const number = ++this.#counts.runs;
    const directory = `${this.#scratch}/run-${number}`;
    const { layout, serializer } = fault;
    const before = this.#templates.get(`${layout.name} ${serializer}`)!;
    Deno.mkdirSync(directory);
    for (const [name, bytes] of before.files) Deno.writeFileSync(`${directory}/${name}`, bytes);
    Deno.writeTextFileSync(`${directory}/${layout.leftName(serializer)}`, "left");
    const logPath = `${this.#scratch}/log-${number}`;
    const injection = injectionOf(fault, call, directory);
    const args = kvlabArgs(fault, layout.flags, directory);
    const load = this.#loadArgs(number, args);
    const ended = await kvlab([...load, ...args], {
      wrapper: straceCommand(injection, logPath),
    });
    const log = readTraceLog(Deno.readTextFileSync(logPath));
    const what = `${JSON.stringify({ ...fault, layout: layout.name })}, ${
      load.join(" ")
    }, call ${call}: exit code ${ended.code}, ${ended.stderr}`;
    const run = { fault, directory, before, ended, log, what };
    try {
      await this.#check(run);
    } catch (error) {
      this.#failures.push(error instanceof Error ? error.message : String(error));
    }
    Deno.removeSync(directory, { recursive: true });
    Deno.removeSync(logPath);
    return run;
  }

  /** What a run puts, drawn at random, though enough of it for every call to come. */
  #loadArgs(number: number, others: readonly string[]): string[] {
    const isGiven = (arg: string) => others.some((other) => other.split("=")[0] === arg.split("=")[0]);
    const backend = others.filter((arg) => !LOAD_FLAGS.test(arg));
    return this.#swarm.loadArgs(number, backend, { bytesMax: RECORDS_BYTES_MAX }).filter((arg) =>
      DRAWN_FLAGS.test(arg) && !isGiven(arg) && Number(KEYS_FLAG.exec(arg)?.[1] ?? Infinity) >= KEYS_MIN
    );
  }

  async #check(run: FaultyRun): Promise<void> {
    const { ended, log, what } = run;
    const counts = this.#counts;
    if (log.injected > 0) counts["with an injection"]++;
    counts["calls failed"] += log.injected;
    counts[ended.code === 0 ? "ended well" : "failed"]++;
    assertEquals(log.syncedAgain, [], what);
    checkMessages(run);
    counts["files set aside"] += await checkFiles(run);
  }

  async #makeTemplate(layout: FaultyLayout, serializer: SerializerName): Promise<void> {
    const directory = `${this.#scratch}/${layout.name}-${serializer}`;
    for (let attempt = 0; attempt === 0 || !layout.isComplete(contentOf(directory)); attempt++) {
      assert(attempt < TEMPLATE_RUNS_MAX, `${directory} has not got all its files`);
      const kind = { policy: "--queue-depth=8", sync: "none", serializer } as const;
      const command = parseCommand(kvlabArgs(kind, layout.templateFlags, directory), { threads: 1, seed: attempt });
      assert(command.kind === "run");
      assertEquals((await run(command.options)).failed, undefined);
    }
    layout.breakOff?.(directory, serializer);
    const files = contentOf(directory);
    const held = await layout.read(directory, serializer, files);
    this.#templates.set(`${layout.name} ${serializer}`, { files, held });
  }
}

/** Policies under which several load workers write. */
const LOAD_WORKERS_WRITE = /^--(write-period|commit-delay)/;

function kvlabArgs(
  { policy, sync, serializer }: Pick<Fault, "policy" | "sync" | "serializer">,
  flags: readonly string[],
  directory: string,
): string[] {
  return [
    "file",
    `--threads=${LOAD_WORKERS_WRITE.test(policy) ? 2 : 1}`,
    "--load-time-sec=0.02",
    `--file-count=${FILE_COUNT}`,
    "--format=json",
    "--no-device-probe",
    policy,
    ...flags,
    `--sync=${sync}`,
    `--serializer=${serializer}`,
    `--output=${directory}`,
  ];
}

function injectionOf({ syscall, errno, mode, layout, serializer }: Fault, call: number, directory: string): Injection {
  const names = ["LOCK", "LOCK" + TEMPORARY_SUFFIX, ...layout.namesOf(serializer)];
  const last = errno === "EINTR" ? `..${call + INTERRUPTIONS}` : "+";
  return {
    syscall,
    errno,
    when: mode === "once" ? String(call) : `${call}${last}`,
    // The runtime panics when closing a directory that it has listed fails.
    paths: [...(syscall === "close" ? [] : [directory]), ...names.map((name) => `${directory}/${name}`)],
  };
}

/** Each of the first calls, and later ones further and further apart. */
function* laterCalls(): Generator<number> {
  for (let call = 1;; call = call < 6 ? call + 1 : Math.ceil(call * 1.5)) yield call;
}

/** Whether a run goes on as if nothing had happened. */
function isHarmless({ syscall, errno }: Fault): boolean {
  // What was written is in the file system, and the descriptor is gone, whatever close says.
  if (syscall === "close") return true;
  return errno === "EINTR" && syscall !== "rename" && syscall !== "unlink";
}

/** Whether a shard's file may be set aside because there is none at its path, and the run go on. */
function maySetAside({ layout, syscall, errno }: Fault): boolean {
  return layout.kind === "snapshot" && syscall === "openat" && errno === "ELOOP";
}

/** Checks the exit code and what was printed. That a slow machine broke a promise of time does not count. */
function checkMessages({ fault, directory, ended, log, what }: FaultyRun): void {
  assertEquals(ended.signal, null, what);
  assertNotMatch(ended.stderr, /^\s+at |Uncaught|Stack|panicked/m, what);
  const setAside = /^kvlab: set aside (\S+) as \S+: it cannot be read: .*\(os error \d+\)$/;
  const isTelling = (line: string) =>
    !setAside.test(line) && !/^kvlab: (running|draining)$|^kvlab \d|proves nothing$|enough CPU time$/.test(line);
  const telling = linesOf(ended.stderr).filter(isTelling);
  if (ended.code === 0) {
    assertEquals(telling, [], what);
    const wasSetAside = resultOf(ended).files_set_aside > 0;
    assert(log.injected === 0 || isHarmless(fault) || (wasSetAside && maySetAside(fault)), what);
    return;
  }
  assert(log.injected > 0 && !isHarmless(fault), what);
  assertEquals({ code: ended.code, lines: telling.length }, { code: 1, lines: 1 }, what);
  // Whatever had been measured by then is kept, and says so.
  if (ended.stdout !== "") assertEquals(`kvlab: ${JSON.parse(ended.stdout).failed}`, telling[0], what);
  assertMatch(
    telling[0]!,
    new RegExp(`^kvlab: Cannot [a-z ]+ ${directory}\\b.*: .*\\(os error ${ERRORS[fault.errno]}\\)$`),
    what,
  );
}

/**
 * Checks what the directory holds: every file is whole, and no shard has gone back unless its file was set aside.
 *
 * @returns how many files were set aside
 */
async function checkFiles({ fault, directory, before, ended, what }: FaultyRun): Promise<number> {
  const { layout, serializer, syscall } = fault;
  const names = namesIn(directory);
  const { versions, setAside, excused } = await layout.read(directory, serializer, before.files).catch((error) => {
    throw new Error(`${what}: ${error.message}`);
  });
  for (const [shard, version] of before.held.versions) {
    if (excused.has(shard)) continue;
    assert((versions.get(shard) ?? 0) >= version, `${what}: shard ${shard} went back from ${version}`);
  }
  if (ended.code !== 0) return setAside;
  if (syscall !== "unlink") assertEquals(names.filter((name) => name.endsWith(".tmp")), [], what);
  if (setAside === 0) {
    const written = sum(versions.values()) - sum(before.held.versions.values());
    assertEquals(written, resultOf(ended).writes, `${what}: acknowledged writes are not in the files`);
  }
  return setAside;
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}
