/**
 * Reads the logs of a directory, judging each as a run that opens it would.
 *
 * @module
 */
import { CODECS } from "../../../codec/codecs.ts";
import { RECORD_CODECS } from "../../../codec/record/record_codecs.ts";
import { type LogReadingOptions, readLog, type ReadLogFile } from "./stored_log.ts";
import { PersistError } from "../../../system/persist_error.ts";
import { type FoundLogFile, logFilesIn } from "./log_file_name.ts";
import { contentOf, type InspectedFile, type Part, type PartContent, sizeOf } from "../part.ts";
import type { ReadDirectory } from "../layout_module.ts";

/** Reads the logs one by one, so that only one is in memory at a time. */
export function* logParts({ path, names, kind, shards }: ReadDirectory): Generator<Part> {
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
