/**
 * Reads a log: its newest sound checkpoint, then the records of its segments. Changes nothing.
 *
 * @module
 */
import type { Codec, SerializerName } from "../../../codec/codec.ts";
import { CorruptSnapshotError } from "../../../codec/corrupt_snapshot_error.ts";
import type { RecordCodec, RecordReader } from "../../../codec/record/record_codec.ts";
import { EntryTable } from "../../../store/entry_table.ts";
import { hashKey, shardOf } from "../../../store/hash.ts";
import { checkRegular, lookAt, readRange, readWholeFile } from "../../../system/file_io.ts";
import type { FoundLogFile } from "./log_file_name.ts";
import { readCheckpointTail, readSegmentHead } from "./log_format.ts";

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
 * - `torn`: its last record was never written completely and is cut off;
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
}

/** What a log holds. */
export interface StoredLog {
  readonly log: number;
  /** The log's shards, with everything that the files hold up to the first damage. */
  readonly tables: readonly EntryTable[];
  /** Checkpoints, then segments, each in ascending order. */
  readonly files: readonly ReadLogFile[];
  /** Whether something that is needed is damaged, so that the tables may lack something that had been written. */
  readonly isDamaged: boolean;
}

/** The reason of a superseded file that was damaged before the checkpoint replaced it. */
const DAMAGED_BEFORE = "it was damaged when a checkpoint took its place";

/** Bytes at a checkpoint's end that hold its description, however many shards it has. */
const TAIL_BYTES = 64 * 1024;

