/**
 * RocksDB's settings, under the names of its own options, and where its shared library is.
 *
 * @module
 */
import { oneOf, path, size } from "../../option/kinds.ts";
import { entriesIn, lookAt } from "../../system/file_io.ts";
import type { EngineDeclaration } from "../declaration.ts";
import type { EngineSettings } from "../engine.ts";

/** What is synced before a put is acknowledged: nothing, or the write-ahead log. */
const SYNC_NAMES = ["none", "data"] as const;

const BOOLEANS = ["false", "true"] as const;
type BooleanName = typeof BOOLEANS[number];

/** The values of `wal_recovery_mode`, each at the index by which RocksDB knows it (`WALRecoveryMode`). */
export const RECOVERY_MODES = [
  "tolerate-corrupted-tail-records",
  "absolute-consistency",
  "point-in-time-recovery",
  "skip-any-corrupted-records",
] as const;

/** RocksDB's default; it was another one before version 6.6. */
export const USUAL_RECOVERY: typeof RECOVERY_MODES[number] = "point-in-time-recovery";

/** How RocksDB keeps its files. What is absent is RocksDB's own default. */
export type RocksdbSettings = {
  readonly sync: typeof SYNC_NAMES[number];
  readonly disableWal?: BooleanName;
  readonly manualWalFlush?: BooleanName;
  /** After how many bytes of the write-ahead log the system is asked to begin writing them. */
  readonly walBytesPerSync?: number;
  readonly walRecoveryMode?: typeof RECOVERY_MODES[number];
  /** The block cache, in bytes. */
  readonly cacheSizeBytes?: number;
  /** How large a memtable may grow before it becomes a table, in bytes. */
  readonly writeBufferSizeBytes?: number;
  /** The path of the shared library; if absent, it is looked for. */
  readonly library?: string;
};

/** Why it could not be found, and what would help. */
export const MISSING_LIBRARY = "there is none where libraries are; Debian has it in librocksdb-dev, Homebrew in " +
  "rocksdb, and --library=PATH names one elsewhere";

/** RocksDB on the command line. */
export const ROCKSDB: EngineDeclaration = {
  about: "RocksDB, by the shared library that the machine has: Debian's librocksdb-dev.",
  takes: ["output", "in-flight"],
  isOrdered: true,
  syncNames: SYNC_NAMES,
  flags: {
    disableWal: {
      name: "disable-wal",
      about: "rocksdb: whether puts go without its write-ahead log (disableWAL).",
      defaultNote: "false",
      ...oneOf(BOOLEANS),
    },
    manualWalFlush: {
      name: "manual-wal-flush",
      about: "rocksdb: whether its write-ahead log keeps what it is given in a buffer until that is full.",
      defaultNote: "false",
      ...oneOf(BOOLEANS),
    },
    walBytesPerSync: {
      name: "wal-bytes-per-sync",
      about: "rocksdb: after how much of its write-ahead log the system is asked to begin writing that to the disk.",
      defaultNote: "never",
      ...size({ min: "4KiB", max: "1GiB" }, { example: "512KiB" }),
    },
    walRecoveryMode: {
      name: "wal-recovery-mode",
      about: "rocksdb: how it takes records of its write-ahead log that a crash has left torn or damaged. " +
        "tolerate-corrupted-tail-records: leaves out the last ones. absolute-consistency: refuses to open. " +
        "point-in-time-recovery: goes no further. skip-any-corrupted-records: passes over them.",
      defaultNote: USUAL_RECOVERY,
      ...oneOf(RECOVERY_MODES),
      placeholder: "MODE",
    },
    cacheSizeBytes: {
      name: "cache-size",
      about: "rocksdb: the block cache.",
      defaultNote: "the engine's own",
      ...size({ min: "4KiB", max: "8GiB" }, { example: "8MiB" }),
    },
    writeBufferSizeBytes: {
      name: "write-buffer-size",
      about: "rocksdb: how large a memtable may grow before it becomes a table.",
      defaultNote: "the engine's own",
      ...size({ min: "64KiB", max: "1GiB" }, { example: "4MiB" }),
    },
    library: {
      name: "library",
      placeholder: "PATH",
      about: "rocksdb: its shared library.",
      defaultNote: "where libraries are",
      ...path("the path of a library, such as /opt/lib/librocksdb.so"),
    },
  },
  refusal,
  missing: () => findLibrary() === undefined ? MISSING_LIBRARY : undefined,
};

/** RocksDB refuses each put that is to be synced without a log, and is silent about what bounds nothing. */
function refusal(settings: EngineSettings): string | undefined {
  const { sync, disableWal, manualWalFlush, walBytesPerSync } = settings as RocksdbSettings;
  if (disableWal !== "true") return undefined;
  const given = sync === "data"
    ? "--sync=data"
    : manualWalFlush === "true"
    ? "--manual-wal-flush=true"
    : walBytesPerSync !== undefined
    ? "--wal-bytes-per-sync"
    : undefined;
  return given && `${given} is about the write-ahead log, which --disable-wal=true leaves out`;
}

/** What `librocksdb` is called, perhaps with the version that it is of. */
const NAME = Deno.build.os === "darwin" ? /^librocksdb([.\d]*)\.dylib$/ : /^librocksdb\.so([.\d]*)$/;

/** Where it may be, by preference. */
function directories(): string[] {
  const own = Deno.env.get(Deno.build.os === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH") ?? "";
  const usual = Deno.build.os === "darwin"
    ? ["/opt/homebrew/lib", "/usr/local/lib"]
    : ["/usr/local/lib", `/usr/lib/${Deno.build.arch}-linux-gnu`, "/usr/lib64", "/usr/lib"];
  return [...own.split(":").filter((directory) => directory !== ""), ...usual];
}

/** The path of the newest library in the first directory that has any; `undefined` if none has. */
export function findLibrary(places = directories()): string | undefined {
  for (const directory of places) {
    if (lookAt(directory)?.isDirectory !== true) continue;
    const [newest] = entriesIn(directory).map(({ name }) => name).filter((name) => NAME.test(name)).toSorted((a, b) =>
      byVersion(b, a)
    );
    if (newest !== undefined) return `${directory}/${newest}`;
  }
  return undefined;
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
