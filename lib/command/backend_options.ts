/**
 * Turns the flags of the file backend and of engines into a backend's options, and refuses those of other backends.
 *
 * @module
 */
import type { EngineBackendOptions, FileBackendOptions } from "../backend/backend.ts";
import type { LayoutFlags } from "../persist/layout/layout_module.ts";
import { LAYOUT_NAMES, layoutOf, LAYOUTS } from "../persist/layout/layouts.ts";
import { type PersistencePolicy, POLICIES, POLICY_NAMES, policyOf } from "../persist/policy/policies.ts";
import { read, refuseBoth, type ValuesOf } from "./flag_values.ts";
import { type BackendName, FLAG_LIST, FLAGS, SWITCH_LIST } from "./commands.ts";
import type { FILE_FLAGS } from "../result/option/file_flags.ts";
import { listNames, quote, UsageError } from "../option/wording.ts";
import type { EngineSettings } from "../engine/engine.ts";
import { type EngineName, ENGINES } from "../engine/engines.ts";
import { USUAL_PROGRAM as ETCD_PROGRAM } from "../engine/etcd/settings.ts";
import type { FailoverOptions } from "../engine/failover.ts";
import { type RedisSettings, USUAL_PROGRAM } from "../engine/redis/settings.ts";
import { withPasswordOfEnvironment } from "../option/credentials.ts";
import { given } from "../option/given.ts";
import type { SyncName } from "../persist/durability.ts";
import { isUrlOf, MEMBERS, OWN_FLAGS } from "../result/option/engine_flags.ts";
import type { FlagName } from "../result/option/flag.ts";
import type { RawArguments } from "./arguments.ts";

/** The values of the file backend's flags. */
export type FileValues = ValuesOf<typeof FILE_FLAGS>;

/** The values that decide on the policy. */
type PolicyValues = Pick<FileValues, typeof POLICIES[keyof typeof POLICIES]["flag"] | "queueMemoryBytes" | "layout">;

/**
 * Refuses flags that belong to other backends.
 *
 * @throws {UsageError} when any are given; the message names the backends that take them
 */
export function refuseOtherBackends(backend: BackendName, { given }: RawArguments): void {
  const strays = [...FLAG_LIST, ...SWITCH_LIST].flatMap((flag) => {
    const takers = backendsOf(flag);
    if (takers.length === 0 || takers.includes(backend) || !given.has(flag.name)) return [];
    return [`--${flag.name} (${takers.join(", ")})`];
  });
  if (strays.length > 0) {
    throw new UsageError(`the ${backend} backend takes no flags of other backends, got ${strays.join(", ")}`);
  }
}

/** The backends that take the flag; empty if it is not specific to a backend. */
function backendsOf({ scope, engines = [] }: FlagName): readonly BackendName[] {
  return scope === "file" || scope === "device" ? ["file", ...engines] : engines;
}

/** @throws {UsageError} when a required flag is missing or flags contradict each other */
export function fileBackend(raw: RawArguments, values: FileValues): FileBackendOptions {
  const { output, fileCount, layout, replace, blockBytes, logBytes, queueMemoryBytes, ...others } = values;
  // What is left beside the policies' is in the backend's options as it is.
  const { writePeriodUs, queueDepth, flushPeriodUs, commitDelayUs, ...plain } = others;
  if (fileCount === undefined) {
    throw new UsageError(`the file backend needs --file-count=N, ${FLAGS.fileCount.allowed}`);
  }
  const policies = { writePeriodUs, queueDepth, queueMemoryBytes, flushPeriodUs, commitDelayUs, layout };
  return {
    kind: "file",
    ...given({ output }),
    fileCount,
    policy: persistencePolicy(raw, policies),
    layout: layoutOptions(raw, { layout, replace, blockBytes, logBytes, queueMemoryBytes }),
    ...plain,
  };
}

/** @throws {UsageError} when a flag that goes with another layout is given */
function layoutOptions({ given }: RawArguments, { layout, ...flags }: LayoutFlags & Pick<FileValues, "layout">) {
  for (const other of LAYOUT_NAMES) {
    const { flag } = layoutOf(other);
    if (other === layout || flag === undefined || !given.has(FLAGS[flag].name)) continue;
    const name = FLAGS.layout.name;
    throw new UsageError(`--${FLAGS[flag].name} goes with --${name}=${other}, got --${name}=${layout}`);
  }
  return LAYOUTS[layout].optionsOf(flags);
}

