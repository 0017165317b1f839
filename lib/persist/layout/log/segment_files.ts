/**
 * Appends to logs, and keeps one thread's descriptors of the segments that are open for writing.
 *
 * @module
 */
import type { SerializerName } from "../../../codec/codec.ts";
import type { OutputBuffer } from "../../../codec/output_buffer.ts";
import { MARK_CODECS } from "../../../codec/record/mark_codec.ts";
import {
  checkLength,
  openFile,
  removeFile,
  renameOver,
  seekTo,
  syncData,
  TEMPORARY_SUFFIX,
  truncateFile,
  writeAll,
} from "../../../system/file_io.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import type { WriterMeter } from "../../write_meter.ts";
import { type OpenFile, OpenFiles } from "../open_files.ts";
import type { LogEnds } from "./log_ends.ts";
import { logFileName } from "./log_file_name.ts";
import { createSegment, SEGMENTS_PER_LOG } from "./segment.ts";

/** What {@linkcode SegmentFiles} works with. */
export interface SegmentFilesParts {
  readonly directory: string;
  readonly logs: number;
  readonly shards: number;
  readonly serializer: SerializerName;
  readonly sync: SyncName;
  readonly ends: LogEnds;
  readonly meter: WriterMeter;
  /** A segment that has grown to this size is followed by the next; what is appended at once is never split. */
  readonly segmentBytes: number;
  /** How many segments this thread may keep open. */
  readonly openFilesMax: number;
}

/** A segment that this thread has open. */
interface OpenSegment extends OpenFile {
  readonly segment: number;
  /** The descriptor's position in the file. */
  offset: number;
}

/** A synced log is preallocated in pieces of this many bytes of zeros. */
const ALLOCATED_BYTES = 256 * 1024;
const ZEROS = new Uint8Array(ALLOCATED_BYTES);

/**
 * Writes at the end of each log, wherever other threads have moved it to.
 *
 * A new segment is created under a temporary name, and gets its final one once its head is complete (and synced, at
 * levels above none), so a segment without a head is damaged, not unfinished. If writes are synced, zeros are written
 * ahead of the records: a sync that need not update the file's length takes two thirds of the time.
 *
 * All methods are called under the log's lock, unless they say otherwise.
 */
export class SegmentFiles {
  readonly #parts: SegmentFilesParts;
  /** The open segments, by log. */
  readonly #open: OpenFiles<number, OpenSegment>;
  /** By log, the last segment that this thread has prepared under its temporary name. */
  readonly #prepared: Float64Array<ArrayBuffer>;
  /** By log, 1 if this thread has appended since it last synced. Nobody else appends before it syncs. */
  readonly #unsynced: Uint8Array<ArrayBuffer>;

  constructor(parts: SegmentFilesParts) {
    this.#parts = parts;
    this.#open = new OpenFiles(parts.openFilesMax);
    this.#prepared = new Float64Array(parts.logs);
    this.#unsynced = new Uint8Array(parts.logs);
  }

  /**
   * Begins a batch of the log: whatever was appended before has been synced at levels above none, and the batch begins
   * with a mark that says so. The caller appends it with the first records, before anything else happens to the log.
   *
   * @returns the length of the mark, which is at the front of `out`; 0 at level none
   * @throws {PersistError} when that fails; the log ends where it did
   */
  begin(log: number, out: OutputBuffer): number {
    const { ends, sync, serializer } = this.#parts;
    this.#rotateIfFull(log);
    return isSynced(sync) ? MARK_CODECS[serializer].encode(ends.synced(log), out, 0) : 0;
  }

  /**
   * Has each log that is open say up to where it is synced, for those who read it when all writing has ended: otherwise
   * they could not tell damage to its last batch from a batch that was cut short. It does no harm if the device never
   * gets to see that, so it is not synced. Nobody may write meanwhile.
   *
   * @throws {PersistError} when that fails
   */
  markEnds(out: OutputBuffer): void {
    const { ends, logs, sync, serializer, meter } = this.#parts;
    if (!isSynced(sync)) return;
    for (let log = 0; log < logs; log++) {
      if (ends.allocated(log) === 0) continue;
      const length = MARK_CODECS[serializer].encode(ends.synced(log), out, 0);
      // What follows a mark would have to be preallocated, but nothing does.
      ends.allocate(log, Math.max(ends.allocated(log), ends.offset(log) + length));
      this.#write(log, out.bytes.subarray(0, length));
      meter.countBytes(length);
    }
  }

  /**
   * Appends whole records to the log.
   *
   * @throws {PersistError} when that fails; the log ends where it did
   */
  append(log: number, bytes: Uint8Array): void {
    this.#rotateIfFull(log);
    this.#write(log, bytes);
    this.#unsynced[log] = 1;
  }

  #rotateIfFull(log: number): void {
    const { ends } = this.#parts;
    if (ends.allocated(log) === 0 || ends.offset(log) >= this.#limit(log)) this.rotate(log);
  }

