/**
 * The format of a log's files: how each describes itself, and where its parts are.
 *
 * A segment is a description (see `codec/description.ts`), then records (see `codec/record/`), then zeros as far as it
 * is preallocated. Its description:
 *
 * | name | value |
 * |---|---|
 * | `format` | {@linkcode SEGMENT_FORMAT} |
 * | `log`, `logs` | the log's index and how many there are |
 * | `shards` | the number of shards of the store |
 * | `segment` | the segment's number |
 * | `previous_bytes` | where the records of the segment before it end; 0 for the first |
 * | `record` | the names of a record's members |
 *
 * A checkpoint is the snapshots of the log's shards, one after another in the same format as in snapshot files, then a
 * description:
 *
 * | name | value |
 * |---|---|
 * | `format` | {@linkcode CHECKPOINT_FORMAT} |
 * | `log`, `logs`, `shards` | as above |
 * | `segment` | the first segment whose records it may lack |
 * | `damaged` | the names of the damaged files that it replaces; usually none |
 * | `snapshot_bytes` | the length of each snapshot |
 *
 * @module
 */
import type { SerializerName } from "../../../codec/codec.ts";
import {
  type Description,
  encodeDescription,
  encodeTrailingDescription,
  readDescription,
  readTrailingDescription,
} from "../../../codec/description.ts";

/** The `format` member of each description. */
export const SEGMENT_FORMAT = "kvlab-log/1";
export const CHECKPOINT_FORMAT = "kvlab-checkpoint/1";

/** Which log a file belongs to. */
export interface LogIdentity {
  readonly log: number;
  readonly logs: number;
  readonly shards: number;
  readonly segment: number;
}

/** What a checkpoint's end says about it. */
export interface CheckpointTail {
  readonly snapshotBytes: readonly number[];
  /** Names of the damaged files that it replaces. */
  readonly damaged: readonly string[];
}

/** Encodes a segment's description. */
export function encodeSegmentHead(
  { log, logs, shards, segment }: LogIdentity,
  previousBytes: number,
  serializer: SerializerName,
): Uint8Array<ArrayBuffer> {
  return encodeDescription({
    format: SEGMENT_FORMAT,
    log,
    logs,
    shards,
    segment,
    previous_bytes: previousBytes,
    record: ["shard", "version", "key", "value", "crc32"],
  }, serializer);
}

/** Reads a segment's description; `undefined` if it is not this segment's. */
export function readSegmentHead(
  bytes: Uint8Array<ArrayBuffer>,
  identity: LogIdentity,
  serializer: SerializerName,
): { readonly previousBytes: number; readonly end: number } | undefined {
  const read = readDescription(bytes, serializer);
  if (read === undefined || !isOf(read.description, SEGMENT_FORMAT, identity)) return undefined;
  return { previousBytes: Number(read.description.previous_bytes), end: read.end };
}

/** Encodes a checkpoint's description. */
export function encodeCheckpointTail(
  { log, logs, shards, segment }: LogIdentity,
  { snapshotBytes, damaged }: CheckpointTail,
  serializer: SerializerName,
): Uint8Array<ArrayBuffer> {
  return encodeTrailingDescription(
    { format: CHECKPOINT_FORMAT, log, logs, shards, segment, damaged, snapshot_bytes: snapshotBytes },
    serializer,
  );
}

/** Reads a checkpoint's description from the file's last bytes; `undefined` if it is not this checkpoint's. */
export function readCheckpointTail(
  bytes: Uint8Array<ArrayBuffer>,
  identity: LogIdentity,
  serializer: SerializerName,
): CheckpointTail | undefined {
  const description = readTrailingDescription(bytes, serializer);
  if (description === undefined || !isOf(description, CHECKPOINT_FORMAT, identity)) return undefined;
  const { snapshot_bytes: snapshotBytes, damaged } = description;
  if (!(snapshotBytes instanceof Array && damaged instanceof Array)) return undefined;
  return { snapshotBytes: snapshotBytes.map(Number), damaged: damaged.map(String) };
}

function isOf(description: Description, format: string, { log, logs, shards, segment }: LogIdentity): boolean {
  return description.format === format && description.log === log && description.logs === logs &&
    description.shards === shards && description.segment === segment;
}