/** @throws {UsageError} unless the flag of exactly one policy is given, or when one is given that bounds nothing */
function persistencePolicy({ given }: RawArguments, values: PolicyValues): PersistencePolicy {
  const policies = POLICY_NAMES.flatMap((kind) => {
    const { flag, optionsOf } = POLICIES[kind];
    const value = values[flag];
    return value === undefined ? [] : [optionsOf(value, values)];
  });
  const [policy] = policies;
  if (policy === undefined || policies.length > 1) {
    const flags = POLICY_NAMES.map((kind) => ({ ...FLAGS[POLICIES[kind].flag], kind }));
    const allowed = flags.map(({ name, placeholder, kind }) => `--${name}=${placeholder} (${kind})`);
    const got = flags.filter(({ name }) => given.has(name)).map(({ name }) => `--${name}`);
    throw new UsageError(
      `the file backend needs one persistence policy, ${listNames(allowed)}, got ${got.join(" and ") || "none"}`,
    );
  }
  const hasQueue = policyOf(policy).createQueue !== undefined;
  if (!hasQueue && values.layout !== "log" && given.has(FLAGS.queueMemoryBytes.name)) {
    throw new UsageError(
      `--queue-memory bounds the queue of --queue-depth=N, or what waits for the logs of --layout=log, ` +
        `got the ${policy.kind} policy`,
    );
  }
  return policy;
}

/** @throws {UsageError} when a value is not allowed or flags contradict each other */
export function engineBackend(engine: EngineName, raw: RawArguments): EngineBackendOptions {
  const settings = settingsOf(engine, raw);
  const refusal = ENGINES[engine].refusal?.(settings);
  if (refusal !== undefined) throw new UsageError(refusal);
  return {
    kind: "engine",
    engine,
    settings,
    ...given({ output: read(raw, FLAGS.output) }),
    inFlight: read(raw, FLAGS.inFlight),
  };
}

/** The settings of an engine: which server, if it is one, and what it declares. */
function settingsOf(engine: EngineName, raw: RawArguments): EngineSettings {
  if (engine === "redis") return redisSettings(raw);
  if (ENGINES[engine].usualProgram === undefined) return declaredSettings(engine, raw);
  const server = serverOf(engine, raw);
  if (server.url === undefined) {
    const spawn = engine === "etcd" ? server.spawn || ETCD_PROGRAM : server.spawn;
    if (engine === "postgres") refuseUnless(raw, FLAGS.output, !raw.given.has(REPLICAS.name), OF_ONE);
    return { spawn, ...membersOf(engine, raw), ...declaredSettings(engine, raw) };
  }
  for (const flag of [...Object.values(ENGINES[engine].flags), FLAGS.cluster]) {
    refuseUnless(raw, flag, false, OF_SPAWNED);
  }
  return server;
}

/** How many servers form a cluster, if they do. */
function membersOf(engine: EngineName, raw: RawArguments): { readonly members?: number } {
  if (engine !== "etcd") return {};
  const members = read(raw, FLAGS.cluster);
  if (members === undefined) return {};
  if (typeof members !== "number") {
    const [text = ""] = raw.given.get(FLAGS.cluster.name) ?? [];
    const got = text === "" ? "" : `, got ${quote(text)}`;
    throw new UsageError(
      `--cluster must be a whole number from ${MEMBERS.min} to ${MEMBERS.max} with etcd --spawn${got}`,
    );
  }
  refuseUnless(raw, FLAGS.output, false, OF_ONE);
  return { members };
}

/** What an engine's own flags say. */
function declaredSettings(engine: EngineName, raw: RawArguments): EngineSettings {
  const { syncNames, defaults, flags } = ENGINES[engine];
  const own = Object.keys(flags).map((key) => [key, OWN_FLAGS[key]] as const);
  return {
    ...(syncNames === undefined ? {} : { sync: syncOf(engine, syncNames, read(raw, FLAGS.sync)) }),
    ...defaults,
    ...given(Object.fromEntries(own.map(([key, flag]) => [key, flag && read(raw, flag)]))) as EngineSettings,
  };
}

/** @throws {UsageError} when the engine does not have this level */
function syncOf(engine: EngineName, names: readonly string[], sync: SyncName): string {
  if (names.includes(sync)) return sync;
  throw new UsageError(`--sync must be ${listNames(names)} with ${engine}, got ${quote(sync)}`);
}

/** @throws {UsageError} when a value is not allowed or flags contradict each other */
function redisSettings(raw: RawArguments): RedisSettings {
  const { url, spawn } = serverOf("redis", raw);
  const wait = read(raw, FLAGS.wait);
  return url === undefined ? spawnedSettings(raw, spawn || USUAL_PROGRAM, wait) : runningSettings(raw, url, wait);
}

