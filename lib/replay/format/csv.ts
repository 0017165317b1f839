/**
 * kvlab's own format: CSV with the columns `time_us,operation,key,value_bytes`, with or without that heading.
 *
 * `read` or `get` reads; `update`, `insert`, `put` or `set` puts; `read_modify_write` does both; `delete` deletes. A
 * key in quotes has its own quotes doubled, as in all CSV; without them it may have commas all the same, because the
 * columns around it are counted from both ends. A read's `value_bytes` may be empty.
 *
 * @module
 */
import { COMMA, indexIn, NameTable, QUOTE, textIn, wholeNumberIn } from "./fields.ts";
import { isPut, LINE, type LineOutcome, LineParser, TRACE, type TraceFormat, type TraceSink } from "./trace_format.ts";

const HEADING = "time_us,operation,key,value_bytes";

const OPERATIONS = new NameTable({
  read: TRACE.READ,
  get: TRACE.READ,
  update: TRACE.PUT,
  insert: TRACE.PUT,
  put: TRACE.PUT,
  set: TRACE.PUT,
  read_modify_write: TRACE.READ_MODIFY_WRITE,
  delete: TRACE.DELETE,
});

export const CSV: TraceFormat = {
  title: "kvlab's CSV",
  resolutionUs: 1,
  createParser: () => new CsvParser(),
};

class CsvParser extends LineParser {
  #isFirst = true;
  #unquoted = new Uint8Array(1024);

  protected override parseLine(bytes: Uint8Array, start: number, end: number, sink: TraceSink): LineOutcome {
    if (this.#isFirst) {
      this.#isFirst = false;
      if (textIn(bytes, start, end).replaceAll(" ", "") === HEADING) return LINE.NO_OPERATION;
    }
    const timeEnd = indexIn(bytes, COMMA, { start, end });
    if (timeEnd < 0) return LINE.MALFORMED;
    const nameEnd = indexIn(bytes, COMMA, { start: timeEnd + 1, end });
    if (nameEnd < 0) return LINE.MALFORMED;
    let keyEnd = end;
    do keyEnd--; while (bytes[keyEnd] !== COMMA);
    if (keyEnd <= nameEnd + 1) return LINE.MALFORMED;
    const timeUs = wholeNumberIn(bytes, start, timeEnd);
    const valueBytes = wholeNumberIn(bytes, keyEnd + 1, end);
    if (timeUs < 0) return LINE.MALFORMED;
    const kind = OPERATIONS.find(bytes, timeEnd + 1, nameEnd);
    if (valueBytes < 0 && (isPut(kind) || keyEnd + 1 < end)) return LINE.MALFORMED;
    if (kind < 0) {
      this.unknownName = textIn(bytes, timeEnd + 1, nameEnd);
      return /^[A-Za-z][\w -]*$/.test(this.unknownName) ? LINE.UNKNOWN : LINE.MALFORMED;
    }
    const key = this.key;
    let keyBytes = bytes;
    if (bytes[nameEnd + 1] === QUOTE) {
      key.start = 0;
      key.end = this.#unquote(bytes, nameEnd + 1, keyEnd);
      keyBytes = this.#unquoted;
    } else {
      key.start = nameEnd + 1;
      key.end = keyEnd;
    }
    if (key.end <= key.start) return LINE.MALFORMED;
    sink.timeUs = timeUs;
    sink.operation(kind, keyBytes, key, Math.max(0, valueBytes), 1);
    return LINE.REPLAYED;
  }

  /** Takes the quotes off a key, and says how long it is then; -1 if they are wrong. */
  #unquote(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < 2 || bytes[end - 1] !== QUOTE) return -1;
    if (end - start > this.#unquoted.length) this.#unquoted = new Uint8Array(2 * (end - start));
    let length = 0;
    for (let at = start + 1; at < end - 1; at++) {
      if (bytes[at] === QUOTE && (++at === end - 1 || bytes[at] !== QUOTE)) return -1;
      this.#unquoted[length++] = bytes[at]!;
    }
    return length;
  }
}
