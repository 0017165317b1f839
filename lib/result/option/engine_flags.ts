/**
 * The engines' flags: those that each declares for itself, those that several share, such as which server to use, and
 * redis's, which say what its server persists, and what a put waits for. Those shared with the file backend are in
 * `file_flags.ts`.
 *
 * @module
 */
import { FAULT_NAMES } from "../../engine/failover.ts";
import { ENGINE_NAMES, type EngineName, ENGINES, enginesThatTake } from "../../engine/engines.ts";
import { duration, oneOf, wholeNumber } from "../../option/kinds.ts";
import type { DefaultedFlag, Flag } from "./flag.ts";
import { PASSWORD_VARIABLES, urlWithoutCredentials } from "../../option/credentials.ts";
import { APPENDFSYNC_NAMES, type RedisSettings } from "../../engine/redis/settings.ts";
import type { RunOptions } from "../../run/run_options.ts";
import { parseWholeNumber } from "../../option/units.ts";
import { listNames } from "../../option/wording.ts";

/** The flags that engines declare, by the names of the settings. What several declare is said once for all of them. */
export const OWN_FLAGS: Readonly<Record<string, Flag<string | number>>> = ownFlags();

function ownFlags(): Record<string, Flag<string | number>> {
  const flags: Record<string, Flag<string | number>> = {};
  for (const engine of ENGINE_NAMES) {
    for (const [key, flag] of Object.entries(ENGINES[engine].flags)) {
      const { engines = [], about } = flags[key] ?? {};
      flags[key] = {
        ...flag,
        scope: "engine",
        engines: [...engines, engine],
        about: about === undefined ? flag.about : `${about} ${flag.about}`,
      };
    }
  }
  return flags;
}

