/**
 * What is known of a trace once it has been read: how much of what is in it, and what of it cannot be replayed.
 *
 * @module
 */
import { isUtf8 } from "../codec/utf8.ts";
import { hashKey } from "../store/hash.ts";
import { entryWords } from "../store/shard.ts";
import { PersistError } from "../system/persist_error.ts";
import { recognize, TRACE_FORMAT_NAMES, TRACE_FORMATS, type TraceFormatName } from "./format/formats.ts";
import { isPut, LINE, TRACE_KINDS } from "./format/trace_format.ts";
import { textIn } from "./format/fields.ts";
import { KeySample, type KeyTotals } from "./key_sample.ts";
import { LineSplitter } from "./lines.ts";
import { unpackedChunks } from "../system/unpacked_file.ts";
import {
  readTrace,
  type TooLong,
  TRACE_KEY_BYTES_MAX,
  TRACE_VALUE_BYTES_MAX,
  type TraceLine,
  type TraceOperation,
  type TraceVisitor,
} from "./trace_reader.ts";

/** What tells whether a file is still the same. */
interface TraceFile {
  readonly sizeBytes: number;
  /** In milliseconds since 1970; 0 if the file system does not say. */
  readonly modifiedMs: number;
}

/**
 * Looks at a trace's file, which is read more than once.
 *
 * @throws {PersistError} when there is none, or it cannot be read again and again
 */
export function lookAtTrace(path: string): TraceFile {
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (error) {
    throw new PersistError("read", path, error);
  }
  const { isFile, isDirectory, size, mtime } = info;
  if (isDirectory) throw new PersistError("read", path, "it is a directory, must be a trace");
  if (!isFile) {
    throw new PersistError("read", path, "it is a pipe or a device, must be a file, as a trace is read twice");
  }
  if (size === 0) throw new PersistError("read", path, "it is empty, must be a trace");
  return { sizeBytes: size, modifiedMs: mtime?.getTime() ?? 0 };
}

/** A trace. Plain data. */
export interface TraceSummary extends TraceFile, KeyTotals {
  readonly format: TraceFormatName;
  /** All lines, whatever they are. */
  readonly lines: number;
  /** Lines whose operations are replayed. */
  readonly replayedLines: number;
  /** The operations that are replayed, and how many of each kind of `trace_format.ts`. */
  readonly operations: number;
  readonly kinds: readonly number[];
  /** Length of the longest key and the longest value, in bytes. */
  readonly keyBytesMax: number;
  readonly valueBytesMax: number;
  /** Bytes of the keys of all operations. */
  readonly keyBytes: number;
  /** Bytes of the keys and values of all puts. */
  readonly putBytes: number;
  /** From the first operation to the last, in microseconds; absent if the trace has no times. */
  readonly durationUs?: number;
  /** How often each operation is in it that cannot be replayed, by name. */
  readonly unknown: Readonly<Record<string, number>>;
  readonly malformed: Omission;
  readonly longKeys: Omission;
  readonly longValues: Omission;
  /** Operations on keys that are not UTF-8, which are replayed. */
  readonly binaryKeys: Omission;
}

/** From the beginning of a trace to where it would begin again, in microseconds of the trace. */
export function roundUs({ format, operations, durationUs = 0 }: TraceSummary): number {
  const { resolutionUs } = TRACE_FORMATS[format];
  return durationUs + Math.max(resolutionUs, Math.ceil(durationUs / Math.max(1, operations - 1)));
}

/** What is left out of a trace. */
export interface Omission {
  readonly count: number;
  /** The line of the first of them, from 1; absent if there is none. */
  readonly line?: number;
  /** That line, or its beginning; or how long what was too long is, in bytes. */
  readonly text?: string;
}

/** Of so many names of operations that cannot be replayed each is counted by itself. */
const NAMES_MAX = 100;
const OTHERS = "others";
/** A name or line is shown up to this length. */
const NAME_LENGTH_MAX = 40;
const TEXT_LENGTH_MAX = 80;

/**
 * Reads a trace once, in bounded memory.
 *
 * @param format its format; found out from its first lines if absent
 * @throws {PersistError} when it cannot be read, is of no known format, or has nothing that can be replayed
 */
export async function summarizeTrace(path: string, format?: TraceFormatName): Promise<TraceSummary> {
  const file = lookAtTrace(path);
  const known = format ?? await formatOf(path);
  const scan = new TraceScan();
  const { hasTimes } = await readTrace(unpackedChunks(path), known, scan);
  const { durationUs, ...summary } = scan.result();
  if (summary.operations === 0) throw new PersistError("replay", path, nothingText(summary, known));
  return { ...file, format: known, ...summary, ...(hasTimes ? { durationUs } : {}) };
}

