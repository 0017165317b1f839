/**
 * Reads a log: its newest sound checkpoint, then the records of its segments. Changes nothing.
 *
 * @module
 */
import type { Codec, SerializerName } from "../../../codec/codec.ts";
import { CorruptSnapshotError } from "../../../codec/snapshot_reader.ts";
import { MARK_CODECS } from "../../../codec/record/mark_codec.ts";
import type { RecordCodec } from "../../../codec/record/record_codec.ts";
import type { EntryTable } from "../../../store/entry_table.ts";
import { checkRegular, lookAt, readRange, readWholeFile } from "../../../system/file_io.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import { LogContent } from "./log_content.ts";
import type { FoundLogFile } from "./log_file_name.ts";
import { readCheckpointTail, readSegmentHead, type SegmentHead } from "./log_format.ts";
import { isUnwritten, isUnwrittenSegment, type JudgedHole, judgeHole } from "./torn_tail.ts";

export interface LogReadingOptions {
  readonly logs: number;
  readonly shards: number;
  readonly serializer: SerializerName;
  readonly codec: Codec;
  readonly records: RecordCodec;
}

/**
 * What happens to a file when a run opens its directory:
 *
 * - `sound`: it is loaded;
 * - `torn`: its end was never synced and never reached the device as a whole; that is cut off. If that is all of it, or
 *   others follow it, a checkpoint takes their place;
 * - `damaged`: it, or another file that it depends on, is not as it was written; it is set aside;
 * - `superseded`: a checkpoint includes everything that it holds; it is removed.
 */
export type LogFileHealth = "sound" | "torn" | "damaged" | "superseded";

/** One file of a log, read. */
export interface ReadLogFile extends FoundLogFile {
  health: LogFileHealth;
  /** What is wrong with a torn or damaged file. */
  reason?: string;
  /** Its size in bytes, and where its usable content ends. */
  bytes: number;
  end: number;
  /** Records, or entries, read from it. */
  items: number;
  /** How many of the records are of deletes. */
  deletes: number;
}

/** What a log holds. */
export interface StoredLog {
  readonly log: number;
  /** The log's shards, with everything that the files hold up to the first damage. */
  readonly tables: readonly EntryTable[];
  /** Checkpoints, then segments, each in ascending order. */
  readonly files: readonly ReadLogFile[];
  /** Whether something that is needed is damaged, so that the tables may lack something that had been synced. */
  readonly isDamaged: boolean;
  /** Whether writing cannot go on where the files end, so that a new checkpoint has to take their place. */
  readonly isIncomplete: boolean;
}

/** The reason of a superseded file that was damaged before the checkpoint replaced it. */
const DAMAGED_BEFORE = "it was damaged when a checkpoint took its place";

/** More than a segment's description takes. */
const HEAD_BYTES = 4096;

/** Bytes at a checkpoint's end that hold its description, however many shards it has. */
const TAIL_BYTES = 64 * 1024;

/** What other files say about a segment. */
interface KnownOfSegment {
  /** The sync level of what is before it. */
  readonly syncBefore: SyncName | undefined;
  /** Where its records end, according to the segment after it. */
  readonly endBytes: number | undefined;
  /** Whether a later segment was begun once this one had been synced. */
  readonly isBeforeSynced: boolean;
}

/**
 * Reads the files of one log.
 *
 * Neither a shard's versions nor the segments' numbers may have gaps. A gap is damage; bytes that are no sound records
 * are damage or a torn tail, as `torn_tail.ts` says. Nothing after either is used, so that what is read is a prefix of
 * the log.
 *
 * @param files the log's segments and checkpoints, in any order
 * @throws {PersistError} when the process lacks the permission or the resources to read a file, which says nothing
 * about the file; or when something in a file's place is not a regular file
 */
export function readLog(log: number, files: readonly FoundLogFile[], options: LogReadingOptions): StoredLog {
  return new LogReading(log, files, options).read();
}

