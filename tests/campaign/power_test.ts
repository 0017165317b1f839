/**
 * The power campaign: kvlab writes to an ext4 file system whose power is cut; what is lost afterwards must be no more
 * than the gauge for power loss said. `deno task test:power`; `--full` for 1,000 cuts.
 *
 * Where power fails, programs stop. The shutdown of a file system lets them go on, and a sync that it overtakes may then
 * report success: what was called synced counts if it was so before the cut. Half of the cuts come while the child stands
 * still, between two system calls, so that this is everything; the others in the middle of whatever is going on.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { prepareFiles } from "../../lib/backend/prepare.ts";
import type { SerializerName } from "../../lib/codec/codec.ts";
import { compare, type Comparison } from "../../lib/crash/outcome.ts";
import { readTestimony, type Testimony } from "../../lib/crash/testimony.ts";
import { NUMBERED_KEY_SPACE } from "../../lib/load/numbered_workload.ts";
import { Rng } from "../../lib/load/rng.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/layout_options.ts";
import { type PersistencePolicy, SYNC_NAMES } from "../../lib/persist/policy.ts";
import { parseShardFileName } from "../../lib/persist/shard_file.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import type { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { KvlabProcess, testWhere } from "../main/kvlab.ts";
import { report, rounds } from "./campaign.ts";
import { type CutKind, missingMounts, PowerlessDisk } from "./mounts.ts";

const CUTS_SMALL = 10;
const CUTS_FULL = 1000;

const DISK_BYTES = 128 << 20;
const FILE_COUNT = 32;
const THREADS = 2;
/** The power fails at the latest so long after the load's start, in milliseconds. */
const CUT_MS_MAX = 120;
/** One cut in so many comes while the child starts or loads. */
const START_CUT_EVERY = 9;
const START_CUT_MS_MAX = 300;
/** How often, a millisecond apart, is looked whether a child has stopped. */
const STOP_ATTEMPTS = 10_000;

const POLICIES: readonly PersistencePolicy[] = [
  { kind: "synchronous", periodMs: 2 },
  { kind: "asynchronous", queueDepth: 16, queueMemoryBytes: 16 << 20 },
  { kind: "periodic", periodMs: 10 },
];
const CUT_KINDS: readonly CutKind[] = ["flush-log", "drop-log"];

/** What is cut, and how. */
interface CutConfiguration {
  readonly backend: FileBackendOptions & { readonly output: string };
  readonly kind: CutKind;
  /** Whether the child is stopped before the cut. */
  readonly isStopped: boolean;
}

/** What the directory holds after a cut. */
interface Recovered {
  readonly store: SharedStore;
  /** Shards that had files, but no sound one. */
  readonly tornShards: ReadonlySet<number>;
  readonly setAside: number;
}

/** Sync levels outermost, so that every stretch of cuts has each strategy, policy and kind of cut. */
function* configurations(disk: string): Generator<CutConfiguration> {
  for (let i = 0;; i++) {
    const replace = REPLACE_NAMES[i % 3]!;
    const sync = SYNC_NAMES[(Math.floor(i / 3) + 1) % 3]!;
    const policy = POLICIES[(i + Math.floor(i / 9)) % 3]!;
    const kind = CUT_KINDS[(i + Math.floor(i / 27)) % 2]!;
    const serializer: SerializerName = i % 2 === 0 ? "json" : "cbor";
    const output = `${disk}/${replace}-${serializer}`;
    const isStopped = Math.floor(i / 2) % 2 === 0;
    const layout = { kind: "snapshot", replace } as const;
    const backend = { kind: "file", output, fileCount: FILE_COUNT, serializer, policy, layout, sync } as const;
    yield { backend, kind, isStopped };
  }
}

testWhere(missingMounts("power"), "a power loss loses no more than the gauge for power loss says", async () => {
  using disk = new PowerlessDisk(DISK_BYTES);
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const campaign = new PowerCampaign(disk, seed);
  const cuts = rounds({ small: CUTS_SMALL, full: CUTS_FULL });
  let round = 0;
  for (const configuration of configurations(disk.path)) {
    if (++round > cuts) break;
    await campaign.cut(configuration, round);
  }
  report("power", { cuts, seed, ...campaign.counts });
});

