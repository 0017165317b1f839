/**
 * PostgreSQL's settings, under its own names.
 *
 * @module
 */
import { oneOf } from "../../option/kinds.ts";
import type { EngineDeclaration } from "../declaration.ts";
import { findPrograms, MISSING_PROGRAMS } from "./programs.ts";

/** The values of `synchronous_commit`, from the default on. */
const SYNCHRONOUS_COMMIT_NAMES = ["on", "off", "local", "remote_write", "remote_apply"] as const;
const SWITCH_NAMES = ["on", "off"] as const;
/**
 * What a URL may say of TLS: whether there is to be any, and whether the server's certificate has to be right. Of the
 * client's modes, these mean what they mean to PostgreSQL's own programs.
 */
const SSL_MODE = /^(\?sslmode=(disable|prefer|require|verify-full))?$/;
/** Any standby will do. */
const STANDBY_NAMES = ["*"] as const;

/** The settings of a server that kvlab starts. */
export type SpawnedSettings = {
  /** The directory of the programs to start; empty if they are to be looked for. */
  readonly spawn: string;
  readonly url?: never;
  readonly synchronousCommit: typeof SYNCHRONOUS_COMMIT_NAMES[number];
  readonly fsync: typeof SWITCH_NAMES[number];
  readonly fullPageWrites: typeof SWITCH_NAMES[number];
  /** How many standbys there are; none if absent. */
  readonly replicas?: number;
  /** Which standbys a commit waits for, as far as it waits; for none if absent. */
  readonly synchronousStandbyNames?: typeof STANDBY_NAMES[number];
};

/** Which server to use, and how. */
export type PostgresSettings = SpawnedSettings | {
  /** A running server; may contain a password. */
  readonly url: string;
  readonly spawn?: never;
};

/** What a load worker needs to connect: the URL of a running server, or else paths of sockets. */
export type PostgresTarget = {
  readonly url?: string;
  /** Of the server to begin with, and of its standby, separated by colons. */
  readonly sockets?: string;
  readonly table: string;
  /** Connections to open. */
  readonly inFlight: number;
};

/** PostgreSQL on the command line. Which of its flags go together is in `lib/command/backend_options.ts`. */
export const POSTGRES: EngineDeclaration = {
  about: "PostgreSQL (Debian: postgresql), a server; each put is a transaction of its own.",
  takes: ["output", "in-flight", "spawn", "url"],
  isOrdered: true,
  usualProgram: "postgres in PATH, or of the newest version in /usr/lib/postgresql",
  missing: () => findPrograms() === undefined ? MISSING_PROGRAMS : undefined,
  url: {
    allowed: "a URL such as postgres://user:password@host:5432/database, or for TLS with ?sslmode=require, prefer or " +
      "verify-full",
    isValid: ({ protocol, hostname, search, hash }) =>
      /^postgres(ql)?:$/.test(protocol) && hostname !== "" && hash === "" && SSL_MODE.test(search),
  },
  flags: {
    synchronousCommit: {
      name: "synchronous-commit",
      about:
        "postgres: what a commit waits for. off: nothing. local: that it is synced. on: that a synchronous standby, " +
        "too, has synced it; remote_write: has written it; remote_apply: has applied it.",
      defaultText: "on",
      ...oneOf(SYNCHRONOUS_COMMIT_NAMES),
    },
    fsync: {
      name: "fsync",
      about: "postgres: whether anything is synced at all.",
      defaultText: "on",
      ...oneOf(SWITCH_NAMES),
    },
    fullPageWrites: {
      name: "full-page-writes",
      about: "postgres: whether a page's first change after a checkpoint logs all of it, in case it gets torn.",
      defaultText: "on",
      ...oneOf(SWITCH_NAMES),
    },
    replicas: {
      name: "replicas",
      about:
        "postgres: a standby that the log is streamed to. A crash then kills the primary, and promotes the standby.",
      placeholder: "1",
      allowed: "1",
      defaultNote: "none",
      parse: (text) => text === "1" ? 1 : undefined,
    },
    synchronousStandbyNames: {
      name: "synchronous-standby-names",
      about: "postgres: that a commit waits for the standby, as --synchronous-commit says.",
      defaultNote: "it does not",
      ...oneOf(STANDBY_NAMES),
    },
  },
  refusal(settings) {
    const { synchronousCommit = "on", replicas, synchronousStandbyNames } = settings as Partial<SpawnedSettings>;
    if (synchronousStandbyNames !== undefined && replicas === undefined) {
      return "--synchronous-standby-names goes with --replicas=1: without a standby no commit would ever end";
    }
    if (synchronousStandbyNames !== undefined || !synchronousCommit.startsWith("remote_")) return undefined;
    return `--synchronous-commit=${synchronousCommit} goes with --synchronous-standby-names, without which it is the ` +
      "same as on";
  },
};
