/**
 * The kills: what the campaigns that kill kvlab have in common.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };
import type { LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { type PersistencePolicy, policyOf } from "../../lib/persist/policy/policies.ts";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import type { ChildProgram } from "../../lib/crash/child.ts";
import type { CrashOptions } from "../../lib/crash/crash.ts";
import type { KillResult } from "../../lib/crash/crash_result.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { DELETE, UPDATE } from "../../lib/load/operation.ts";

/** A configuration under which kvlab is killed. */
export type KillConfiguration = Pick<FileBackendOptions, "policy" | "layout" | "serializer" | "fileCount"> & {
  readonly threads?: number;
  /** Number of keys; the seed's when absent. */
  readonly keyCount?: number;
  /** The share of deletes, at the cost of updates; none when absent. */
  readonly deleteRatio?: number;
  readonly preload?: boolean;
};

/** The latest moment of a kill in a load, in milliseconds. */
export const LOAD_TIME_MS = 60;
const THREADS = 2;

/** A program of the tests, started as a child as kvlab is, with arguments before its options. */
export function childProgram(module: string, args: readonly string[] = []): ChildProgram {
  const url = new URL(module, import.meta.url).href;
  const flags = denoJson.tasks.start.command.split(" ").filter((word) => word.startsWith("--"));
  return { path: Deno.execPath(), args: ["run", ...flags, url, ...args] };
}

/** The options of kills under a configuration. */
export function killOptions(configuration: KillConfiguration, options: { kills: number; seed: number }): CrashOptions {
  const { threads = THREADS, keyCount = NUMBERED_SEED_MIX.keyCount, deleteRatio = 0, preload = false, ...backend } =
    configuration;
  const shares = NUMBERED_SEED_MIX.shares.with(UPDATE, NUMBERED_SEED_MIX.shares[UPDATE]! - deleteRatio)
    .with(DELETE, deleteRatio);
  return {
    kills: options.kills,
    options: {
      threads,
      loadTimeMs: LOAD_TIME_MS,
      workload: { ...NUMBERED_SEED_MIX, shares, preload, keyCount, keyCountMax: keyCount },
      pattern: "unthrottled",
      seed: options.seed,
      backend: { kind: "file", sync: "none", ...backend },
    },
  };
}

/** What a kill shows to be wrong with a kvlab that promised never to tear a file, in one line; `undefined`: nothing. */
export function faultOf(kill: KillResult, { policy, threads = THREADS }: KillConfiguration): string | undefined {
  const { tornShards, lost, gauge = 0 } = kill;
  const { writes = Infinity } = policyOf(policy).bound(policy, { threads });
  if (tornShards > 0) return `${tornShards} shards are torn`;
  if (lost > gauge) return `${lost} writes are lost, the gauge said ${gauge}`;
  if (lost > writes) return `${lost} writes are lost, the bound is ${writes}`;
  return undefined;
}

/** A configuration as flags, to name it. */
export function configurationName({ policy, layout, serializer, fileCount }: KillConfiguration): string {
  return `${policyFlag(policy)} ${layoutFlags(layout)} --serializer=${serializer} --file-count=${fileCount}`;
}

function layoutFlags(layout: LayoutOptions): string {
  switch (layout.kind) {
    case "snapshot":
      return `--replace=${layout.replace}`;
    case "blocks":
      return `--layout=blocks --block-size=${layout.blockBytes}`;
    case "log":
      return `--layout=log --log-size=${layout.logBytes}`;
  }
}

function policyFlag(policy: PersistencePolicy): string {
  switch (policy.kind) {
    case "asynchronous":
      return `--queue-depth=${policy.queueDepth}`;
    case "periodic":
      return `--flush-period-us=${policy.flushPeriodUs}`;
    case "synchronous":
      return `--write-period-us=${policy.writePeriodUs}`;
    case "commit":
      return `--commit-delay-us=${policy.commitDelayUs}`;
  }
}