class PowerCampaign {
  readonly #disk: PowerlessDisk;
  readonly #seed: number;
  readonly #moments: Rng;
  readonly #counts = {
    "cuts while starting": 0,
    acknowledged: 0,
    "lost where synced": 0,
    "of a gauge of": 0,
    "lost where not synced": 0,
    "files set aside": 0,
    "torn shards in place": 0,
    "torn shards unsynced": 0,
  };

  constructor(disk: PowerlessDisk, seed: number) {
    this.#disk = disk;
    this.#seed = seed;
    this.#moments = new Rng(seed, 2 ** 31);
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  /** Runs a child, cuts the power, starts again, and compares. */
  async cut(configuration: CutConfiguration, round: number): Promise<void> {
    const { backend, kind, isStopped } = configuration;
    const what = `cut ${round}, seed ${this.#seed}, ${kind}, ${isStopped ? "stopped" : "running"}, ${
      JSON.stringify(backend)
    }`;
    const before = await recover(backend);
    // What was set aside just now stays so.
    this.#disk.sync();
    const versionsBefore = Float64Array.from({ length: FILE_COUNT }, (_, shard) => before.store.version(shard));
    const witness = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "kvlab-witness-" });
    try {
      const options: RunOptions = {
        threads: THREADS,
        loadTimeMs: 30_000,
        workload: { kind: "numbered", round, witness },
        pattern: "unthrottled",
        seed: (this.#seed + round) % 2 ** 32,
        backend,
      };
      const syncedVersions = await this.#runUntilCut(options, configuration, { round, witness, what });
      this.#disk.restart();
      const after = await recover(backend);
      const testimony = { ...readTestimony(witness, THREADS), syncedVersions };
      const { seed } = options;
      const { store, tornShards } = after;
      const outcome = compare({ store, testimony, seed, round, versionsBefore, tornShards });
      this.#check(configuration, { after, testimony, outcome, versionsBefore, what });
    } finally {
      Deno.removeSync(witness, { recursive: true });
    }
  }

  /** Returns what was called synced before the cut. */
  async #runUntilCut(
    options: RunOptions,
    { backend, kind, isStopped }: CutConfiguration,
    { round, witness, what }: { round: number; witness: string; what: string },
  ): Promise<Testimony["syncedVersions"]> {
    const child = KvlabProcess.start([JSON.stringify(options)], {
      program: [
        Deno.execPath(),
        "run",
        "--quiet",
        // Deno lets nothing less into /dev, where the witness is.
        "--allow-all",
        new URL("power_child.ts", import.meta.url).href,
      ],
    });
    if (round % START_CUT_EVERY === 0) {
      this.#counts["cuts while starting"]++;
      await delay(this.#moments.below(START_CUT_MS_MAX));
    } else {
      await child.says("running\n");
      await delay(this.#moments.below(CUT_MS_MAX));
    }
    if (isStopped) await stop(child);
    const before = readTestimony(witness, THREADS);
    this.#disk.cut(kind);
    if (isStopped) child.signal("SIGCONT");
    const { code, stderr } = await child.ended;
    const lines = stderr.trim().split("\n").filter((line) => line !== "running");
    assertEquals({ code, lines: lines.length }, { code: 1, lines: 1 }, `${what}: ${stderr}`);
    assertMatch(lines[0]!, /^kvlab: Cannot [a-z ]+ \S.*: .*\(os error (5|30)\)$/, what);
    assert(lines[0]!.includes(backend.output), `${what}: ${lines[0]}`);
    // What a stopped child calls synced as soon as it goes on was synced before.
    return (isStopped ? readTestimony(witness, THREADS) : before).syncedVersions;
  }

  #check(
    { backend: { layout, sync } }: CutConfiguration,
    { after: { store, tornShards, setAside }, testimony, outcome, versionsBefore, what }: {
      after: Recovered;
      testimony: Testimony;
      outcome: Comparison;
      versionsBefore: Float64Array;
      what: string;
    },
  ): void {
    const counts = this.#counts;
    counts.acknowledged += outcome.acknowledged;
    counts["files set aside"] += setAside;
    if (sync === "none") {
      // The gauge says that everything may be lost; what is left was whole, or set aside.
      counts["lost where not synced"] += outcome.lost;
      counts["torn shards unsynced"] += tornShards.size;
      return;
    }
    for (let shard = 0; shard < FILE_COUNT; shard++) {
      if (tornShards.has(shard)) continue;
      const synced = Math.max(versionsBefore[shard]!, testimony.syncedVersions.get(shard) ?? 0);
      const recovered = store.version(shard);
      assert(recovered >= synced, `${what}: shard ${shard} is at version ${recovered}, but ${synced} was synced`);
    }
    if (layout.kind === "snapshot" && layout.replace === "in-place" && tornShards.size > 0) {
      counts["torn shards in place"] += tornShards.size;
      return;
    }
    assertEquals(tornShards.size, 0, what);
    assert(outcome.lost <= outcome.powerGauge, `${what}: lost ${outcome.lost}, the gauge said ${outcome.powerGauge}`);
    counts["lost where synced"] += outcome.lost;
    counts["of a gauge of"] += outcome.powerGauge;
  }
}

/** Reads the directory as a new process would, and forgets what had to be set aside. */
async function recover(backend: FileBackendOptions): Promise<Recovered> {
  const context = { abort: Abort.create(), clock: Clock.create(), threads: 1 };
  const { store, directory, filesSetAside } = await prepareFiles(backend, NUMBERED_KEY_SPACE, context);
  const sound = new Set(directory.shardFiles().map(({ shard }) => shard));
  directory.close();
  const tornShards = new Set<number>();
  for (const { path, backupPath } of filesSetAside) {
    const shard = parseShardFileName(path.slice(path.lastIndexOf("/") + 1))!.shard;
    if (!sound.has(shard)) tornShards.add(shard);
    Deno.removeSync(backupPath);
  }
  return { store, tornShards, setAside: filesSetAside.length };
}

/** Stops all threads of a child, each of which ends its system call first. */
async function stop(child: KvlabProcess): Promise<void> {
  child.signal("SIGSTOP");
  const tasks = `/proc/${child.pid}/task`;
  const isStopped = ({ name }: Deno.DirEntry) => {
    try {
      const stat = Deno.readTextFileSync(`${tasks}/${name}/stat`);
      return stat[stat.lastIndexOf(")") + 2] === "T";
    } catch (error) {
      // The thread has just ended.
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  };
  for (let attempt = 0; !Array.from(Deno.readDirSync(tasks)).every(isStopped); attempt++) {
    assert(attempt < STOP_ATTEMPTS, "the child does not stop");
    await delay(1);
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
