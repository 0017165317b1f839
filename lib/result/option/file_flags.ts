/**
 * The file backend's flags: how and where the store is persisted.
 *
 * @module
 */
import { SERIALIZER_NAMES } from "../../codec/codec.ts";
import { LAYOUT_NAMES, REPLACE_NAMES } from "../../persist/layout/layout_options.ts";
import { SYNC_NAMES } from "../../persist/policy.ts";
import { SIZE_UNITS } from "./units.ts";
import { listNames } from "./wording.ts";
import { type DefaultedFlag, type Flag, oneOf, path, powerOfTwoSize, size, wholeNumber } from "./flag.ts";

/** The file backend's flags, in the order shown to users. */
export const FILE_FLAGS = {
  fileCount: {
    name: "file-count",
    scope: "file",
    placeholder: "N",
    about: "Number of files: shard files, block files or logs. Required.",
    ...wholeNumber({ min: 1, max: 65_536 }),
  },
  /** In microseconds. */
  writePeriodUs: {
    name: "write-period-us",
    scope: "file",
    policy: "synchronous",
    placeholder: "P",
    about: "Synchronous policy: a put writes its shard's file itself, and blocks, once P µs have passed since the " +
      "last write.",
    ...wholeNumber({ min: 1, max: 86_400_000_000 }),
  },
  queueDepth: {
    name: "queue-depth",
    scope: "file",
    policy: "asynchronous",
    placeholder: "N",
    about:
      "Asynchronous policy: a put queues a snapshot of its shard for the file worker, and blocks while N are queued.",
    ...wholeNumber({ min: 1, max: 1_048_576 }),
  },
  /** In bytes. */
  queueMemoryBytes: {
    name: "queue-memory",
    scope: "file",
    about:
      "Limit on the bytes in memory that wait to be written: those queued, with --queue-depth, and those of records " +
      `not yet in a log, with --layout=log. Units: ${listNames(SIZE_UNITS)}; none for bytes.`,
    defaultText: "256MiB",
    ...size({ min: "4KiB", max: "8GiB" }, { example: "256MiB" }),
  },
  /** In microseconds. */
  flushPeriodUs: {
    name: "flush-period-us",
    scope: "file",
    policy: "periodic",
    placeholder: "P",
    about: "Periodic policy: a put only touches memory; every P µs the file worker writes each shard that has " +
      "changed.",
    ...wholeNumber({ min: 1, max: 86_400_000_000 }),
  },
  /** In microseconds. */
  commitDelayUs: {
    name: "commit-delay-us",
    scope: "file",
    policy: "commit",
    placeholder: "D",
    about: "Commit policy: a put returns only once it is in the file system, and synced as --sync says. Puts that " +
      "wait at the same time share one write and one sync; whoever writes waits D µs for more to join. 0: does " +
      "not wait.",
    ...wholeNumber({ min: 0, max: 1_000_000 }),
  },
  layout: {
    name: "layout",
    scope: "file",
    about: "What is written. snapshot: the whole shard, to a file of its own. blocks: the changed blocks of one of " +
      "--file-count files, each alternating between two places. log: a record for each put, appended to one of " +
      "--file-count logs.",
    defaultText: "snapshot",
    ...oneOf(LAYOUT_NAMES),
  },
  /** In bytes. */
  blockBytes: {
    name: "block-size",
    scope: "file",
    about: "With --layout=blocks: the size of a block, which must hold the largest record.",
    defaultText: "4KiB",
    ...powerOfTwoSize({ min: "512B", max: "1MiB" }),
  },
  /** In bytes. */
  logBytes: {
    name: "log-size",
    scope: "file",
    about: "With --layout=log: a log is replaced by a checkpoint once its records take more than this, and more than " +
      "twice its last checkpoint.",
    defaultText: "4MiB",
    ...size({ min: "64KiB", max: "8GiB" }, { example: "4MiB" }),
  },
  replace: {
    name: "replace",
    scope: "file",
    about: "How a snapshot replaces the previous one. rename: a temporary file is renamed over it. alternate: two " +
      "files per shard, kept open and overwritten in turn. in-place: one file, kept open and overwritten; a " +
      "crash may tear it.",
    defaultText: "rename",
    ...oneOf(REPLACE_NAMES),
  },
  sync: {
    name: "sync",
    scope: "file",
    engines: ["leveldb"],
    about: "What is synced to the device before a write counts as durable. data: the file (fdatasync). full: its " +
      "directory too (fsync).",
    defaultText: "none",
    ...oneOf(SYNC_NAMES),
  },
  serializer: {
    name: "serializer",
    scope: "file",
    about: "Format of the files.",
    defaultText: "json",
    ...oneOf(SERIALIZER_NAMES),
  },
  output: {
    name: "output",
    scope: "file",
    engines: ["sqlite", "leveldb", "denokv", "redis"],
    placeholder: "DIR",
    about: "Directory of the files; what it holds is loaded first.",
    defaultNote: "a temporary one, removed at the end",
    ...path("a directory"),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;
