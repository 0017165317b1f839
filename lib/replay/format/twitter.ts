/**
 * Twitter's cache-trace: `timestamp,key,key size,value size,client id,operation,TTL`, the time in seconds, as described
 * in https://github.com/twitter/cache-trace.
 *
 * `get` and `gets` read. `set`, `add`, `replace` and `cas` put, whether or not they did so then. `append`, `prepend`,
 * `incr` and `decr` are a read-modify-write, which is what a store of plain values has to do for them. `delete`
 * deletes. The key is taken as it stands, whatever its size is said to be. It may have commas: the columns behind it
 * are counted from the end of the line.
 *
 * @module
 */
import { COMMA, NameTable, secondsInUs, textIn, wholeNumberIn } from "./fields.ts";
import { LINE, type LineOutcome, LineParser, TRACE, type TraceFormat, type TraceSink } from "./trace_format.ts";

/** Columns behind the key: its size, the value's size, the client, the operation, the TTL. */
const COLUMNS_BEHIND = 5;

const OPERATIONS = new NameTable({
  get: TRACE.READ,
  gets: TRACE.READ,
  set: TRACE.PUT,
  add: TRACE.PUT,
  replace: TRACE.PUT,
  cas: TRACE.PUT,
  append: TRACE.READ_MODIFY_WRITE,
  prepend: TRACE.READ_MODIFY_WRITE,
  incr: TRACE.READ_MODIFY_WRITE,
  decr: TRACE.READ_MODIFY_WRITE,
  delete: TRACE.DELETE,
});

export const TWITTER: TraceFormat = {
  title: "Twitter's cache-trace",
  resolutionUs: 1e6,
  createParser: () => new TwitterParser(),
};

class TwitterParser extends LineParser {
  /** Where the commas behind the key are, the first one first. */
  readonly #commas = new Int32Array(COLUMNS_BEHIND);

  protected override parseLine(bytes: Uint8Array, start: number, end: number, sink: TraceSink): LineOutcome {
    const key = this.key;
    const commas = this.#commas;
    key.start = bytes.indexOf(COMMA, start) + 1;
    if (key.start === 0) return LINE.MALFORMED;
    let at = end;
    for (let column = COLUMNS_BEHIND - 1; column >= 0; column--) {
      do at--; while (at >= key.start && bytes[at] !== COMMA);
      if (at < key.start) return LINE.MALFORMED;
      commas[column] = at;
    }
    key.end = at;
    const timeUs = secondsInUs(bytes, start, key.start - 1);
    const valueBytes = wholeNumberIn(bytes, commas[1]! + 1, commas[2]!);
    const [keyBytes, ttl] = [wholeNumberIn(bytes, at + 1, commas[1]!), wholeNumberIn(bytes, commas[4]! + 1, end)];
    if (timeUs < 0 || keyBytes < 0 || valueBytes < 0 || ttl < 0 || key.start === key.end) return LINE.MALFORMED;
    const kind = OPERATIONS.find(bytes, commas[3]! + 1, commas[4]!);
    if (kind < 0) {
      this.unknownName = textIn(bytes, commas[3]! + 1, commas[4]!);
      return LINE.UNKNOWN;
    }
    sink.timeUs = timeUs;
    sink.operation(kind, bytes, key, valueBytes, 1);
    return LINE.REPLAYED;
  }
}
