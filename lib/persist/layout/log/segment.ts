/**
 * A log's segments: how large they are, and how each is created.
 *
 * @module
 */
import type { SerializerName } from "../../../codec/codec.ts";
import {
  openFile,
  removeQuietly,
  renameOver,
  syncData,
  syncDirectory,
  TEMPORARY_SUFFIX,
  writeAll,
} from "../../../system/file_io.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import { logFileName } from "./log_file_name.ts";
import { encodeSegmentHead, type LogIdentity } from "./log_format.ts";

/** A log has several segments between checkpoints, so that none takes long to read or to preallocate. */
export const SEGMENTS_PER_LOG = 4;
const SEGMENT_BYTES_MIN = 64 * 1024;
const SEGMENT_BYTES_MAX = 8 * 1024 * 1024;

/** The size of a log's segments. */
export function segmentBytesFor(logBytes: number): number {
  return Math.max(SEGMENT_BYTES_MIN, Math.min(SEGMENT_BYTES_MAX, Math.floor(logBytes / SEGMENTS_PER_LOG)));
}

/**
 * Creates a segment with its head.
 *
 * @param options if `sync` is above none, it is on the device before it gets its final name; `previousBytes` is where
 * the records of the previous segment end
 * @returns its file, open, positioned after the head
 * @throws {PersistError} when that fails; the segment does not have its final name then
 */
export function createSegment(options: {
  directory: string;
  identity: LogIdentity;
  serializer: SerializerName;
  sync: SyncName;
  previousBytes: number;
}): { readonly file: Deno.FsFile; readonly path: string; readonly headBytes: number } {
  const { directory, identity, serializer, sync, previousBytes } = options;
  const synced = isSynced(sync);
  const path = `${directory}/${logFileName({ ...identity, isCheckpoint: false, serializer })}`;
  const head = encodeSegmentHead(identity, { previousBytes, sync }, serializer);
  const temporary = path + TEMPORARY_SUFFIX;
  const file = openFile(temporary, { write: true, create: true, truncate: true });
  try {
    writeAll(file, temporary, head);
    if (synced) syncData(file, temporary);
    renameOver(temporary, path);
    if (synced) syncDirectory(directory);
    return { file, path, headBytes: head.length };
  } catch (error) {
    file.close();
    removeQuietly(temporary);
    throw error;
  }
}