function nothingText(
  { lines, malformed, unknown, longKeys, longValues }: ReturnType<TraceScan["result"]>,
  format: TraceFormatName,
): string {
  const { title } = TRACE_FORMATS[format];
  if (malformed.count > 0) {
    return `none of its ${lines} lines is an operation of ${title} that could be replayed, line ${malformed.line} is ` +
      `${JSON.stringify(malformed.text)}`;
  }
  const others = Object.keys(unknown).slice(0, 3);
  if (longKeys.count > 0) others.push(`keys above ${TRACE_KEY_BYTES_MAX} bytes`);
  if (longValues.count > 0) others.push(`values above ${TRACE_VALUE_BYTES_MAX} bytes`);
  return others.length === 0
    ? "it has no operations"
    : `it has no operations that could be replayed, only ${others.join(", ")}`;
}

/** The beginning that its format is found out from. */
const BEGINNING_BYTES = 1 << 18;

/** @throws {PersistError} when it is of no known format */
async function formatOf(path: string): Promise<TraceFormatName> {
  const lines: Uint8Array[] = [];
  const splitter = new LineSplitter({ line: (bytes, start, end) => void lines.push(bytes.slice(start, end)) });
  let isWhole = true;
  for await (const chunk of unpackedChunks(path)) {
    isWhole = chunk.length <= BEGINNING_BYTES;
    splitter.add(chunk.subarray(0, BEGINNING_BYTES));
    if (!isWhole || lines.length > 0) break;
  }
  // Of a line that is longer than that, there is at least its beginning.
  if (isWhole || lines.length === 0) splitter.end();
  const format = recognize(lines);
  if (format !== undefined) return format;
  throw new PersistError(
    "read",
    path,
    `it is of no known format (${TRACE_FORMAT_NAMES.join(", ")}), its first line is ` +
      JSON.stringify(shortText(lines[0] ?? new Uint8Array(), 0, lines[0]?.length ?? 0)),
  );
}

/** Counts everything in a trace. */
class TraceScan implements TraceVisitor {
  readonly #sample = new KeySample();
  readonly #kinds = new Array<number>(TRACE_KINDS).fill(0);
  readonly #unknown = new Map<string, number>();
  readonly #omitted = { malformed: none(), key: none(), value: none(), binary: none() };
  #lines = 0;
  #replayedLines = 0;
  #keyBytesMax = 0;
  #valueBytesMax = 0;
  #keyBytes = 0;
  #putBytes = 0;
  #durationUs = 0;

  operation({ key, kind, valueBytes, timeUs }: TraceOperation): void {
    this.#kinds[kind]!++;
    this.#durationUs = timeUs;
    this.#keyBytes += key.length;
    if (key.length > this.#keyBytesMax) this.#keyBytesMax = key.length;
    if (isPut(kind)) {
      this.#putBytes += key.length + valueBytes;
      if (valueBytes > this.#valueBytesMax) this.#valueBytesMax = valueBytes;
    }
    // What is only read or deleted takes no room.
    const words = isPut(kind) ? entryWords(key.length, valueBytes) : 1;
    this.#sample.add(hashKey(key.words, key.length), key, words);
    if (!isUtf8(key)) note(this.#omitted.binary, this.#lines + 1);
  }

  line({ number, outcome, unknownName, bytes, start, end }: TraceLine): void {
    this.#lines = number;
    if (outcome === LINE.REPLAYED) this.#replayedLines++;
    else if (outcome === LINE.UNKNOWN) this.#countName(unknownName);
    else if (outcome === LINE.MALFORMED) {
      note(this.#omitted.malformed, number);
      if (this.#omitted.malformed.count === 1) this.#omitted.malformed.text = shortText(bytes, start, end);
    }
  }

  tooLong({ what, line, bytes }: TooLong): void {
    const omission = this.#omitted[what];
    note(omission, line);
    if (omission.count === 1) omission.text = String(bytes);
  }

  result(): Omit<TraceSummary, "format" | keyof TraceFile> {
    const { malformed, key, value, binary } = this.#omitted;
    return {
      lines: this.#lines,
      replayedLines: this.#replayedLines,
      operations: this.#kinds.reduce((sum, count) => sum + count),
      kinds: this.#kinds,
      ...this.#sample.totals,
      keyBytesMax: this.#keyBytesMax,
      valueBytesMax: this.#valueBytesMax,
      keyBytes: this.#keyBytes,
      putBytes: this.#putBytes,
      durationUs: this.#durationUs,
      unknown: Object.fromEntries([...this.#unknown].toSorted(([, a], [, b]) => b - a)),
      malformed,
      longKeys: key,
      longValues: value,
      binaryKeys: binary,
    };
  }

  #countName(name: string): void {
    const short = name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX)}…` : name;
    const known = this.#unknown.size < NAMES_MAX || this.#unknown.has(short) ? short : OTHERS;
    this.#unknown.set(known, 1 + (this.#unknown.get(known) ?? 0));
  }
}

interface CountedOmission {
  count: number;
  line?: number;
  text?: string;
}

function none(): CountedOmission {
  return { count: 0 };
}

function note(omission: CountedOmission, line: number): void {
  if (omission.count++ === 0) omission.line = line;
}

function shortText(bytes: Uint8Array, start: number, end: number): string {
  const text = textIn(bytes, start, Math.min(end, start + 4 * TEXT_LENGTH_MAX));
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text;
}