class LogReading {
  readonly #log: number;
  readonly #options: LogReadingOptions;
  readonly #content: LogContent;
  readonly #checkpoints: ReadLogFile[];
  readonly #segments: ReadLogFile[];
  /** Names of the damaged files that the checkpoint replaced; a crash may have kept them from being set aside. */
  #damagedBefore: readonly string[] = [];
  /** The sync level at which the checkpoint was written, if it says so. */
  #checkpointSync: SyncName | undefined;
  /** Whether later records may not follow on what has been read, and whether that is because of damage. */
  #isIncomplete = false;
  #isDamaged = false;

  constructor(log: number, files: readonly FoundLogFile[], options: LogReadingOptions) {
    this.#log = log;
    this.#options = options;
    this.#content = new LogContent(log, options);
    const read = files.map((file): ReadLogFile => ({
      ...file,
      health: "superseded",
      bytes: 0,
      end: 0,
      items: 0,
      deletes: 0,
    }))
      .sort((a, b) => a.segment - b.segment);
    this.#checkpoints = read.filter(({ isCheckpoint }) => isCheckpoint);
    this.#segments = read.filter(({ isCheckpoint }) => !isCheckpoint);
  }

  read(): StoredLog {
    this.#refuseIrregular();
    const checkpoint = this.#readCheckpoints();
    this.#readSegments(checkpoint);
    const files = [...this.#checkpoints, ...this.#segments];
    for (const file of files) {
      if (file.health === "superseded" && this.#damagedBefore.includes(file.name)) damage(file, DAMAGED_BEFORE);
    }
    return {
      log: this.#log,
      tables: this.#content.tables,
      files,
      isDamaged: this.#isDamaged,
      isIncomplete: this.#isIncomplete,
    };
  }

  /** Links are never followed, here or when the log is written, and nothing blocks on a pipe. */
  #refuseIrregular(): void {
    for (const { path } of [...this.#checkpoints, ...this.#segments]) {
      const found = lookAt(path);
      if (found !== undefined) checkRegular(path, found);
    }
  }

  /** Reads the newest sound checkpoint; if there is none, the sound part of the newest. */
  #readCheckpoints(): ReadLogFile | undefined {
    for (const file of this.#checkpoints.toReversed()) {
      this.#content.clear();
      this.#readCheckpoint(file);
      if (file.health === "sound") return file;
    }
    const newest = this.#checkpoints.at(-1);
    if (newest === undefined) return undefined;
    this.#content.clear();
    this.#readCheckpoint(newest);
    this.#isIncomplete = true;
    this.#isDamaged = newest.health === "damaged";
    return newest;
  }

  #readCheckpoint(file: ReadLogFile): void {
    const { logs, shards, serializer } = this.#options;
    const { size, bytes: tail } = readRange(file.path, -TAIL_BYTES, TAIL_BYTES);
    file.bytes = size;
    file.items = 0;
    const identity = { log: this.#log, logs, shards, segment: file.segment };
    const description = readCheckpointTail(tail, identity, serializer);
    const lengths = description?.snapshotBytes ?? [];
    this.#damagedBefore = description?.damaged ?? [];
    this.#checkpointSync = description?.sync;
    const { tables } = this.#content;
    if (lengths.length !== tables.length) {
      const reason = `it does not end as the checkpoint of segment ${file.segment} of log ${this.#log} does`;
      this.#spoil(file, { isTorn: this.#isUnwritten(file, true), reason });
      return;
    }
    file.health = "sound";
    let at = 0;
    for (const [i, table] of tables.entries()) {
      const length = lengths[i]!;
      try {
        this.#content.readSnapshot(i, readRange(file.path, at, length).bytes);
        file.items += table.count;
      } catch (error) {
        if (!(error instanceof CorruptSnapshotError)) throw error;
        table.clear();
        const reason = `the snapshot of shard ${table.shard} in it: ${error.message}`;
        this.#spoil(file, { isTorn: this.#isUnwritten(file, false), reason });
      }
      at += length;
    }
    file.end = at;
  }

  /** Whether an unsound checkpoint was never synced, as its segment says if it can, and never reached the device. */
  #isUnwritten({ path, segment }: ReadLogFile, isCutShort: boolean): boolean {
    const own = this.#segments.find((file) => file.segment === segment);
    const sync = own === undefined ? undefined : this.#readHead(own)?.sync;
    if (isSynced(sync)) return false;
    return (sync === "none" && isCutShort) || isUnwritten(readWholeFile(path));
  }

