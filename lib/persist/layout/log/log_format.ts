/**
 * The format of a log's files: how each describes itself, and where its parts are.
 *
 * A segment is a description (see `codec/description.ts`), then records and marks (see `codec/record/`), then zeros as
 * far as it is preallocated. Its description:
 *
 * | name | value |
 * |---|---|
 * | `format` | {@linkcode SEGMENT_FORMAT}; what the older {@linkcode UNMARKED_FORMAT} lacks is said below, and it and
 * {@linkcode UNDELETED_FORMAT} have no records of deletes |
 * | `log`, `logs` | the log's index and how many there are |
 * | `shards` | the number of shards of the store |
 * | `segment` | the segment's number |
 * | `previous_bytes` | where the records of the segment before it end; 0 for the first |
 * | `sync` | the sync level at which it is written; not in the oldest format |
 * | `record`, `mark` | the names of the members of a record, and of a mark; the oldest format has no marks |
 *
 * At a sync level above none, the description is on the device before the segment gets its name, and so is all of the
 * segments before it; each batch of records begins with a mark, which says up to where the segment was synced before
 * the batch was written. `torn_tail.ts` tells by that what was never synced from what is damaged.
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
 * | `sync` | the sync level at which it was written; absent in those of earlier versions |
 * | `snapshot_bytes` | the length of each snapshot |
 *
 * @module
 */
import type { SerializerName } from "../../../codec/codec.ts";
import { SYNC_NAMES, type SyncName } from "../../durability.ts";
import {
  type Description,
  encodeDescription,
  encodeTrailingDescription,
  readDescription,
  readTrailingDescription,
} from "../../../codec/description.ts";

/** The `format` member of each description. */
export const SEGMENT_FORMAT = "kvlab-log/3";
export const UNDELETED_FORMAT = "kvlab-log/2";
export const UNMARKED_FORMAT = "kvlab-log/1";
export const CHECKPOINT_FORMAT = "kvlab-checkpoint/1";

/** Which log a file belongs to. */
export interface LogIdentity {
  readonly log: number;
  readonly logs: number;
  readonly shards: number;
  readonly segment: number;
}

/** What a segment's description says about it. */
export interface SegmentHead {
  /** The sync level at which it is written; absent in the oldest format, which has no marks. */
  readonly sync?: SyncName;
  /** Where the records of the segment before it end. */
  readonly previousBytes: number;
  /** Where the description ends. */
  readonly end: number;
}

/** What a checkpoint's end says about it. */
export interface CheckpointTail {
  readonly sync?: SyncName;
  readonly snapshotBytes: readonly number[];
  /** Names of the damaged files that it replaces. */
  readonly damaged: readonly string[];
}

/** Encodes a segment's description. */
export function encodeSegmentHead(
  { log, logs, shards, segment }: LogIdentity,
  { previousBytes, sync }: { previousBytes: number; sync: SyncName },
  serializer: SerializerName,
): Uint8Array<ArrayBuffer> {
  return encodeDescription({
    format: SEGMENT_FORMAT,
    log,
    logs,
    shards,
    segment,
    previous_bytes: previousBytes,
    sync,
    record: ["shard", "version", "key", "value", "crc32"],
    mark: ["synced_bytes", "crc32"],
  }, serializer);
}

/** Reads a segment's description; `undefined` if it is not this segment's. */
export function readSegmentHead(
  bytes: Uint8Array<ArrayBuffer>,
  identity: LogIdentity,
  serializer: SerializerName,
): SegmentHead | undefined {
  const read = readDescription(bytes, serializer);
  if (read === undefined) return undefined;
  const { description, end } = read;
  const head = { previousBytes: Number(description.previous_bytes), end };
  if (isOf(description, UNMARKED_FORMAT, identity)) return head;
  const sync = syncOf(description);
  const isMarked = [SEGMENT_FORMAT, UNDELETED_FORMAT].some((format) => isOf(description, format, identity));
  return sync !== undefined && isMarked ? { ...head, sync } : undefined;
}

/** Encodes a checkpoint's description. */
export function encodeCheckpointTail(
  { log, logs, shards, segment }: LogIdentity,
  { sync, snapshotBytes, damaged }: CheckpointTail & { readonly sync: SyncName },
  serializer: SerializerName,
): Uint8Array<ArrayBuffer> {
  return encodeTrailingDescription(
    { format: CHECKPOINT_FORMAT, log, logs, shards, segment, damaged, sync, snapshot_bytes: snapshotBytes },
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
  const sync = syncOf(description);
  return {
    ...(sync === undefined ? {} : { sync }),
    snapshotBytes: snapshotBytes.map(Number),
    damaged: damaged.map(String),
  };
}

function syncOf({ sync }: Description): SyncName | undefined {
  return SYNC_NAMES.find((name) => name === sync);
}

function isOf(description: Description, format: string, { log, logs, shards, segment }: LogIdentity): boolean {
  return description.format === format && description.log === log && description.logs === logs &&
    description.shards === shards && description.segment === segment;
}