/** Which server an engine uses: the URL of a running one, or what to start. */
type Server = { readonly url: string; readonly spawn?: never } | { readonly spawn: string; readonly url?: never };

/** The flag that gives a PostgreSQL a standby. */
const REPLICAS = { name: "replicas" };

/** What goes with one server alone. */
const OF_ONE = "one server: the directories of a cluster are temporary";

/** What goes with a server that kvlab starts alone. */
const OF_SPAWNED = "--spawn: a running server keeps its own settings";

/** @throws {UsageError} when it is not said, said twice, or the URL is another engine's */
function serverOf(engine: EngineName, raw: RawArguments): Server {
  const url = read(raw, FLAGS.url);
  const spawn = read(raw, FLAGS.spawn);
  refuseBoth(raw, [FLAGS.url, FLAGS.spawn], "both say which server");
  if (spawn !== undefined) return { spawn };
  if (url === undefined) {
    throw new UsageError(
      `the ${engine} backend needs --${FLAGS.url.name}=URL (a running server) or --${FLAGS.spawn.name} (to start one)`,
    );
  }
  if (!isUrlOf(engine, url)) {
    const got = quote(FLAGS.url.shown(url));
    throw new UsageError(`--${FLAGS.url.name} must be ${ENGINES[engine].url?.allowed}, got ${got}`);
  }
  refuseUnless(raw, FLAGS.output, false, OF_SPAWNED);
  return { url: withPasswordOfEnvironment(url) };
}

function runningSettings(raw: RawArguments, url: string, wait: number): RedisSettings {
  const { appendfsync, rdb, nodeTimeoutMs } = FLAGS;
  for (const flag of [appendfsync, rdb, nodeTimeoutMs]) refuseUnless(raw, flag, false, OF_SPAWNED);
  const cluster = read(raw, FLAGS.cluster);
  if (cluster !== undefined && cluster !== "running") {
    throw new UsageError("--cluster takes no value with --url: a running cluster has its own shape");
  }
  return { url, ...(cluster === undefined ? {} : { cluster: true }), wait };
}

function spawnedSettings(raw: RawArguments, spawn: string, wait: number): RedisSettings {
  const appendfsync = read(raw, FLAGS.appendfsync);
  const rdb = read(raw, FLAGS.rdb);
  const cluster = read(raw, FLAGS.cluster);
  if (cluster === "running") {
    throw new UsageError(`--cluster needs a value with --spawn, must be ${FLAGS.cluster.allowed}`);
  }
  if (typeof cluster === "number") throw new UsageError(`--cluster must be ${FLAGS.cluster.allowed}, got "${cluster}"`);
  refuseUnless(raw, FLAGS.nodeTimeoutMs, cluster !== undefined, "--cluster");
  refuseUnless(raw, FLAGS.output, cluster === undefined, OF_ONE);
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
 * How primaries fail; `undefined` if there is none that a replica could replace and the server itself is killed, or the
 * engine is no server.
 *
 * @throws {UsageError} when there is nothing that may fail, or flags contradict each other
 */
export function failoverOf(engine: EngineName, raw: RawArguments): FailoverOptions | undefined {
  if (ENGINES[engine].usualProgram === undefined) return undefined;
  const [fault, lagMs] = [read(raw, FLAGS.fault), read(raw, FLAGS.lagMs)];
  const nodeTimeoutMs = read(raw, FLAGS.nodeTimeoutMs);
  const { url, spawn, cluster } = FLAGS;
  if (raw.given.has(url.name)) {
    throw new UsageError(`crash kills only servers that it has started, must be --${spawn.name}, got --${url.name}`);
  }
  const replicated = engine === "postgres" ? REPLICAS : cluster;
  if (!raw.given.has(replicated.name)) {
    for (const flag of [FLAGS.fault, FLAGS.lagMs]) refuseUnless(raw, flag, false, `--${replicated.name}`);
    return undefined;
  }
  if (engine !== "redis" || read(raw, cluster) === "running" || lagMs < nodeTimeoutMs) return { fault, lagMs };
  throw new UsageError(
    `--lag must be shorter than --node-timeout=${nodeTimeoutMs}ms, got ${lagMs}ms: ` +
      "otherwise the replicas are considered dead",
  );
}

/** @throws {UsageError} when the flag is given without what it goes with */
function refuseUnless(
  { given }: RawArguments,
  { name }: Pick<FlagName, "name">,
  isThere: boolean,
  goesWith: string,
): void {
  if (!isThere && given.has(name)) throw new UsageError(`--${name} goes with ${goesWith}`);
}
