/**
 * The power campaign: kvlab writes to an ext4 file system whose power is cut; what is lost afterwards must be no more
 * than the gauge for power loss said. `deno task test:power`; `--full` for 1,000 cuts.
 *
 * Where power fails, programs stop. The shutdown of a file system lets them go on, and a sync that it overtakes may
 * then report success: what was called synced counts if it was so before the cut. Half of the cuts come while the child
 * stands still, between two system calls, so that this is everything; the others in the middle of whatever is going on.
 *
 * Some more children break what a sync promises, on purpose: each must be caught.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, AssertionError, assertMatch } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { FoundRecords } from "../../lib/crash/found_records.ts";
import { countLosses, type LossCount } from "../../lib/crash/loss_count.ts";
import type { CrashLoad } from "../../lib/crash/crash_load.ts";
import type { CutKind, PowerlessDisk } from "../../lib/crash/powerless_disk.ts";
import { type RecoveredFiles, recoverFiles } from "../../lib/crash/recovery.ts";
import { stopProcess } from "../../lib/crash/stopped_process.ts";
import { unpersisted } from "../../lib/crash/shard_gauge.ts";
import { readTestimony, type Testimony } from "../../lib/crash/testimony.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { Rng } from "../../lib/load/rng.ts";
import type { MixOptions } from "../../lib/load/workload.ts";
import { type LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/replace/replacement.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import type { SyncName } from "../../lib/persist/durability.ts";
import type { WitnessOptions } from "../../lib/persist/witness.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";
import { sharedNowMs } from "../../lib/sync/shared_time.ts";
import { KvlabProcess, testWhere } from "../main/kvlab.ts";
import { numberOption, report, rounds } from "./campaign.ts";
import { configurationName } from "./kills.ts";
import { missingMounts, powerlessDisk } from "./mounts.ts";
import type { HarmlessVariant, PowerMutant } from "./mutants/mutants.ts";
import { Swarm } from "./swarm.ts";

const CUTS_SMALL = 16;
const CUTS_FULL = 1000;

const DISK_BYTES = 128 << 20;
/** Of the mutants' loads; those of the others are drawn. */
const MUTANT_LOAD: CutLoad = { threads: 2, workload: NUMBERED_SEED_MIX };
/** The disk holds several directories, each of them with what all its loads have put. */
const RECORDS_BYTES_MAX = 1 << 20;
/** The power fails at the latest so long after the load's start, in milliseconds. */
const CUT_MS_MAX = 120;
/** One cut in so many comes while the child starts or loads. */
const START_CUT_EVERY = 9;
const START_CUT_MS_MAX = 300;

const POLICIES: readonly PersistencePolicy[] = [
  { kind: "synchronous", writePeriodUs: 2000 },
  { kind: "asynchronous", queueDepth: 16, queueMemoryBytes: 16 << 20 },
  { kind: "periodic", flushPeriodUs: 10_000 },
  { kind: "commit", commitDelayUs: 0 },
];
const BLOCKS: LayoutOptions = { kind: "blocks", blockBytes: 4096 };
/** So small that each child writes checkpoints. */
const LOGS: LayoutOptions = { kind: "log", logBytes: 64 << 10, pendingBytes: 16 << 20 };
/** Snapshots with every strategy, and the others. */
const LAYOUTS: readonly LayoutOptions[] = [
  ...REPLACE_NAMES.map((replace) => ({ kind: "snapshot", replace } as const)),
  BLOCKS,
  LOGS,
];
const FILE_COUNTS = { snapshot: 32, blocks: 4, log: 4 };
const SYNCS: readonly SyncName[] = ["data", "full", "none"];
const CUT_KINDS: readonly CutKind[] = ["flush-log", "drop-log"];

