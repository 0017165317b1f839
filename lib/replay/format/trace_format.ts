/**
 * What a format of traces is: how a line of it is read.
 *
 * @module
 */

/** The kinds of operations in a trace, as small integers. */
export const TRACE = { READ: 0, PUT: 1, READ_MODIFY_WRITE: 2, DELETE: 3 } as const;

/** Number of kinds. */
export const TRACE_KINDS = Object.keys(TRACE).length;

/** Whether operations of a kind put a value. */
export function isPut(kind: number): boolean {
  return kind === TRACE.PUT || kind === TRACE.READ_MODIFY_WRITE;
}

/** How many operations put a value, of which there are so many of each kind. */
export function putsIn(kinds: readonly number[]): number {
  return kinds.reduce((puts, count, kind) => isPut(kind) ? puts + count : puts, 0);
}

/** What a line was. */
export const LINE = {
  REPLAYED: 0,
  /** An operation that is well-formed, and has no counterpart in a key-value store of plain values. */
  UNKNOWN: 1,
  /** Not a line of this format. */
  MALFORMED: 2,
  /** Nothing that is to be counted as either: a heading, an empty line. */
  NO_OPERATION: 3,
} as const;

/** One of the above. */
export type LineOutcome = typeof LINE[keyof typeof LINE];

/** Takes the operations of a trace, in their order. */
export interface TraceSink {
  /** When the operations that follow were done, in microseconds from whatever the trace counts from. */
  timeUs: number;
  /**
   * Takes an operation.
   *
   * @param kind one of the kinds above
   * @param bytes has the key from `start` up to `end`, until the call returns
   * @param valueBytes size of the value that is put; of a read, of the value that it got, 0 if that is not known
   * @param times how often it was done, one right after another
   */
  operation(kind: number, bytes: Uint8Array, key: KeyRange, valueBytes: number, times: number): void;
}

/** Where a key stands among bytes. */
export interface KeyRange {
  start: number;
  end: number;
}

/** Reads the lines of one trace, from the first on. */
export abstract class LineParser {
  /** The name of the operation of the last line that was unknown. */
  unknownName = "";
  /** The key of the operation at hand. */
  protected readonly key: KeyRange = { start: 0, end: 0 };

  /** Whether the lines read so far tell when their operations were done. */
  get hasTimes(): boolean {
    return true;
  }

  /** Reads the line from `start` up to `end`, without its end of line, and gives its operations to the sink. */
  parse(bytes: Uint8Array, start: number, end: number, sink: TraceSink): LineOutcome {
    return start === end ? LINE.NO_OPERATION : this.parseLine(bytes, start, end, sink);
  }

  /** The same for a line that is not empty. */
  protected abstract parseLine(bytes: Uint8Array, start: number, end: number, sink: TraceSink): LineOutcome;
}

/** A format of traces. */
export interface TraceFormat {
  /** What it is called in sentences. */
  readonly title: string;
  /** How exact its times are, in microseconds: operations with the same time are spread evenly over so long. */
  readonly resolutionUs: number;
  createParser(): LineParser;
}
