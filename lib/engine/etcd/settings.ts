/**
 * etcd's settings, under its own names.
 *
 * @module
 */
import { count, size } from "../../option/kinds.ts";
import type { EngineDeclaration } from "../declaration.ts";
import { isInPath } from "../server/in_path.ts";

/** The settings of servers that kvlab starts. */
export type SpawnedSettings = {
  /** The program to start. */
  readonly spawn: string;
  readonly url?: never;
  /** How many servers form a cluster; 1 if absent. */
  readonly members?: number;
  readonly snapshotCount: number;
  readonly quotaBackendBytes: number;
};

/** Which servers to use, and how. */
export type EtcdSettings = SpawnedSettings | {
  /** A running server; may contain a password. */
  readonly url: string;
  readonly spawn?: never;
  readonly members?: never;
};

/** What a load worker needs to connect. */
export type EtcdTarget = {
  /** Of all servers, the one to begin with first, separated by spaces; may contain a password. */
  readonly urls: string;
  /** Whether kvlab has started them, so that no proxy leads to them. */
  readonly isOwn: boolean;
  /** What every key begins with; a multiple of three bytes. */
  readonly keyPrefix: string;
  readonly inFlight: number;
};

/** What `--spawn` starts unless given a path. */
export const USUAL_PROGRAM = "etcd";

/** etcd on the command line. Which of its flags go together is in `lib/command/backend_options.ts`. */
export const ETCD: EngineDeclaration = {
  about: "etcd (Debian: etcd-server), a server or a --cluster; each put is a Raft commit.",
  takes: ["output", "in-flight", "spawn", "url"],
  isOrdered: true,
  usualProgram: USUAL_PROGRAM,
  missing: () => isInPath(USUAL_PROGRAM) ? undefined : "there is no etcd (Debian: apt-get install etcd-server)",
  // Anything else in a URL would be ignored.
  url: {
    allowed: "a URL such as http://host:2379, or https://user:password@host:2379",
    isValid: ({ protocol, hostname, pathname, search, hash }) =>
      /^https?:$/.test(protocol) && hostname !== "" && pathname === "/" && search === "" && hash === "",
  },
  flags: {
    snapshotCount: {
      name: "snapshot-count",
      about: "etcd: after how many commits a server writes a snapshot, and lets go of its log before.",
      defaultText: "100k",
      ...count({ min: 1, max: 100_000_000 }, { example: "10k" }),
    },
    quotaBackendBytes: {
      name: "quota-backend-bytes",
      about: "etcd: how large a server's database may become, with every put of the last five minutes and more.",
      defaultText: "8GiB",
      ...size({ min: "16MiB", max: "64GiB" }, { example: "2GiB" }),
    },
  },
};