  /** Says what is wrong with a file, unless something worse has been found. */
  #spoil(file: ReadLogFile, { isTorn, reason }: JudgedHole): void {
    if (file.health === "damaged") return;
    if (isTorn) {
      file.health = "torn";
      file.reason ??= `${reason}; it was never synced`;
    } else {
      file.health = "damaged";
      file.reason = reason;
    }
  }

  #readSegments(checkpoint: ReadLogFile | undefined): void {
    const first = checkpoint?.segment ?? 1;
    const segments = this.#segments.filter(({ segment }) => segment >= first);
    const heads = segments.map((file) => this.#readHead(file));
    const lastSynced = heads.findLastIndex((head) => isSynced(head?.sync));
    let expected = first;
    for (const [i, file] of segments.entries()) {
      const fault = this.#isIncomplete
        ? { isTorn: !this.#isDamaged, reason: `its log's checkpoint is ${this.#isDamaged ? "damaged" : "torn"}` }
        : file.segment !== expected
        ? { isTorn: false, reason: `segment ${expected} of its log is missing` }
        : this.#readSegment(file, heads[i], {
          syncBefore: i === 0 ? this.#checkpointSync : heads[i - 1]?.sync,
          endBytes: heads[i + 1]?.previousBytes,
          isBeforeSynced: i < lastSynced,
        });
      if (fault !== undefined) {
        this.#endAt(file, segments.slice(i + 1), fault);
        return;
      }
      expected++;
    }
  }

  /** Says what is wrong with a segment, and that those after it cannot be used either. */
  #endAt(file: ReadLogFile, later: readonly ReadLogFile[], { isTorn, reason }: JudgedHole): void {
    const health = isTorn ? "torn" : "damaged";
    if (!isTorn) this.#isDamaged = true;
    // No segment may vanish without a checkpoint in its place: it would be missed.
    if (!isTorn || file.end === 0 || later.length > 0) this.#isIncomplete = true;
    Object.assign(file, { health, reason });
    for (const one of later) Object.assign(one, { health, reason: `it follows ${file.name}, which is ${health}` });
  }

  #readHead({ path, segment }: ReadLogFile): SegmentHead | undefined {
    const { logs, shards, serializer } = this.#options;
    const { bytes } = readRange(path, 0, HEAD_BYTES);
    return readSegmentHead(bytes, { log: this.#log, logs, shards, segment }, serializer);
  }

  /** Reads a segment; returns what is wrong with it. */
  #readSegment(file: ReadLogFile, head: SegmentHead | undefined, known: KnownOfSegment): JudgedHole | undefined {
    const { serializer, records: codec } = this.#options;
    const bytes = readWholeFile(file.path);
    const marks = MARK_CODECS[serializer].reader(bytes);
    file.bytes = bytes.length;
    if (head === undefined) {
      const reason = `it does not begin as segment ${file.segment} of log ${this.#log} does`;
      const isTorn = !known.isBeforeSynced && !isSynced(known.syncBefore) && isUnwrittenSegment(bytes, marks);
      return { isTorn, reason: isTorn ? `${reason}; it was never synced` : reason };
    }
    const hasMarks = head.sync !== undefined;
    const records = codec.reader(bytes);
    let syncedBytes = isSynced(head.sync) ? head.end : 0;
    file.health = "sound";
    file.end = head.end;
    for (;;) {
      let next = records.read(file.end);
      if (next >= 0) {
        const wrong = this.#content.apply(records);
        if (wrong !== undefined) return { isTorn: false, reason: `the record at byte ${file.end} ${wrong}` };
        file.items++;
        if (records.isDelete) file.deletes++;
      } else if (hasMarks) {
        next = marks.read(file.end);
        if (next >= 0) syncedBytes = Math.max(syncedBytes, marks.syncedBytes);
      }
      if (next < 0) break;
      file.end = next;
    }
    return judgeHole({
      bytes,
      position: file.end,
      records,
      ...(hasMarks ? { marks, sync: head.sync } : {}),
      syncedBytes,
      endBytes: known.endBytes,
      isBeforeSynced: known.isBeforeSynced,
    });
  }
}

function damage(file: ReadLogFile, reason: string): void {
  file.health = "damaged";
  file.reason ??= reason;
}