/** Cuts after which a mutant has escaped. */
const MUTANT_CUTS_MAX = 30;
/** Cuts of each child that is not wrong, under the mutants' configurations. */
const CUTS_SOUND = { small: 2, full: 100 };
const MUTANTS: readonly { mutant: PowerMutant; layout: LayoutOptions }[] = [
  { mutant: "acknowledges before the sync", layout: LOGS },
  { mutant: "acknowledges before the sync", layout: BLOCKS },
  { mutant: "overwrites the place synced last", layout: BLOCKS },
];
const SOUND: readonly { mutant?: HarmlessVariant; layout: LayoutOptions }[] = [
  { layout: LOGS },
  { mutant: "writes blocks in synced pieces", layout: BLOCKS },
];

/** The load that is cut short. */
type CutLoad = Pick<CrashLoad, "threads" | "workload">;

/** What is cut, and how. */
interface CutConfiguration {
  readonly backend: FileBackendOptions & { readonly output: string };
  readonly load: CutLoad;
  readonly kind: CutKind;
  /** Whether the child is stopped before the cut. */
  readonly isStopped: boolean;
  /** How the child differs from kvlab, if it does. */
  readonly mutant?: PowerMutant | HarmlessVariant;
}

/** What a cut has shown. */
interface Observation {
  readonly configuration: CutConfiguration;
  readonly before: Recovered;
  readonly after: Recovered;
  readonly atCut: AtCut;
  readonly outcome: LossCount;
  readonly powerGauge: number;
  readonly what: string;
}

/** What the directory holds. */
interface Recovered extends RecoveredFiles {
  readonly found: FoundRecords;
}

/** Sync levels outermost, so that every stretch of cuts has each layout, policy and kind of cut. */
function* configurations(disk: string, swarm: Swarm): Generator<CutConfiguration> {
  for (let i = 0;; i++) {
    const layout = LAYOUTS[i % 5]!;
    const policy = POLICIES[Math.floor(i / 5) % 4]!;
    const sync = SYNCS[Math.floor(i / 20) % 3]!;
    const serializer = SERIALIZER_NAMES[(i + Math.floor(i / 60)) % 3]!;
    const kind = CUT_KINDS[(i + Math.floor(i / 8)) % 2]!;
    const isStopped = Math.floor(i / 2) % 2 === 0;
    const output = `${disk}/${layout.kind === "snapshot" ? layout.replace : layout.kind}-${serializer}`;
    const fileCount = FILE_COUNTS[layout.kind];
    const name = configurationName({ policy, layout, serializer, fileCount });
    const { options: load } = swarm.crashCommand(i, name.split(" "), { bytesMax: RECORDS_BYTES_MAX });
    yield { backend: { kind: "file", output, fileCount, serializer, policy, layout, sync }, load, kind, isStopped };
  }
}

testWhere(missingMounts("power"), "a power loss loses no more than the gauge for power loss says", async () => {
  using disk = powerlessDisk(DISK_BYTES);
  const seed = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  const campaign = new PowerCampaign(disk, seed);
  const cuts = rounds({ small: CUTS_SMALL, full: CUTS_FULL });
  let round = 0;
  for (const configuration of configurations(disk.path, new Swarm(seed))) {
    if (++round > cuts) break;
    campaign.check(await campaign.cut(configuration, round));
  }
  report("power", { cuts, seed, ...campaign.counts });
  assertGreater(campaign.counts["cuts of commits"] ?? 0, 0);
});

testWhere(
  missingMounts("power"),
  "a power loss catches every mutant that breaks what a sync promises",
  async () => {
    using disk = powerlessDisk(DISK_BYTES);
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    const campaign = new PowerCampaign(disk, seed);
    const caught: Record<string, number> = {};
    const escaped: string[] = [];
    for (const { mutant, layout } of MUTANTS) {
      const name = `"${mutant}" (${layout.kind})`;
      let fault: string | undefined;
      let cuts = 0;
      while (fault === undefined && cuts < MUTANT_CUTS_MAX) {
        fault = campaign.faultIn(await campaign.cut(committed(disk.path, layout, cuts, mutant), ++cuts));
      }
      if (fault === undefined) escaped.push(name);
      else caught[`${name} caught after`] = cuts;
    }
    const cuts = rounds(CUTS_SOUND);
    for (const { mutant, layout } of SOUND) {
      for (let cut = 0; cut < cuts; cut++) {
        campaign.check(await campaign.cut(committed(disk.path, layout, cut, mutant), cut + 1));
      }
    }
    report("power", { seed, ...caught, "cuts of the right kvlab": cuts * SOUND.length });
    assertEquals(escaped, []);
  },
);

