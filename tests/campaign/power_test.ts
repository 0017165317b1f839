/**
 * The power campaign: kvlab writes to a disk that loses, tears and reorders what was not flushed. In whatever state a
 * cut leaves it, no more may be lost than the gauge for power loss said, and nothing sound may be called damaged.
 * `deno task test:power`; `--full` for 50,000 states.
 *
 * @module
 */
import { assertEquals, assertGreater } from "@std/assert";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { crash, type CrashOptions } from "../../lib/crash/crash.ts";
import type { KillResult } from "../../lib/crash/crash_result.ts";
import { FILE_SYSTEM_NAMES, type FileSystemName } from "../../lib/disk/file_system.ts";
import { whyNoDisk } from "../disk/no_disk.ts";
import { Rng } from "../../lib/load/rng.ts";
import type { LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/replace/replacement.ts";
import { SYNC_NAMES } from "../../lib/persist/durability.ts";
import type { PersistencePolicy } from "../../lib/persist/policy/policies.ts";
import { testWhere } from "../main/kvlab.ts";
import { numberOption, report, rounds } from "./campaign.ts";
import { childProgram, configurationName, type KillConfiguration } from "./kills.ts";
import { Swarm } from "./swarm.ts";

/** How many states are tried altogether, and of each cut; and how often each store is cut. */
const STATES = { small: 40, full: 50_000 };
const STATES_PER_CUT = { small: 10, full: 40 };
const CUTS = { small: 1, full: 3 };
/** The disk holds what all loads have put. */
const RECORDS_BYTES_MAX = 1 << 20;

const POLICIES: readonly PersistencePolicy[] = [
  { kind: "commit", commitDelayUs: 0 },
  { kind: "synchronous", writePeriodUs: 2000 },
  { kind: "asynchronous", queueDepth: 16, queueMemoryBytes: 16 << 20 },
  { kind: "periodic", flushPeriodUs: 10_000 },
  { kind: "asynchronous", queueDepth: 256, queueMemoryBytes: 16 << 20 },
];
/** So small that each child writes checkpoints. */
const LOGS: LayoutOptions = { kind: "log", logBytes: 64 << 10, pendingBytes: 16 << 20 };
const BLOCKS: LayoutOptions = { kind: "blocks", blockBytes: 4096 };
const LAYOUTS: readonly LayoutOptions[] = [
  LOGS,
  BLOCKS,
  ...REPLACE_NAMES.map((replace) => ({ kind: "snapshot", replace } as const)),
];
const FILE_COUNTS = { snapshot: 32, blocks: 4, log: 4 };

testWhere(whyNoDisk("ext4"), "no state that a cut leaves loses more than the gauge for power loss says", async () => {
  const seed = numberOption("seed") ?? crypto.getRandomValues(new Uint32Array(1))[0]!;
  const swarm = new Swarm(seed);
  const rng = new Rng(seed, 0);
  const statesMax = rounds(STATES);
  const counts: Record<string, number> = { cuts: 0, states: 0, acknowledged: 0, lost: 0, unmountable: 0 };
  for (let draw = 0; counts.states! < statesMax; draw++) {
    const { options, name } = drawn(swarm, draw, rng);
    const { kills } = await crash(options, { program: childProgram("./crash_child.ts") });
    for (const kill of kills) {
      const { states = [], acknowledged, lost } = kill;
      assertEquals(faultsIn(kill), [], `draw ${draw}, seed ${seed}: ${name}`);
      counts.cuts!++;
      counts.states! += states.length;
      counts.acknowledged! += acknowledged;
      counts.lost! += lost;
      counts.unmountable! += states.filter(({ unmountable }) => unmountable !== undefined).length;
    }
  }
  report("power", { seed, ...counts });
  assertGreater(counts.acknowledged!, 0);
});

/** A store, a load and a file system, by chance, but such that a few draws have something of everything. */
function drawn(swarm: Swarm, draw: number, rng: Rng): { options: CrashOptions; name: string } {
  const layout = LAYOUTS[draw % LAYOUTS.length]!;
  const policy = POLICIES[Math.floor(draw / LAYOUTS.length + draw) % POLICIES.length]!;
  const configuration: KillConfiguration = {
    policy,
    layout,
    serializer: SERIALIZER_NAMES[rng.below(SERIALIZER_NAMES.length)]!,
    fileCount: FILE_COUNTS[layout.kind],
  };
  const sync = SYNC_NAMES[(1 + draw) % SYNC_NAMES.length]!;
  const fileSystem = availableFileSystem(FILE_SYSTEM_NAMES[draw % FILE_SYSTEM_NAMES.length]!);
  const args = [
    ...configurationName(configuration).split(" "),
    `--sync=${sync}`,
    "--cut=power",
    `--kills=${rounds(CUTS)}`,
    `--states=${rounds(STATES_PER_CUT)}`,
    `--filesystem=${fileSystem}`,
  ];
  const { options, kills, cut, power } = swarm.crashCommand(draw, args, { bytesMax: RECORDS_BYTES_MAX });
  return { options: { options, kills, cut, ...(power === undefined ? {} : { power }) }, name: args.join(" ") };
}

function availableFileSystem(name: FileSystemName): FileSystemName {
  return whyNoDisk(name) === undefined ? name : "ext4";
}

/** The states of a cut in which too much was lost, or something was called damaged that is not. */
function faultsIn({ states = [] }: KillResult) {
  return states.filter(({ problem }) => problem !== undefined);
}
