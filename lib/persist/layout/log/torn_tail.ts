/**
 * Tells a torn tail of a log, which was never synced, from damage to what was.
 *
 * A log is read up to its first *hole*: bytes that are neither a sound record nor a sound mark, or records that are
 * missing before the next segment. Nothing behind a hole is used, so that what is read is always a prefix of what was
 * written. What a hole is depends on what is known to have been synced:
 *
 * 1. A segment at a sync level above none is begun once all before it is synced. So a hole in front of such a segment,
 *    if its head is sound, is damage.
 * 2. A mark is written once everything up to the byte that it names is synced. So a hole before that byte is damage, be
 *    the mark in front of it or behind it.
 * 3. Of everything else, a power loss may leave any sectors and lose the others, in any order: the hole begins a tail
 *    that was never synced, even if sound records, marks or segments lie behind it. As batches are synced one after the
 *    other, and acknowledged only then where puts wait for it, that tail is at most one batch at levels above none.
 * 4. Where nothing is ever synced, at level none, a hole with something sound behind it may be either: what nobody
 *    syncs is written back in any order, so a power loss makes holes; and a process that dies makes none. A sector that
 *    was never written back reads as zeros, because a log never overwrites anything else, or is missing at the file's
 *    end. So a hole that has neither a sector of zeros nor the end of the file in it is damage. (By the same
 *    sign etcd tells a torn entry from a damaged one, in `isTornEntry` of `server/storage/wal/decoder.go`.)
 *
 * Logs in the older format have no marks: an unsound record with a sound one behind it is damage in them.
 *
 * LevelDB and RocksDB, by default, also stop at the first hole and drop what follows, without asking whether that had
 * been synced; PostgreSQL and InnoDB take the first record that is not sound for the log's end.
 *
 * @module
 */
import type { MarkReader } from "../../../codec/record/mark_codec.ts";
import type { RecordReader } from "../../../codec/record/record_codec.ts";
import type { SyncName } from "../../durability.ts";

/** The unit in which a device writes: none is written in part. */
const SECTOR_BYTES = 512;

/** What a segment has in place of sound records, and what is known of it. */
export interface Hole {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the hole begins. */
  readonly position: number;
  readonly records: RecordReader;
  /** Absent in the older format. */
  readonly marks?: MarkReader;
  /** Up to where the segment's head and the marks before the hole say that it was synced. */
  readonly syncedBytes: number;
  /** At which sync level the segment is known to have been written. */
  readonly sync?: SyncName | undefined;
  /** Where its records end, according to the segment after it, if there is one. */
  readonly endBytes?: number | undefined;
  /** Whether a later segment was begun once this one had been synced. */
  readonly isBeforeSynced: boolean;
}

/** What a hole is, and why. */
export interface JudgedHole {
  readonly isTorn: boolean;
  readonly reason: string;
}

/** Judges a hole; `undefined` if there is none: the segment merely ends there. */
export function judgeHole(hole: Hole): JudgedHole | undefined {
  const { bytes, position, endBytes, isBeforeSynced, marks } = hole;
  // What lies behind the end was cut off once; only the cutting was never synced.
  if (position === endBytes) return undefined;
  const isEmpty = isZero(bytes, position, bytes.length);
  if (isEmpty && endBytes === undefined) return undefined;
  if (marks === undefined) return judgeUnmarked(hole);
  if (endBytes !== undefined && position > endBytes) return damaged(position, `its records end at byte ${endBytes}`);
  const syncedBytes = isBeforeSynced ? endBytes ?? bytes.length : syncedBehind(hole, marks);
  if (position < syncedBytes) return damaged(position, `it was synced up to byte ${syncedBytes}`);
  if (hole.sync !== "none" && endBytes === undefined) return torn(hole);
  const sound = findSound(hole.records, position, bytes.length);
  if (sound < 0 && endBytes === undefined) return torn(hole);
  const end = sound >= 0 ? sound : endBytes!;
  const isUnwritten = bytes.length < end || hasEmptySector(bytes, position, end);
  return isUnwritten ? torn(hole) : damaged(position, `it goes on at byte ${end}`);
}

/** Whether a segment, whose description is not sound, never reached the device: nor was it ever synced then. */
export function isUnwrittenSegment(bytes: Uint8Array<ArrayBuffer>, marks: MarkReader): boolean {
  if (bytes.length > 0 && !hasEmptySector(bytes, 0, Math.min(SECTOR_BYTES, bytes.length))) return false;
  return !hasMark(bytes, marks);
}

/** Whether a part of a file that is not sound never reached the device. */
export function isUnwritten(bytes: Uint8Array<ArrayBuffer>): boolean {
  return bytes.length === 0 || hasEmptySector(bytes, 0, bytes.length);
}

/** The rule of the older format, in which every segment but the last was complete when the next one was begun. */
function judgeUnmarked({ bytes, position, records, endBytes }: Hole): JudgedHole | undefined {
  const sound = findSound(records, position, bytes.length);
  if (sound >= 0) {
    return { isTorn: false, reason: `its bytes from ${position} to ${sound} are not sound records` };
  }
  if (endBytes !== undefined) {
    return { isTorn: false, reason: `its records end at byte ${position}, not ${endBytes}` };
  }
  return {
    isTorn: true,
    reason: `its last record was not written completely: ${usedBytes(bytes) - position} bytes`,
  };
}

function torn({ bytes, position }: Hole): JudgedHole {
  const length = Math.max(0, usedBytes(bytes) - position);
  return { isTorn: true, reason: `torn tail of ${length} bytes from byte ${position} on, never synced` };
}

function damaged(position: number, known: string): JudgedHole {
  return { isTorn: false, reason: `damaged at byte ${position}: ${known}` };
}

/** The most that any mark says, in front of the hole or behind it. */
function syncedBehind({ bytes, position, syncedBytes }: Hole, marks: MarkReader): number {
  let most = syncedBytes;
  for (let at = position; at < bytes.length; at = marks.nextStart(at)) {
    if (marks.read(at) >= 0) most = Math.max(most, marks.syncedBytes);
  }
  return most;
}

function hasMark(bytes: Uint8Array<ArrayBuffer>, marks: MarkReader): boolean {
  for (let at = 0; at < bytes.length; at = marks.nextStart(at)) if (marks.read(at) >= 0) return true;
  return false;
}

/** Where the first sound record after an unsound position begins; -1 when there is none. */
function findSound(records: RecordReader, position: number, end: number): number {
  for (let at = records.nextStart(position); at < end; at = records.nextStart(at)) {
    if (records.read(at) >= 0) return at;
  }
  return -1;
}

/** Whether the part of any sector that lies in this range is all zeros. */
function hasEmptySector(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean {
  for (let at = start; at < end;) {
    const next = Math.min(end, at - at % SECTOR_BYTES + SECTOR_BYTES);
    if (isZero(bytes, at, next)) return true;
    at = next;
  }
  return false;
}

/** Where the last byte that is not zero ends. */
function usedBytes(bytes: Uint8Array<ArrayBuffer>): number {
  return bytes.findLastIndex((byte) => byte !== 0) + 1;
}

function isZero(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
