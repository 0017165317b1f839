/**
 * RocksDB's human-readable trace, as its `trace_analyzer` writes it with `-convert_to_human_readable_trace`: a line of
 * `type_id cf_id value_size time_us key`, the key in hexadecimal. Its versions put the key last, as they document it,
 * or first, with 0x before it; both are read.
 *
 * 0 (get) and 8 (multiget, a line for each key) read; 1 (put) and 5 (merge) put; 2 (delete) and 3 (single delete)
 * delete. Range deletes (4) and iterators (6, 7) are not replayed: how far they went is not in the trace. Column
 * families share one space of keys.
 *
 * @module
 */
import { hexByte, indexIn, SPACE, wholeNumberIn } from "./fields.ts";
import { LINE, type LineOutcome, LineParser, TRACE, type TraceFormat, type TraceSink } from "./trace_format.ts";

/** By type: what is done, or the name of what is not replayed. */
const TYPES: readonly (number | string)[] = [
  TRACE.READ,
  TRACE.PUT,
  TRACE.DELETE,
  TRACE.DELETE,
  "range_delete",
  TRACE.PUT,
  "iterator_Seek",
  "iterator_SeekForPrev",
  TRACE.READ,
];

const ZERO = 0x30;
const X = 0x78;

export const ROCKSDB: TraceFormat = {
  title: "RocksDB's human-readable trace",
  resolutionUs: 1,
  createParser: () => new RocksDbParser(),
};

class RocksDbParser extends LineParser {
  #bytes = new Uint8Array(1024);
  readonly #rest = { start: 0, end: 0 };

  protected override parseLine(bytes: Uint8Array, start: number, end: number, sink: TraceSink): LineOutcome {
    const rest = this.#rest;
    rest.start = start;
    rest.end = end;
    const isKeyFirst = bytes[start] === ZERO && bytes[start + 1] === X;
    const isKey = isKeyFirst && this.#takeKey(bytes, isKeyFirst);
    const type = this.#takeNumber(bytes);
    const family = this.#takeNumber(bytes);
    const valueBytes = this.#takeNumber(bytes);
    const timeUs = this.#takeNumber(bytes);
    if (type < 0 || family < 0 || valueBytes < 0 || timeUs < 0) return LINE.MALFORMED;
    if (!isKey && !this.#takeKey(bytes, isKeyFirst)) return LINE.MALFORMED;
    if (rest.start < rest.end) return LINE.MALFORMED;
    const kind = TYPES[type];
    if (typeof kind !== "number") {
      this.unknownName = kind ?? `type ${type}`;
      return LINE.UNKNOWN;
    }
    sink.timeUs = timeUs;
    sink.operation(kind, this.#bytes, this.key, valueBytes, 1);
    return LINE.REPLAYED;
  }

  /** Takes the next column off the line, as a number; -1 if it is none. */
  #takeNumber(bytes: Uint8Array): number {
    const from = this.#rest.start;
    return wholeNumberIn(bytes, from, this.#takeColumn(bytes));
  }

  /** Takes the next column off the line, and says where it ends. */
  #takeColumn(bytes: Uint8Array): number {
    const rest = this.#rest;
    const space = indexIn(bytes, SPACE, rest);
    const end = space < 0 ? rest.end : space;
    rest.start = end;
    while (rest.start < rest.end && bytes[rest.start] === SPACE) rest.start++;
    return end;
  }

  /** Takes the key off the line; false if there is none in hexadecimal. */
  #takeKey(bytes: Uint8Array, has0x: boolean): boolean {
    let from = this.#rest.start;
    const end = this.#takeColumn(bytes);
    if (has0x || (bytes[from] === ZERO && bytes[from + 1] === X)) from += 2;
    if (end <= from || (end - from) % 2 !== 0) return false;
    const length = (end - from) / 2;
    if (length > this.#bytes.length) this.#bytes = new Uint8Array(2 * length);
    for (let i = 0; i < length; i++) {
      const byte = hexByte(bytes, from + 2 * i);
      if (byte < 0) return false;
      this.#bytes[i] = byte;
    }
    this.key.end = length;
    return true;
  }
}
