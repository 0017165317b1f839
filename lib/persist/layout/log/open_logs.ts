/**
 * Opens a directory of logs: reads each one, repairs what a crash or damage left, and loads the rest into a store.
 *
 * @module
 */
import { CODECS, RECORD_CODECS } from "../../../codec/codecs.ts";
import { OutputBuffer } from "../../../codec/output_buffer.ts";
import type { EntryTable } from "../../../store/entry_table.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import { removeFile, syncDirectory, syncFile, truncateFile } from "../../../system/file_io.ts";
import { inTurns } from "../../../sync/turn.ts";
import { isSynced } from "../../durability.ts";
import type { Ledger } from "../../ledger.ts";
import { policyOf } from "../../policy/policies.ts";
import type { LayoutHandle } from "../layout.ts";
import type { HeldDirectory, LayoutKind, OpenOptions, SetAsideFile, StoredState, TornFile } from "../layout_module.ts";
import { CheckpointFile } from "./checkpoint_file.ts";
import { type LogEnd, LogEnds, type LogEndsHandle } from "./log_ends.ts";
import { logFilesIn } from "./log_file_name.ts";
import { PendingRecords, type PendingRecordsHandle } from "./pending_records.ts";
import { createSegment } from "./segment.ts";
import { type LogReadingOptions, readLog, type ReadLogFile, type StoredLog } from "./stored_log.ts";

/** Options of the log layout. */
export interface LogOptions extends LayoutKind {
  readonly kind: "log";
  /**
   * A new checkpoint is due when a log holds more bytes of records than this and than twice its checkpoint's size; or,
   * of all logs together, when they hold more than this and are crowded (see `crowding.ts`).
   */
  readonly logBytes: number;
  /** Bound on the bytes of records that are noted but not yet written. */
  readonly pendingBytes: number;
}

/** What the threads share of the log layout. */
export interface LogHandle extends LayoutHandle {
  readonly kind: "log";
  readonly logBytes: number;
  readonly pending: PendingRecordsHandle;
  readonly ends: LogEndsHandle;
}

/** A repaired log. */
interface OpenedLog {
  readonly tables: readonly EntryTable[];
  /** The files of it that are loaded. */
  readonly paths: readonly string[];
  readonly end: LogEnd;
}

/**
 * Reads all logs. A torn tail is truncated. If a log is damaged, or more than the end of its last segment is torn, what
 * could be read becomes a new checkpoint; then damaged files are set aside, and torn ones removed, as are those that a
 * checkpoint supersedes.
 *
 * @throws {PersistError} when the process lacks the resources to read a file, or the directory cannot be changed
 */
export async function openLogs(directory: HeldDirectory, options: OpenOptions<LogOptions>): Promise<StoredState> {
  const { files: logs, shards, serializer } = options;
  const reading = { logs, shards, serializer, codec: CODECS[serializer], records: RECORD_CODECS[serializer] };
  const mender = new LogMender(directory, options);
  const filesByLog = Map.groupBy(logFilesIn(directory.path, directory.fileNames()), ({ log }) => log);
  const opened = new Map<number, OpenedLog>();
  for await (const [log, files] of inTurns([...filesByLog])) {
    opened.set(log, mender.mend(readLog(log, files, reading), reading));
  }
  const survey = { filesLoaded: 0, entries: 0, entriesPerShardMax: 0, arenaWordsPerShardMax: 0 };
  for (const { tables, paths } of opened.values()) {
    survey.filesLoaded += paths.length;
    for (const table of tables) {
      survey.entries += table.count;
      survey.entriesPerShardMax = Math.max(survey.entriesPerShardMax, table.count);
      survey.arenaWordsPerShardMax = Math.max(survey.arenaWordsPerShardMax, table.arenaWords);
    }
  }
  return {
    ...survey,
    setAside: mender.setAside,
    torn: mender.torn,
    async load({ store, ledger }): Promise<LogHandle> {
      const ends = LogEnds.create(logs);
      for await (const [log, { tables, end }] of inTurns([...opened])) {
        for (const table of tables) loadTable(table, store, ledger);
        ends.set(log, end);
      }
      if (isSynced(options.sync)) await makeDurable(directory, opened, ledger);
      opened.clear();
      const { layout, policy, abort, keyLengthMax, valueLengthMax } = options;
      const { pendingBytes } = layout;
      const size = {
        shards,
        bytes: pendingBytes,
        keyLengthMax,
        valueLengthMax,
        movedOut: policyOf(policy).createQueue !== undefined,
      };
      const pending = PendingRecords.create(size, abort).handle();
      return { kind: "log", logBytes: layout.logBytes, pending, ends: ends.handle() };
    },
  };
}

