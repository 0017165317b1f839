/**
 * What the redis engine's settings are.
 *
 * @module
 */
/** The values of `appendfsync`, in the order shown to users. */
export const APPENDFSYNC_NAMES = ["no", "everysec", "always"] as const;

/** Which server, and what is wanted of it. Either `url` or `spawn` is there. */
export type RedisSettings = {
  /** A server that runs already, or any node of such a cluster; may hold a password. */
  readonly url?: string;
  /** The program that is started as a server. */
  readonly spawn?: string;
  /** Whether the server is a node of a cluster. */
  readonly cluster?: boolean;
  /** Of a cluster that is started: its primaries, and the replicas of each. */
  readonly primaries?: number;
  readonly replicas?: number;
  /** After so long without an answer a cluster's nodes hold one of theirs for dead, in milliseconds. */
  readonly nodeTimeoutMs?: number;
  /** When the append-only file is synced; there is none when absent. */
  readonly appendfsync?: typeof APPENDFSYNC_NAMES[number];
  /** A snapshot is written when so many seconds have passed and so many changes were made; none is when absent. */
  readonly rdbSeconds?: number;
  readonly rdbChanges?: number;
  /** Replicas that have a put before it is acknowledged. */
  readonly wait: number;
};

/** What a load worker needs to connect. */
export type RedisTarget = {
  /** The server's, or any node's of a cluster; may hold a password. */
  readonly url: string;
  readonly cluster: boolean;
  /** What every key begins with. */
  readonly keyPrefix: string;
  readonly wait: number;
};