/**
 * Reads the files of one log.
 *
 * Neither a shard's versions nor the segments' numbers may have gaps. A gap is damage, and so is an unsound record that
 * is followed by a sound one: nothing after it is used, so that what is read is a prefix of the log. An unsound tail
 * with nothing sound after it is what a write leaves that was cut short by a crash: the log ends before it.
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
  readonly #firstShard: number;
  readonly #tables: EntryTable[];
  /** The version of each of the log's shards in the checkpoint. */
  readonly #checkpointed: Float64Array;
  readonly #checkpoints: ReadLogFile[];
  readonly #segments: ReadLogFile[];
  /** Names of the damaged files that the checkpoint replaced; a crash may have kept them from being set aside. */
  #damagedBefore: readonly string[] = [];
  /** Whether something needed has been found damaged, so that later records may not follow on what has been read. */
  #isIncomplete = false;

  constructor(log: number, files: readonly FoundLogFile[], options: LogReadingOptions) {
    const { shards, logs } = options;
    const count = shards / logs;
    this.#log = log;
    this.#options = options;
    this.#firstShard = log * count;
    this.#tables = Array.from({ length: count }, (_, i) => new EntryTable(this.#firstShard + i, shards));
    this.#checkpointed = new Float64Array(count);
    const read = files.map((file): ReadLogFile => ({ ...file, health: "superseded", bytes: 0, end: 0, items: 0 }))
      .sort((a, b) => a.segment - b.segment);
    this.#checkpoints = read.filter(({ isCheckpoint }) => isCheckpoint);
    this.#segments = read.filter(({ isCheckpoint }) => !isCheckpoint);
  }

  read(): StoredLog {
    this.#refuseIrregular();
    const checkpoint = this.#readCheckpoints();
    this.#readSegments(checkpoint?.segment ?? 1);
    const files = [...this.#checkpoints, ...this.#segments];
    for (const file of files) {
      if (file.health === "superseded" && this.#damagedBefore.includes(file.name)) damage(file, DAMAGED_BEFORE);
    }
    return { log: this.#log, tables: this.#tables, files, isDamaged: this.#isIncomplete };
  }

  /** Links are never followed, here or when the log is written, and nothing blocks on a pipe. */
  #refuseIrregular(): void {
    for (const { path } of [...this.#checkpoints, ...this.#segments]) {
      const found = lookAt(path);
      if (found !== undefined) checkRegular(path, found);
    }
  }

  /** Reads the newest sound checkpoint; if all are damaged, the sound part of the newest. */
  #readCheckpoints(): ReadLogFile | undefined {
    for (const file of this.#checkpoints.toReversed()) {
      this.#clear();
      this.#readCheckpoint(file);
      if (file.health === "sound") return file;
    }
    const newest = this.#checkpoints.at(-1);
    if (newest === undefined) return undefined;
    this.#clear();
    this.#readCheckpoint(newest);
    this.#isIncomplete = true;
    return newest;
  }

  #clear(): void {
    for (const table of this.#tables) table.clear();
    this.#checkpointed.fill(0);
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
    if (lengths.length !== this.#tables.length) {
      damage(file, `it does not end as the checkpoint of segment ${file.segment} of log ${this.#log} does`);
      return;
    }
    file.health = "sound";
    let at = 0;
    for (const [i, table] of this.#tables.entries()) {
      const length = lengths[i]!;
      try {
        this.#readSnapshot(table, readRange(file.path, at, length).bytes);
        this.#checkpointed[i] = table.version;
        file.items += table.count;
      } catch (error) {
        if (!(error instanceof CorruptSnapshotError)) throw error;
        table.clear();
        damage(file, `the snapshot of shard ${table.shard} in it: ${error.message}`);
      }
      at += length;
    }
    file.end = at;
  }

  /** @throws {CorruptSnapshotError} when the bytes are not a snapshot of the table's shard */
  #readSnapshot(table: EntryTable, bytes: Uint8Array<ArrayBuffer>): void {
    const reader = this.#options.codec.read(bytes);
    const { shard, shards, version } = reader.head;
    if (shard !== table.shard || shards !== table.shards) {
      throw new CorruptSnapshotError(`it is shard ${shard} of ${shards}`);
    }
    while (reader.next()) {
      const hash = hashKey(reader.key.words, reader.key.length);
      if (shardOf(hash, shards) !== shard) {
        throw new CorruptSnapshotError(`its key ${JSON.stringify(reader.key.toString())} is of another shard`);
      }
      table.put(hash, reader.key, reader.value);
    }
    table.version = version;
  }

  #readSegments(first: number): void {
    const segments = this.#segments.filter(({ segment }) => segment >= first);
    let expected = first;
    for (const [i, file] of segments.entries()) {
      const broken = this.#isIncomplete
        ? "its log's checkpoint is damaged"
        : file.segment !== expected
        ? `segment ${expected} of its log is missing`
        : this.#readSegment(file, segments[i - 1], i === segments.length - 1);
      if (broken !== undefined) {
        this.#isIncomplete = true;
        if (file.health !== "damaged") damage(file, broken);
        for (const later of segments.slice(i + 1)) damage(later, `it follows ${file.name}, which is damaged`);
        return;
      }
      expected++;
    }
  }

  /** Reads a segment; returns what is broken in it, or in the one before it. */
  #readSegment(file: ReadLogFile, before: ReadLogFile | undefined, isLast: boolean): string | undefined {
    const { logs, shards, serializer, records } = this.#options;
    const bytes = readWholeFile(file.path);
    file.bytes = bytes.length;
    const head = readSegmentHead(bytes, { log: this.#log, logs, shards, segment: file.segment }, serializer);
    if (head === undefined) return `it does not begin as segment ${file.segment} of log ${this.#log} does`;
    if (before !== undefined && before.end !== head.previousBytes) {
      damage(before, `its records end at byte ${before.end}, not ${head.previousBytes}`);
      return `it follows ${before.name}, which is damaged`;
    }
    file.health = "sound";
    const reader = records.reader(bytes);
    let position = head.end;
    for (;;) {
      file.end = position;
      const next = reader.read(position);
      if (next < 0) break;
      const wrong = this.#apply(reader);
      if (wrong !== undefined) return `the record at byte ${position} ${wrong}`;
      file.items++;
      position = next;
    }
    if (isZero(bytes, position)) return undefined;
    const sound = findSound(reader, position, bytes.length);
    if (sound >= 0) return `its bytes from ${position} to ${sound} are not sound records`;
    // For all but the last segment, the next one's head tells whether this one was cut short.
    if (isLast) {
      file.health = "torn";
      file.reason = `its last record was not written completely: ${bytes.length - position} bytes`;
    }
    return undefined;
  }

  /** Applies a record; returns what is wrong with it. */
  #apply({ shard, version, key, value }: RecordReader): string | undefined {
    const index = shard - this.#firstShard;
    const table = this.#tables[index];
    const hash = hashKey(key.words, key.length);
    if (table === undefined) return `is of shard ${shard}, which is not in log ${this.#log}`;
    const owner = shardOf(hash, this.#options.shards);
    if (owner !== shard) return `is of shard ${shard}, but its key belongs to shard ${owner}`;
    if (version === table.version + 1) {
      table.put(hash, key, value);
      table.version = version;
      return undefined;
    }
    if (version >= 1 && version <= this.#checkpointed[index]!) return undefined;
    return `is version ${version} of shard ${shard}, which is at ${table.version}`;
  }
}

function damage(file: ReadLogFile, reason: string): void {
  file.health = "damaged";
  file.reason ??= reason;
}

function isZero(bytes: Uint8Array, start: number): boolean {
  for (let i = start; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** Where the first sound record after an unsound position begins; -1 when there is none. */
function findSound(reader: RecordReader, position: number, end: number): number {
  for (let at = reader.nextStart(position); at < end; at = reader.nextStart(at)) {
    if (reader.read(at) >= 0) return at;
  }
  return -1;
}
