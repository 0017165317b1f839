/**
 * The log layout: a write appends a record for each put to the log that the put's shard belongs to.
 *
 * @module
 */
import { CODECS } from "../../../codec/codecs.ts";
import { RECORD_CODECS } from "../../../codec/record/record_codecs.ts";
import { type LayoutModule, manyShardsPerFile } from "../layout_module.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import { LogEnds } from "./log_ends.ts";
import { logFileName, parseLogFileName } from "./log_file_name.ts";
import { goneFromLog, lastSegment } from "./log_gaps.ts";
import { LogLayout } from "./log_layout.ts";
import { logParts } from "./log_parts.ts";
import { type LogHandle, type LogOptions, openLogs } from "./open_logs.ts";
import { PendingRecords } from "./pending_records.ts";
import { segmentBytesFor } from "./segment.ts";
import { SegmentFiles } from "./segment_files.ts";

export const LOG: LayoutModule<LogOptions, LogHandle> = {
  part: "log",
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
