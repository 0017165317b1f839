/**
 * Goes through a trace: its lines, and the operations in them that can be replayed.
 *
 * @module
 */
import { PaddedBytes } from "../store/padded_bytes.ts";
import { type KeyRange, type LineOutcome, type LineParser, type TraceSink } from "./format/trace_format.ts";
import { TRACE_FORMATS, type TraceFormatName } from "./format/formats.ts";
import { LineSplitter, type LineVisitor } from "./lines.ts";

/** Longer keys and values are counted, and not replayed; they are the longest that a load may have. */
export const TRACE_KEY_BYTES_MAX = 1 << 10;
export const TRACE_VALUE_BYTES_MAX = 1 << 20;

/** Takes what a trace has. */
export interface TraceVisitor {
  /** Takes an operation that can be replayed; its key is overwritten afterwards. */
  operation(operation: TraceOperation): void;
  /** Called after each line. */
  line?(line: TraceLine): void;
  /** Takes an operation whose key or value is too long. */
  tooLong?(operation: TooLong): void;
}

/** An operation; the same object each time. */
export interface TraceOperation {
  readonly key: PaddedBytes;
  readonly kind: number;
  readonly valueBytes: number;
  /** In microseconds, from the first operation on; never less than before. */
  readonly timeUs: number;
}

/** A line; the same object each time. */
export interface TraceLine {
  /** From 1. */
  readonly number: number;
  readonly outcome: LineOutcome;
  readonly unknownName: string;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** What was too long. */
export interface TooLong {
  readonly what: "key" | "value";
  readonly line: number;
  readonly bytes: number;
}

/**
 * Reads the chunks of a trace's text, and gives each operation to a visitor. Operations that come with an earlier time
 * than one before them count as done at the same time as that.
 */
class TraceReader implements TraceSink, LineVisitor {
  timeUs = 0;
  readonly #visitor: TraceVisitor;
  readonly #parser: LineParser;
  readonly #splitter = new LineSplitter(this);
  readonly #operation = { key: new PaddedBytes(TRACE_KEY_BYTES_MAX), kind: 0, valueBytes: 0, timeUs: 0 };
  readonly #line: { -readonly [Name in keyof TraceLine]: TraceLine[Name] } = {
    number: 0,
    outcome: 0,
    unknownName: "",
    bytes: new Uint8Array(),
    start: 0,
    end: 0,
  };
  /** The time of the first operation; NaN before that. */
  #firstUs = NaN;

  constructor(format: TraceFormatName, visitor: TraceVisitor) {
    this.#parser = TRACE_FORMATS[format].createParser();
    this.#visitor = visitor;
  }

  /** Whether the lines read so far tell when their operations were done. */
  get hasTimes(): boolean {
    return this.#parser.hasTimes;
  }

  add(chunk: Uint8Array): void {
    this.#splitter.add(chunk);
  }

  /** Takes what is left as the last line. */
  end(): void {
    this.#splitter.end();
  }

  line(bytes: Uint8Array, start: number, end: number): void {
    const line = this.#line;
    line.number++;
    line.outcome = this.#parser.parse(bytes, start, end, this);
    if (this.#visitor.line === undefined) return;
    line.unknownName = this.#parser.unknownName;
    line.bytes = bytes;
    line.start = start;
    line.end = end;
    this.#visitor.line(line);
  }

  operation(kind: number, bytes: Uint8Array, { start, end }: KeyRange, valueBytes: number, times: number): void {
    if (end - start > TRACE_KEY_BYTES_MAX) return this.#refuse("key", end - start, times);
    if (valueBytes > TRACE_VALUE_BYTES_MAX) return this.#refuse("value", valueBytes, times);
    const operation = this.#operation;
    operation.key.copy(bytes, start, end);
    operation.kind = kind;
    operation.valueBytes = valueBytes;
    if (Number.isNaN(this.#firstUs)) this.#firstUs = this.timeUs;
    operation.timeUs = Math.max(operation.timeUs, this.timeUs - this.#firstUs);
    for (let time = 0; time < times; time++) this.#visitor.operation(operation);
  }

  #refuse(what: TooLong["what"], bytes: number, times: number): void {
    for (let time = 0; time < times; time++) this.#visitor.tooLong?.({ what, bytes, line: this.#line.number });
  }
}

/** Thrown by a visitor that has seen enough. */
export class EnoughError extends Error {
  override readonly name = "EnoughError";
}

/**
 * Goes through the chunks of a whole trace, or until the visitor says that it is over or throws an {@linkcode
 * EnoughError}.
 *
 * @throws {PersistError} when its file cannot be read
 */
export async function readTrace(
  chunks: AsyncIterable<Uint8Array>,
  format: TraceFormatName,
  visitor: TraceVisitor & { readonly isOver?: boolean },
): Promise<TraceReader> {
  const reader = new TraceReader(format, visitor);
  try {
    for await (const chunk of chunks) {
      if (visitor.isOver) break;
      reader.add(chunk);
    }
    reader.end();
  } catch (error) {
    if (!(error instanceof EnoughError)) throw error;
  }
  return reader;
}