function loadTable(table: EntryTable, store: SharedStore, ledger: Ledger): void {
  const { shard, version } = table;
  table.forEach((key, value) => store.put(key, value));
  store.restoreVersion(shard, version);
  ledger.recordWritten(shard, { version, atMs: 0 });
}

/** The previous run may have been killed, or may have synced less. */
async function makeDurable(
  directory: HeldDirectory,
  opened: ReadonlyMap<number, OpenedLog>,
  ledger: Ledger,
): Promise<void> {
  const paths = [...opened.values()].flatMap(({ paths }) => paths);
  for await (const path of inTurns(paths)) syncFile(path);
  syncDirectory(directory.path);
  for (const { tables } of opened.values()) {
    for (const { shard, version } of tables) ledger.recordSynced(shard, version);
  }
}

/** Repairs a directory's logs, so that writing can go on where they end. */
class LogMender {
  readonly setAside: SetAsideFile[] = [];
  readonly torn: TornFile[] = [];
  readonly #directory: HeldDirectory;
  readonly #options: OpenOptions<LogOptions>;
  readonly #out = new OutputBuffer();

  constructor(directory: HeldDirectory, options: OpenOptions<LogOptions>) {
    this.#directory = directory;
    this.#options = options;
  }

  /** @throws {PersistError} when a step fails; the log's content is still there */
  mend(stored: StoredLog, reading: LogReadingOptions): OpenedLog {
    const { tables, files, isIncomplete } = stored;
    const end = isIncomplete ? this.#replace(stored, reading) : endOf(files);
    for (const file of files) {
      if (file.health === "damaged") {
        this.setAside.push(this.#directory.setAside(file.path, file.reason ?? ""));
      } else if (file.health === "torn") {
        this.#cut(file, isIncomplete);
      } else if (file.health === "superseded" || isIncomplete) {
        removeFile(file.path);
      }
    }
    const paths = isIncomplete ? [] : files.filter(({ health }) => health === "sound" || health === "torn");
    return { tables, paths: paths.map(({ path }) => path), end };
  }

  #cut({ path, bytes, end, reason = "" }: ReadLogFile, isReplaced: boolean): void {
    if (isReplaced) removeFile(path);
    else truncateFile(path, end, isSynced(this.#options.sync));
    this.torn.push({ path, cutBytes: bytes - end, reason });
  }

  /**
   * Writes what could be read as a checkpoint with a new segment, numbered after all existing files: if that is cut
   * short at any point, the damaged files are still the ones that are read.
   */
  #replace({ log, tables, files }: StoredLog, { codec }: LogReadingOptions): LogEnd {
    const { files: logs, shards, serializer } = this.#options;
    const { path: directory } = this.#directory;
    const sync = "full";
    const segment = 1 + Math.max(...files.map((file) => file.segment));
    const identity = { log, logs, shards, segment };
    const damaged = files.filter(({ health }) => health === "damaged").map(({ name }) => name);
    const file = new CheckpointFile({ directory, identity, serializer, sync, damaged });
    try {
      for (const table of tables) {
        const length = codec.encode(table.view(), this.#out);
        file.append(this.#out.bytes.subarray(0, length));
      }
      const created = createSegment({ directory, identity, serializer, sync, previousBytes: 0 });
      created.file.close();
      file.complete();
      return {
        segment,
        offset: created.headBytes,
        allocated: 0,
        firstSegment: segment,
        checkpoint: segment,
        checkpointBytes: file.bytes,
        logBytes: 0,
      };
    } catch (error) {
      file.abandon();
      throw error;
    }
  }
}

/** Where a log ends that goes on. */
function endOf(files: readonly ReadLogFile[]): LogEnd {
  const used = files.filter(({ health }) => health === "sound" || health === "torn");
  const checkpoint = used.find(({ isCheckpoint }) => isCheckpoint);
  const segments = used.filter(({ isCheckpoint }) => !isCheckpoint);
  const last = segments.at(-1);
  // A checkpoint's own segment exists before it, but somebody may have removed that.
  const before = Math.max(0, (checkpoint?.segment ?? 0) - 1);
  return {
    segment: last?.segment ?? before,
    offset: last?.end ?? 0,
    allocated: 0,
    firstSegment: segments[0]?.segment ?? before + 1,
    checkpoint: checkpoint?.segment ?? 0,
    checkpointBytes: checkpoint?.bytes ?? 0,
    logBytes: segments.reduce((sum, { end }) => sum + end, 0),
  };
}