  #write(log: number, bytes: Uint8Array): void {
    const { ends, sync } = this.#parts;
    const offset = ends.offset(log);
    const segment = this.#segment(log);
    if (isSynced(sync) && offset + bytes.length > ends.allocated(log)) this.#allocate(log, segment, bytes.length);
    this.#moveTo(segment, offset);
    writeAll(segment.file, segment.path, bytes);
    segment.offset += bytes.length;
    ends.advance(log, bytes.length);
  }

  /**
   * Syncs everything that this thread has appended to the log.
   *
   * @throws {PersistError} when that fails
   */
  sync(log: number): void {
    const { ends, meter } = this.#parts;
    const { file, path } = this.#segment(log);
    syncData(file, path);
    ends.recordSynced(log);
    meter.countSync();
    this.#unsynced[log] = 0;
  }

  /**
   * Begins the log's next segment. If writes are synced, what a batch has appended to the one before is synced first:
   * the sync at the end of the batch is only of the segment that is open then.
   *
   * @returns its number
   * @throws {PersistError} when that fails; the log ends where it did
   */
  rotate(log: number): number {
    const { directory, logs, shards, serializer, sync, ends, meter } = this.#parts;
    if (isSynced(sync) && this.#unsynced[log] === 1) this.sync(log);
    const segment = ends.segment(log) + 1;
    const { file, path, headBytes } = createSegment({
      directory,
      identity: { log, logs, shards, segment },
      serializer,
      sync,
      previousBytes: ends.offset(log),
    });
    meter.countBytes(headBytes);
    this.#open.keep(log, () => ({ segment, path, file, offset: headBytes }));
    ends.open(log, segment, headBytes, isSynced(sync) ? headBytes : 0);
    return segment;
  }

  /**
   * Whether this thread should prepare the log's next segment: it has not yet, and the open one is half full or none is
   * open. Needs no lock.
   */
  needsPreparing(log: number): boolean {
    const { ends } = this.#parts;
    if (this.#prepared[log]! > ends.segment(log)) return false;
    return ends.allocated(log) === 0 || 2 * ends.offset(log) >= this.#limit(log);
  }

  /**
   * Creates the file of the log's next segment under its temporary name: creating a file may take a millisecond,
   * renaming it takes hardly any time. Called by one thread only.
   *
   * @throws {PersistError} when that fails
   */
  prepare(log: number): void {
    const next = this.#parts.ends.segment(log) + 1;
    openFile(this.#path(log, next) + TEMPORARY_SUFFIX, { write: true, create: true }).close();
    this.#prepared[log] = next;
  }

  /**
   * Disposes of a segment that a checkpoint supersedes: empties its file and keeps it for one of the next segments,
   * which saves the file system a removal and a creation. Called by the thread that prepares.
   *
   * @throws {PersistError} when that fails
   */
  recycle(log: number, segment: number): void {
    const path = this.#path(log, segment);
    const next = Math.max(this.#prepared[log]!, this.#parts.ends.segment(log)) + 1;
    if (next - this.#parts.ends.segment(log) > SEGMENTS_PER_LOG) {
      removeFile(path);
      return;
    }
    truncateFile(path, 0, false);
    renameOver(path, this.#path(log, next) + TEMPORARY_SUFFIX);
    this.#prepared[log] = next;
  }

  /** Closes all descriptors and removes the prepared files. */
  close(): void {
    const { ends, logs } = this.#parts;
    this.#open.close();
    for (let log = 0; log < logs; log++) {
      for (let segment = ends.segment(log) + 1; segment <= this.#prepared[log]!; segment++) {
        removeFile(this.#path(log, segment) + TEMPORARY_SUFFIX);
      }
      this.#prepared[log] = 0;
    }
  }

  /**
   * Checks that each open segment ends where its records and what is preallocated do. Nobody may write meanwhile.
   *
   * @throws {PersistError} when one does not
   */
  checkLengths(): void {
    const { ends, logs } = this.#parts;
    for (let log = 0; log < logs; log++) {
      const allocated = ends.allocated(log);
      if (allocated > 0) checkLength(this.#path(log, ends.segment(log)), Math.max(allocated, ends.offset(log)));
    }
  }

  /**
   * The size at which a log's open segment is followed by the next: pseudorandom, between half and all of a segment's
   * size, because otherwise logs that grow alike would all begin new segments at the same moment.
   */
  #limit(log: number): number {
    const { segmentBytes, ends } = this.#parts;
    const mixed = Math.imul(Math.imul(log, 0x9e3779b1) + ends.segment(log), 0x85ebca6b) >>> 0;
    return Math.floor(segmentBytes * (0.5 + mixed / 2 ** 33));
  }

  /** This thread's descriptor of the log's open segment. */
  #segment(log: number): OpenSegment {
    const segment = this.#parts.ends.segment(log);
    const known = this.#open.find(log);
    if (known?.segment === segment) return known;
    const path = this.#path(log, segment);
    return this.#open.keep(log, () => ({ segment, path, file: openFile(path, { write: true }), offset: 0 }));
  }

  /** Writes zeros after the records, up to a whole number of pieces, but not past the size of a segment. */
  #allocate(log: number, segment: OpenSegment, bytes: number): void {
    const { ends, meter } = this.#parts;
    const end = ends.offset(log) + bytes;
    const whole = Math.ceil(end / ALLOCATED_BYTES) * ALLOCATED_BYTES;
    const allocated = Math.max(end, Math.min(this.#limit(log), whole));
    // What the records are about to overwrite need not be zeroed first.
    for (let at = Math.max(end, ends.allocated(log)); at < allocated;) {
      const zeros = ZEROS.subarray(0, Math.min(ALLOCATED_BYTES, allocated - at));
      this.#moveTo(segment, at);
      writeAll(segment.file, segment.path, zeros);
      segment.offset += zeros.length;
      meter.countBytes(zeros.length);
      at += zeros.length;
    }
    ends.allocate(log, allocated);
  }

  /** Other threads write the same segment, so this thread's descriptor may lag behind. */
  #moveTo(segment: OpenSegment, offset: number): void {
    if (segment.offset === offset) return;
    seekTo(segment.file, segment.path, offset);
    segment.offset = offset;
  }

  #path(log: number, segment: number): string {
    const { directory, logs, serializer } = this.#parts;
    return `${directory}/${logFileName({ log, logs, segment, isCheckpoint: false, serializer })}`;
  }
}
