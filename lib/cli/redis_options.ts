/**
 * Turns the redis engine's flags into its settings.
 *
 * @module
 */
import { withPasswordOfEnvironment } from "../option/credentials.ts";
import type { RedisSettings } from "../engine/redis/settings.ts";
import type { RawArguments } from "./arguments.ts";
import { read, refuseBoth } from "./flag_values.ts";
import { FLAGS } from "./flags.ts";
import type { FlagName } from "../result/option/flag.ts";
import { UsageError } from "./usage_error.ts";
import { given } from "../option/given.ts";

/** @throws {UsageError} when a value is not allowed or flags contradict each other */
export function redisSettings(raw: RawArguments): RedisSettings {
  const url = read(raw, FLAGS.url);
  const spawn = read(raw, FLAGS.spawn);
  const wait = read(raw, FLAGS.wait);
  refuseBoth(raw, [FLAGS.url, FLAGS.spawn], "both say which server");
  if (url !== undefined) return runningSettings(raw, url, wait);
  if (spawn !== undefined) return spawnedSettings(raw, spawn, wait);
  throw new UsageError(
    `the redis backend needs --${FLAGS.url.name}=URL (a running server) or --${FLAGS.spawn.name} (to start one)`,
  );
}

function runningSettings(raw: RawArguments, url: string, wait: number): RedisSettings {
  const { appendfsync, rdb, nodeTimeoutMs, output } = FLAGS;
  for (const flag of [appendfsync, rdb, nodeTimeoutMs, output]) {
    refuseUnless(raw, flag, false, "--spawn: a running server keeps its own settings");
  }
  const cluster = read(raw, FLAGS.cluster);
  if (cluster !== undefined && cluster !== "running") {
    throw new UsageError("--cluster takes no value with --url: a running cluster has its own shape");
  }
  return { url: withPasswordOfEnvironment(url), ...(cluster === undefined ? {} : { cluster: true }), wait };
}

function spawnedSettings(raw: RawArguments, spawn: string, wait: number): RedisSettings {
  const appendfsync = read(raw, FLAGS.appendfsync);
  const rdb = read(raw, FLAGS.rdb);
  const cluster = read(raw, FLAGS.cluster);
  if (cluster === "running") {
    throw new UsageError(`--cluster needs a value with --spawn, must be ${FLAGS.cluster.allowed}`);
  }
  refuseUnless(raw, FLAGS.nodeTimeoutMs, cluster !== undefined, "--cluster");
  refuseUnless(raw, FLAGS.output, cluster === undefined, "one server: the directories of a cluster are temporary");
  const replicas = cluster?.replicas ?? 0;
  if (wait > replicas) {
    throw new UsageError(`--wait must be at most the number of replicas, which is ${replicas}, got ${wait}`);
  }
  return {
    spawn,
    ...(cluster === undefined ? {} : { cluster: true, ...cluster, nodeTimeoutMs: read(raw, FLAGS.nodeTimeoutMs) }),
    ...given({ appendfsync }),
    ...(rdb === undefined ? {} : { rdbSeconds: rdb.seconds, rdbChanges: rdb.changes }),
    wait,
  };
}

/**
 * How long a cluster's replicas lag before a primary is killed, in milliseconds; `undefined` if there is no cluster and
 * the server itself is killed.
 *
 * @throws {UsageError} when there is nothing that may be killed, or flags contradict each other
 */
export function redisLag(raw: RawArguments): number | undefined {
  const lagMs = read(raw, FLAGS.lagMs);
  const nodeTimeoutMs = read(raw, FLAGS.nodeTimeoutMs);
  const { url, spawn, cluster } = FLAGS;
  if (raw.given.has(url.name)) {
    throw new UsageError(`crash kills only servers that it has started, must be --${spawn.name}, got --${url.name}`);
  }
  if (!raw.given.has(cluster.name)) {
    refuseUnless(raw, FLAGS.lagMs, false, "--cluster");
    return undefined;
  }
  if (read(raw, cluster) === "running" || lagMs < nodeTimeoutMs) return lagMs;
  throw new UsageError(
    `--lag must be shorter than --node-timeout=${nodeTimeoutMs}ms, got ${lagMs}ms: ` +
      "otherwise the replicas are considered dead",
  );
}

/** @throws {UsageError} when the flag is given without what it goes with */
function refuseUnless({ given }: RawArguments, { name }: FlagName, isThere: boolean, goesWith: string): void {
  if (!isThere && given.has(name)) throw new UsageError(`--${name} goes with ${goesWith}`);
}
