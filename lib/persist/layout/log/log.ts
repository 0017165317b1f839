/**
 * The log layout: a write appends a record for each put to the log that the put's shard belongs to.
 *
 * @module
 */
import { CODECS, RECORD_CODECS } from "../../../codec/codecs.ts";
import { type LayoutModule, manyShardsPerFile, type ReadDirectory } from "../layout_module.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import { LogEnds } from "./log_ends.ts";
import { type FoundLogFile, logFileName, logFilesIn, parseLogFileName } from "./log_file_name.ts";
import { goneFromLog, lastSegment } from "./log_gaps.ts";
import { LogLayout } from "./log_layout.ts";
import { type LogHandle, type LogOptions, openLogs } from "./open_logs.ts";
import { PendingRecords } from "./pending_records.ts";
import { segmentBytesFor } from "./segment.ts";
import { SegmentFiles } from "./segment_files.ts";
import { type LogReadingOptions, readLog, type ReadLogFile } from "./stored_log.ts";
import { PersistError } from "../../../system/persist_error.ts";
import { contentOf, type InspectedFile, type Part, type PartContent, sizeOf } from "../part.ts";

export const LOG: LayoutModule<LogOptions, LogHandle> = {
  part: "log",
  about: "a record for each put, appended to one of --file-count logs",
  counts: "records",
  hasSpares: false,
  insteadOf: { damaged: "a checkpoint of its log is exported", torn: "exported up to there" },
  flag: "logBytes",
  optionsOf: ({ logBytes, queueMemoryBytes: pendingBytes }) => ({ kind: "log", logBytes, pendingBytes }),
  shardsPerFile: manyShardsPerFile,

  parseName(name) {
    const parsed = parseLogFileName(name);
    if (parsed === undefined) return undefined;
    const { log, logs, serializer, temporary } = parsed;
    return { index: log, files: logs, serializer, temporary };
  },

  names({ files: logs, serializer }, index) {
    const nameOf = (isCheckpoint: boolean) => logFileName({ log: index, logs, segment: 1, isCheckpoint, serializer });
    return [nameOf(false), nameOf(true)];
  },

  markOf: lastSegment,
  goneFrom: goneFromLog,
  // Any part of what was not yet synced may be on the device, even what follows a hole: that is cut off.
  tears: () => "nothing",
  open: openLogs,

  attach(handle, layout, { store, locks, meter }) {
    const { directory, serializer, sync, openFilesMax, shardsPerFile, queue } = handle;
    const { shards } = store.size;
    const { logBytes } = layout;
    const logs = shards / shardsPerFile;
    const ends = LogEnds.attach(layout.ends);
    const common = { directory, logs, sync, ends, meter, store, locks, shardsPerLog: shardsPerFile };
    const segmentBytes = segmentBytesFor(logBytes);
    const segments = new SegmentFiles({ ...common, shards, serializer, openFilesMax, segmentBytes });
    const checkpoints = new CheckpointWriter({
      ...common,
      codec: CODECS[serializer],
      segments,
      logBytes,
      lockHoldersWait: queue !== undefined,
    });
    const pending = PendingRecords.attach(layout.pending);
    const pendingBytesMin = queue === undefined ? logBytes : undefined;
    return new LogLayout({
      ...common,
      codec: RECORD_CODECS[serializer],
      pending,
      segments,
      checkpoints,
      pendingBytesMin,
    });
  },

  parts: logParts,
};

/** Reads the logs one by one, so that only one is in memory at a time. */
function* logParts({ path, names, kind, shards }: ReadDirectory): Generator<Part> {
  const { files: logs, serializer } = kind;
  const options = { logs, shards, serializer, codec: CODECS[serializer], records: RECORD_CODECS[serializer] };
  const filesByLog = Map.groupBy(logFilesIn(path, names), ({ log }) => log);
  for (let log = 0; log < logs; log++) yield readPart(log, filesByLog.get(log) ?? [], options);
}

function readPart(log: number, found: readonly FoundLogFile[], options: LogReadingOptions): Part {
  const lasting = found.filter(({ temporary }) => !temporary);
  const { files, tables, isDamaged } = readLog(log, lasting, options);
  const { version, count } = contentOf(tables);
  const read = new Map(files.map((file) => [file.name, file]));
  return {
    index: log,
    files: found.map((file) => inspectedFile(file, read.get(file.name))),
    version,
    entries: count,
    isUnreadable: isDamaged,
    ...(lasting.length === 0 ? {} : { read: () => readContent(log, lasting, options) }),
  };
}

function inspectedFile({ name, path }: FoundLogFile, read: ReadLogFile | undefined): InspectedFile {
  if (read === undefined) return { name, path, bytes: sizeOf(path), health: "temporary" };
  const { health, bytes, items, deletes, isCheckpoint, reason } = read;
  const isRead = health === "sound" || health === "torn";
  return {
    name,
    path,
    // A superseded file is not read at all.
    bytes: bytes || sizeOf(path),
    health,
    ...(isRead && isCheckpoint ? { entries: items } : {}),
    ...(isRead && !isCheckpoint ? { records: items, deletes } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}

function readContent(log: number, found: readonly FoundLogFile[], options: LogReadingOptions): PartContent {
  const { tables, files, isDamaged } = readLog(log, found, options);
  if (isDamaged) {
    const damaged = files.find(({ health }) => health === "damaged");
    throw new PersistError("export", damaged?.path ?? `log ${log}`, damaged?.reason ?? "it is damaged");
  }
  return contentOf(tables);
}
