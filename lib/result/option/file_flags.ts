/**
 * The file backend's flags: how and where the store is persisted.
 *
 * @module
 */
import { enginesThatSync, enginesThatTake } from "../../engine/engines.ts";
import { SERIALIZER_NAMES } from "../../codec/codec.ts";
import { LAYOUT_NAMES, type LayoutOptions, LAYOUTS } from "../../persist/layout/layouts.ts";
import { REPLACE_NAMES } from "../../persist/layout/snapshot/replacement.ts";
import type { PersistencePolicy } from "../../persist/policy/policies.ts";
import { SYNC_NAMES, type SyncName } from "../../persist/durability.ts";
import type { RunOptions } from "../../run/run_options.ts";
import { formatSize, SIZE_UNITS } from "../../option/units.ts";
import { escapeControls, formatCount } from "../format.ts";
import type { JsonObject } from "../json.ts";
import { listNames } from "../../option/wording.ts";
import { oneOf, path, powerOfTwoSize, size, wholeNumber } from "../../option/kinds.ts";
import type { DefaultedFlag, Flag } from "./flag.ts";

/** The file backend's flags, in the order shown to users. */
export const FILE_FLAGS = {
  fileCount: {
    name: "file-count",
    scope: "file",
    placeholder: "N",
    about: "Number of files: shard files, block files or logs. Required.",
    words: (fileCount: number) => formatCount(fileCount, "file"),
    ...wholeNumber({ min: 1, max: 65_536 }),
  },
  /** In microseconds. */
  writePeriodUs: {
    name: "write-period-us",
    scope: "file",
    placeholder: "P",
    about: "Synchronous policy: a put writes its shard's file itself, and blocks, once P µs have passed since the " +
      "last write.",
    words: (periodUs: number) => `file synchronous (write period ${periodUs} µs)`,
    ...wholeNumber({ min: 1, max: 86_400_000_000 }),
  },
  queueDepth: {
    name: "queue-depth",
    scope: "file",
    placeholder: "N",
    about:
      "Asynchronous policy: a put queues a snapshot of its shard for the file worker, and blocks while N are queued.",
    json: (options: RunOptions): JsonObject => {
      const policy = policyOf(options);
      if (policy === undefined || !("queueDepth" in policy)) return {};
      return { queue_depth: policy.queueDepth, queue_memory_bytes: policy.queueMemoryBytes };
    },
    words: (depth: number, options: RunOptions) =>
      `file asynchronous (queue depth ${depth}, ${formatSize(queueMemoryOf(options) ?? 0)})`,
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
    of: queueMemoryOf,
    // With what it bounds.
    json: () => ({}),
    words: () => "",
  },
  /** In microseconds. */
  flushPeriodUs: {
    name: "flush-period-us",
    scope: "file",
    placeholder: "P",
    about: "Periodic policy: a put only touches memory; every P µs the file worker writes each shard that has " +
      "changed.",
    words: (periodUs: number) => `file periodic (flush period ${periodUs} µs)`,
    ...wholeNumber({ min: 1, max: 86_400_000_000 }),
  },
  /** In microseconds. */
  commitDelayUs: {
    name: "commit-delay-us",
    scope: "file",
    placeholder: "D",
    about: "Commit policy: a put returns only once it is in the file system, and synced as --sync says. Puts that " +
      "wait at the same time share one write and one sync; whoever writes waits D µs for more to join. 0: does " +
      "not wait.",
    words: (delayUs: number) => `file commit (delay ${delayUs} µs)`,
    ...wholeNumber({ min: 0, max: 1_000_000 }),
  },
  layout: {
    name: "layout",
    scope: "file",
    about: `What is written. ${LAYOUT_NAMES.map((name) => `${name}: ${LAYOUTS[name].about}.`).join(" ")}`,
    defaultText: "snapshot",
    ...oneOf(LAYOUT_NAMES),
    of: (options: RunOptions) => layoutOf(options)?.kind,
    words: () => "",
  },
  /** In bytes. */
  blockBytes: {
    name: "block-size",
    scope: "file",
    about: "With --layout=blocks: the size of a block, which must hold the largest record.",
    defaultText: "4KiB",
    ...powerOfTwoSize({ min: "512B", max: "1MiB" }),
    words: (blockBytes: number) => `blocks of ${formatSize(blockBytes)}`,
  },
  /** In bytes. */
  logBytes: {
    name: "log-size",
    scope: "file",
    about: "With --layout=log: a log is replaced by a checkpoint once its records take more than this, and more than " +
      "twice its last checkpoint; or before that, where all logs together would take about three times what is " +
      "live, or half a MiB each more than that.",
    defaultText: "4MiB",
    ...size({ min: "64KiB", max: "8GiB" }, { example: "4MiB" }),
    json: (options: RunOptions): JsonObject => {
      const layout = layoutOf(options);
      if (layout?.kind !== "log") return {};
      return { log_size_bytes: layout.logBytes, queue_memory_bytes: layout.pendingBytes };
    },
    words: (logBytes: number) => `logs of ${formatSize(logBytes)}`,
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
    engines: enginesThatSync(),
    about: "What is synced to the device before a write counts as durable. data: the file (fdatasync). full: its " +
      "directory too (fsync).",
    defaultText: "none",
    ...oneOf(SYNC_NAMES),
    words: (sync: SyncName, { backend }: RunOptions) => backend.kind === "file" ? `sync ${sync}` : "",
  },
  serializer: {
    name: "serializer",
    scope: "file",
    about: "Format of the files.",
    defaultText: "json",
    ...oneOf(SERIALIZER_NAMES),
    words: (serializer: string) => serializer,
  },
  output: {
    name: "output",
    scope: "file",
    engines: enginesThatTake("output"),
    placeholder: "DIR",
    about: "Directory of the files; what it holds is loaded first.",
    defaultNote: "a temporary one, removed at the end",
    ...path("a directory"),
    of: ({ backend }: RunOptions) => backend.kind === "memory" ? undefined : backend.output ?? TEMPORARY,
    isUsual: ({ backend }: RunOptions) => backend.kind !== "memory" && backend.output === undefined,
    json: ({ backend }: RunOptions): JsonObject => {
      if (backend.kind === "file") return { output: backend.output ?? null };
      return backend.kind === "memory" || backend.output === undefined ? {} : { output: backend.output };
    },
    words: (output: string, { backend }: RunOptions) => {
      if (output !== TEMPORARY) return `output ${escapeControls(output)}`;
      return backend.kind === "file" ? "temporary directory" : "";
    },
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

/** Stands for no directory of the user's; no path is empty. */
const TEMPORARY = "";

function policyOf({ backend }: RunOptions): PersistencePolicy | undefined {
  return backend.kind === "file" ? backend.policy : undefined;
}

function layoutOf({ backend }: RunOptions): LayoutOptions | undefined {
  return backend.kind === "file" ? backend.layout : undefined;
}

/** In bytes: of the queue, or of what waits for a log. */
function queueMemoryOf(options: RunOptions): number | undefined {
  const [policy, layout] = [policyOf(options), layoutOf(options)];
  if (policy !== undefined && "queueMemoryBytes" in policy) return policy.queueMemoryBytes;
  return layout?.kind === "log" ? layout.pendingBytes : undefined;
}