/** A cut of commits under `--sync=data`, whose child stands still before it. */
function committed(
  disk: string,
  layout: LayoutOptions,
  cut: number,
  mutant: PowerMutant | HarmlessVariant | undefined,
): CutConfiguration {
  const output = `${disk}/${layout.kind}-${mutant ?? "right"}`.replaceAll(" ", "-");
  const policy = { kind: "commit", commitDelayUs: 0 } as const;
  const backend = { kind: "file", output, fileCount: 4, serializer: "raw", policy, layout, sync: "data" } as const;
  return {
    backend,
    load: MUTANT_LOAD,
    kind: CUT_KINDS[cut % 2]!,
    isStopped: true,
    ...(mutant === undefined ? {} : { mutant }),
  };
}

class PowerCampaign {
  readonly #disk: PowerlessDisk;
  readonly #seed: number;
  readonly #moments: Rng;
  readonly #counts = {
    "cuts while starting": 0,
    "cuts of commits": 0,
    acknowledged: 0,
    "lost where synced": 0,
    "of a gauge of": 0,
    "lost where not synced": 0,
    "files set aside": 0,
    "torn shards in place": 0,
    "torn logs": 0,
    "torn shards or logs unsynced": 0,
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
  async cut(configuration: CutConfiguration, round: number): Promise<Observation> {
    const { backend, kind, isStopped, load: { threads, workload } } = configuration;
    const mix = { ...workload, preload: false };
    const what = `cut ${round}, seed ${this.#seed}, ${kind}, ${isStopped ? "stopped" : "running"}, ${
      JSON.stringify({ threads, mix, backend })
    }`;
    const before = await recover(backend, mix);
    // What was set aside just now stays so.
    this.#disk.sync();
    const witness = { round, directory: Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "kvlab-witness-" }) };
    try {
      const options: RunOptions = {
        threads,
        loadTimeMs: 30_000,
        workload: mix,
        pattern: "unthrottled",
        seed: (this.#seed + round) % 2 ** 32,
        witness,
        backend,
      };
      const atCut = await this.#runUntilCut(options, configuration, witness, what);
      this.#disk.restart();
      const after = await recover(backend, mix);
      const testimony = readTestimony(witness.directory, threads);
      const { seed } = options;
      const outcome = countLosses({ found: after.found, foundBefore: before.found, testimony, mix, seed, round });
      const powerGauge = unpersisted(testimony, before.versions, atCut.syncedVersions);
      return { configuration, before, after, atCut, outcome, powerGauge, what };
    } finally {
      Deno.removeSync(witness.directory, { recursive: true });
    }
  }

  async #runUntilCut(
    options: RunOptions,
    { backend, kind, isStopped, mutant, load: { threads } }: CutConfiguration,
    { round, directory: witness }: WitnessOptions,
    what: string,
  ): Promise<AtCut> {
    const child = KvlabProcess.start([JSON.stringify(options), ...(mutant === undefined ? [] : [mutant])], {
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
    if (isStopped) await stopProcess({ pid: child.pid, kill: (signal) => child.signal(signal) });
    const before = readTestimony(witness, threads);
    const cutAtMs = sharedNowMs();
    this.#disk.cut(kind);
    if (isStopped) child.signal("SIGCONT");
    const { code, stderr } = await child.ended;
    const lines = stderr.trim().split("\n").filter((line) => line !== "running");
    assertEquals({ code, lines: lines.length }, { code: 1, lines: 1 }, `${what}: ${stderr}`);
    assertMatch(lines[0]!, /^kvlab: Cannot [a-z ]+ \S.*: .*\(os error (5|30)\)$/, what);
    assert(lines[0]!.includes(backend.output), `${what}: ${lines[0]}`);
    // What a stopped child calls synced, or acknowledges, as soon as it goes on was synced before.
    const { syncedVersions } = isStopped ? readTestimony(witness, threads) : before;
    return { syncedVersions, trustedUntilMs: isStopped ? Infinity : cutAtMs };
  }

  /** Checks that no more is lost than was promised. */
  check({ configuration, before, after, atCut, outcome, powerGauge, what }: Observation): void {
    const { layout, sync, policy } = configuration.backend;
    const counts = this.#counts;
    counts.acknowledged += outcome.acknowledged;
    counts["files set aside"] += after.setAside.length;
    if (sync === "none") {
      // The gauge says that everything may be lost; what is left was whole, or set aside.
      counts["lost where not synced"] += outcome.lost;
      counts["torn shards or logs unsynced"] += after.torn;
      return;
    }
    const isInPlace = layout.kind === "snapshot" && layout.replace === "in-place";
    let neverSynced = 0;
    for (const [shard, version] of after.versions.entries()) {
      const synced = Math.max(before.versions[shard]!, atCut.syncedVersions.get(shard) ?? 0);
      // Torn: there is nothing of it.
      if (isInPlace && version === 0) continue;
      if (version === 0 && synced === 0) neverSynced++;
      assert(version >= synced, `${what}: shard ${shard} is at version ${version}, but ${synced} was synced`);
    }
    if (isInPlace && after.torn > 0) {
      counts["torn shards in place"] += after.torn;
      return;
    }
    // Of what was written to a log since the last sync, the device may have any part: also one behind a gap.
    if (layout.kind === "log") {
      counts["torn logs"] += after.torn;
    } else {
      // The first of a shard's two files has no other beside it until it is synced; a renamed one is sound from the
      // start.
      const tornMax = layout.kind === "snapshot" && layout.replace === "alternate" ? neverSynced : 0;
      assert(after.torn <= tornMax, `${what}: ${after.torn} shards are torn, ${tornMax} had never been synced`);
    }
    assert(outcome.lost <= powerGauge, `${what}: lost ${outcome.lost}, the gauge said ${powerGauge}`);
    counts["lost where synced"] += outcome.lost;
    counts["of a gauge of"] += powerGauge;
    if (policy.kind !== "commit") return;
    counts["cuts of commits"]++;
    assertEquals(after.found.countOlderThan(before.found), 0, what);
    const { oldestLostAtMs } = outcome;
    const isKept = oldestLostAtMs === Infinity || oldestLostAtMs > atCut.trustedUntilMs;
    assert(isKept, `${what}: ${outcome.lost} lost, one of which had been committed before the cut`);
  }

  /** What is lost although it was promised, in one line; `undefined`: nothing. */
  faultIn(observation: Observation): string | undefined {
    try {
      this.check(observation);
      return undefined;
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      return error.message;
    }
  }
}

/** What was promised when the power was cut. */
interface AtCut {
  readonly syncedVersions: Testimony["syncedVersions"];
  /** Up to when an acknowledgement can be relied on: a sync that the cut overtakes may report success. */
  readonly trustedUntilMs: number;
}

/** Reads the directory as a new process would, and forgets what had to be set aside. */
async function recover(backend: FileBackendOptions, mix: MixOptions): Promise<Recovered> {
  const recovered = await recoverFiles(backend, mix);
  const found = await FoundRecords.read(recovered, mix);
  await recovered.close();
  for (const { backupPath } of recovered.files.setAside) Deno.removeSync(backupPath);
  return { ...recovered.files, found };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
