/**
 * The redis engine's settings.
 *
 * @module
 */
import type { EngineDeclaration } from "../declaration.ts";
import { isInPath } from "../server/in_path.ts";

/** The values of `appendfsync`, in the order shown to users. */
export const APPENDFSYNC_NAMES = ["no", "everysec", "always"] as const;

/** Which server to use, and how. Either `url` or `spawn` is present. */
export type RedisSettings = {
  /** A running server, or any node of a running cluster; may contain a password. */
  readonly url?: string;
  /** The program to start as a server. */
  readonly spawn?: string;
  /** Whether the server is a node of a cluster. */
  readonly cluster?: boolean;
  /** For a cluster that kvlab starts: its primaries, and the replicas of each. */
  readonly primaries?: number;
  readonly replicas?: number;
  /** How long a node of that cluster may go without answering before the others consider it dead, in milliseconds. */
  readonly nodeTimeoutMs?: number;
  /** When the append-only file is synced; there is none if absent. */
  readonly appendfsync?: typeof APPENDFSYNC_NAMES[number];
  /** A snapshot is written when this many seconds have passed and this many changes were made; none if absent. */
  readonly rdbSeconds?: number;
  readonly rdbChanges?: number;
  /** Replicas that must have a put before it is acknowledged. */
  readonly wait: number;
};

/** What a load worker needs to connect. */
export type RedisTarget = {
  /** The server's, or any node's of a cluster; may contain a password. */
  readonly url: string;
  readonly cluster: boolean;
  /** What every key begins with. */
  readonly keyPrefix: string;
  readonly wait: number;
};

/** What a server takes for each record beside the bytes of its key and value, as measured with Redis 7. */
const RECORD_OVERHEAD_BYTES = 88;

/** What `--spawn` starts unless given a path. */
export const USUAL_PROGRAM = "redis-server";

/** Redis on the command line. Its flags depend on one another: they are in `lib/result/option/engine_flags.ts`. */
export const REDIS: EngineDeclaration = {
  about: "Redis or Valkey (Debian: redis-server), a server or a --cluster; each put is a SET.",
  takes: ["output", "in-flight", "spawn", "url"],
  isOrdered: false,
  hasTextKeys: true,
  usualProgram: USUAL_PROGRAM,
  missing: () =>
    isInPath(USUAL_PROGRAM) ? undefined : "there is no redis-server (Debian: apt-get install redis-server)",
  // Anything else in a URL would be ignored.
  url: {
    allowed: "a URL such as redis://:password@host:6379/0 (the number of a database), or rediss:// for TLS",
    isValid: ({ protocol, hostname, pathname, search, hash }) =>
      /^rediss?:$/.test(protocol) && hostname !== "" && search === "" && hash === "" && /^(\/\d{0,5})?$/.test(pathname),
  },
  flags: {},

  serverBytes({ url, cluster = false, replicas = 0 }: RedisSettings, { records, recordBytes }) {
    if (url !== undefined) return 0;
    return (cluster ? 1 + replicas : 1) * records * (recordBytes + RECORD_OVERHEAD_BYTES);
  },
};