/** The flag that engines share, in the order shown to users. */
export const ENGINE_FLAGS = {
  inFlight: {
    name: "in-flight",
    scope: "engine",
    engines: enginesThatTake("in-flight"),
    placeholder: "N",
    about: `${enginesThatTake("in-flight").join(", ")}: the most operations that each thread has in flight.`,
    defaultText: "1",
    words: (inFlight: number) => inFlight === 1 ? "" : `${inFlight} in flight`,
    ...wholeNumber({ min: 1, max: 1024 }),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

/** The number of a cluster's primaries, and of replicas of each. */
interface ClusterShape {
  readonly primaries: number;
  readonly replicas: number;
}

/** When the server writes a snapshot. */
interface RdbRule {
  readonly seconds: number;
  readonly changes: number;
}

/** Fewer than three primaries cannot form a majority that agrees one of them is dead. */
const PRIMARIES = { min: 3, max: 16 };
/** Three servers of etcd go on without one, and five without two. */
export const MEMBERS = { min: 3, max: 5 };
const REPLICAS = { min: 0, max: 3 };
/** What a crash makes the primaries of fail. */
const OF_FAILOVERS = "crash with redis or etcd --spawn --cluster, or postgres --replicas=1";
const RDB_SECONDS = { min: 1, max: 86_400 };
const RDB_CHANGES = { min: 1, max: 1_000_000_000 };

/** The flags of engines that are servers, in the order shown to users. */
export const SERVER_FLAGS = {
  url: {
    name: "url",
    scope: "engine",
    engines: enginesThatTake("url"),
    placeholder: "URL",
    about: `${enginesThatTake("url").join(", ")}: a running server, or with --cluster any node of a running cluster. ` +
      "What is put there is removed at the end: keys that begin with kvlab:, or a table kvlab_…. What it may lose is " +
      "read from its own settings. No result has its password, which may also be in " +
      `${
        listNames(PASSWORD_VARIABLES)
      }, where nobody else sees it. DENO_CERT may name a file with the certificate of ` +
      "the authority that a server with TLS has its own from.",
    // What each engine takes, it says itself.
    allowed: "the URL of a server",
    shown: urlWithoutCredentials,
    text: urlWithoutCredentials,
    parse: (text: string) => text,
  },
  spawn: {
    name: "spawn",
    scope: "engine",
    engines: enginesThatTake("spawn"),
    valueOptional: true,
    placeholder: "PATH",
    about:
      `${enginesThatTake("spawn").join(", ")}: start a server that this machine alone can reach, with a directory of ` +
      `its own, and stop it at the end. PATH is its program; for postgres, the directory of its programs. Without: ${
        enginesThatTake("spawn").map((name) => ENGINES[name].usualProgram).join("; ")
      }.`,
    allowed: "a program",
    parse: (text: string) => text,
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

/** Whether a text is a URL of one of the engine's servers. */
export function isUrlOf(engine: EngineName, text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return ENGINES[engine].url?.isValid(url) === true && [url.username, url.password].every(isEncoded);
}

/** The redis engine's flags, in the order shown to users. */
export const REDIS_FLAGS = {
  /** `undefined` if no shape is given, as for a cluster that is already running. */
  cluster: {
    name: "cluster",
    scope: "engine",
    engines: ["redis", "etcd"],
    valueOptional: true,
    placeholder: "PxR|N",
    about: "redis: a cluster. With --spawn: P primaries with R replicas each, such as 3x1; with --url: takes no " +
      "value. etcd: with --spawn, a cluster of N servers, such as 3.",
    allowed: `PxR with P from ${PRIMARIES.min} to ${PRIMARIES.max} and R from ${REPLICAS.min} to ${REPLICAS.max} ` +
      `(redis), or a whole number from ${MEMBERS.min} to ${MEMBERS.max} (etcd)`,
    parse: (text: string) => text === "" ? "running" : parseWholeNumber(text, MEMBERS) ?? parseShape(text),
    of: ({ backend }: RunOptions): ClusterShape | "running" | number | undefined => {
      const { cluster, primaries, replicas, members } = settingsOf<RedisSettings & { members?: number }>(backend);
      if (members !== undefined) return members;
      if (cluster !== true) return undefined;
      return primaries === undefined || replicas === undefined ? "running" : { primaries, replicas };
    },
    text: (shape: ClusterShape | "running" | number) => {
      if (typeof shape === "number") return String(shape);
      return shape === "running" ? "" : `${shape.primaries}x${shape.replicas}`;
    },
  },
  /** In milliseconds. */
  nodeTimeoutMs: {
    name: "node-timeout",
    scope: "engine",
    engines: ["redis"],
    about: "redis: how long a node of a spawned cluster may go without answering before the others consider it dead.",
    defaultText: "2s",
    ...duration({ min: "100ms", minMs: 100 }, { example: "500ms" }),
  },
  appendfsync: {
    name: "appendfsync",
    scope: "engine",
    engines: ["redis"],
    about: "redis: the spawned server keeps an append-only file, which it syncs never by itself, once a second, or " +
      "before each reply.",
    defaultNote: "no such file",
    ...oneOf(APPENDFSYNC_NAMES),
  },
  rdb: {
    name: "rdb",
    scope: "engine",
    engines: ["redis"],
    placeholder: "SECONDS:CHANGES",
    about: "redis: the spawned server writes a snapshot once this many seconds have passed and this many changes " +
      "have been made.",
    defaultNote: "no snapshots",
    allowed: "SECONDS:CHANGES, two whole numbers from 1, such as 60:1000",
    parse: parseRule,
    of: ({ backend }: RunOptions): RdbRule | undefined => {
      const { rdbSeconds: seconds, rdbChanges: changes } = settingsOf<RedisSettings>(backend);
      return seconds === undefined || changes === undefined ? undefined : { seconds, changes };
    },
    text: ({ seconds, changes }: RdbRule) => `${seconds}:${changes}`,
  },
  wait: {
    name: "wait",
    scope: "engine",
    engines: ["redis"],
    placeholder: "N",
    about: "redis: a put is acknowledged once N replicas have it (WAIT, on the connection that wrote it).",
    defaultText: "0",
    ...wholeNumber({ min: 0, max: 100 }),
  },
  fault: {
    name: "fault",
    scope: "crash",
    engines: ["redis", "postgres", "etcd"],
    about:
      `${OF_FAILOVERS}: what happens to a primary each time. kill: its process is killed. pause: it is stopped until ` +
      "a replica has taken over, and then goes on. partition: it is cut off from the other servers, not from kvlab, " +
      "until a replica has taken over (of a cluster, Linux and root only). PostgreSQL's goes on for 0.3 s beside the " +
      "other, and is then ended.",
    defaultText: "kill",
    ...oneOf(FAULT_NAMES),
  },
  /** In milliseconds. */
  lagMs: {
    name: "lag",
    scope: "crash",
    engines: ["redis", "postgres", "etcd"],
    about: `${OF_FAILOVERS}, in which a primary fails each time: how long before that its replicas are stopped and ` +
      "receive nothing, as over a slow network.",
    defaultText: "0ms",
    ...duration({ min: "0ms", minMs: 0 }, { example: "300ms" }),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function parseShape(text: string): ClusterShape | undefined {
  const [, primariesText = "", replicasText = ""] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  const primaries = parseWholeNumber(primariesText, PRIMARIES);
  const replicas = parseWholeNumber(replicasText, REPLICAS);
  return primaries === undefined || replicas === undefined ? undefined : { primaries, replicas };
}

function parseRule(text: string): RdbRule | undefined {
  const [, secondsText = "", changesText = ""] = /^(\d+):(\d+)$/.exec(text) ?? [];
  const seconds = parseWholeNumber(secondsText, RDB_SECONDS);
  const changes = parseWholeNumber(changesText, RDB_CHANGES);
  return seconds === undefined || changes === undefined ? undefined : { seconds, changes };
}

function settingsOf<Settings>(backend: RunOptions["backend"]): Partial<Settings> {
  return backend.kind === "engine" ? backend.settings as Partial<Settings> : {};
}
