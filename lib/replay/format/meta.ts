/**
 * Meta's traces of its key-value caches, as of 2022: CSV with the columns `key,op,size,op_count,key_size` and later
 * also `ttl` and others, in the order that the heading gives. `op_time`, in seconds, is there in later ones only. As
 * CacheLib's `KVReplayGenerator` reads them.
 *
 * `GET` and `GET_LEASE` read, `SET` and `SET_LEASE` put, `DELETE` deletes, each `op_count` times; all are in capitals.
 * The key is taken as it stands, whatever its size is said to be.
 *
 * @module
 */
import { COMMA, NameTable, secondsInUs, textIn, wholeNumberIn } from "./fields.ts";
import { LINE, type LineOutcome, LineParser, TRACE, type TraceFormat, type TraceSink } from "./trace_format.ts";

const OPERATIONS = new NameTable({
  get: TRACE.READ,
  get_lease: TRACE.READ,
  set: TRACE.PUT,
  set_lease: TRACE.PUT,
  delete: TRACE.DELETE,
});

/** The columns that mean something here; -1: not there. */
interface Columns {
  readonly key: number;
  readonly op: number;
  readonly size: number;
  readonly op_count: number;
  readonly op_time: number;
}

/** Those of 2022, where no heading says otherwise. */
const USUAL: Columns = { key: 0, op: 1, size: 2, op_count: 3, op_time: -1 };
const COLUMNS_MAX = 32;
/** No line has more operations; a damaged one that seems to would take for ever. */
const OP_COUNT_MAX = 1 << 24;

export const META: TraceFormat = {
  title: "Meta's CSV",
  resolutionUs: 1e6,
  createParser: () => new MetaParser(),
};

class MetaParser extends LineParser {
  #columns = USUAL;
  /** How many columns a line has at least. */
  #count = 3;
  #isFirst = true;
  /** Where each column starts, and one behind the end of the last. */
  readonly #starts = new Int32Array(COLUMNS_MAX + 1);

  override get hasTimes(): boolean {
    return this.#columns.op_time >= 0;
  }

  protected override parseLine(bytes: Uint8Array, start: number, end: number, sink: TraceSink): LineOutcome {
    if (this.#isFirst) {
      this.#isFirst = false;
      if (this.#readHeading(textIn(bytes, start, end))) return LINE.NO_OPERATION;
    }
    const starts = this.#starts;
    const count = this.#split(bytes, start, end);
    if (count < this.#count) return LINE.MALFORMED;
    const { key, op, size, op_count: opCount, op_time: opTime } = this.#columns;
    const valueBytes = wholeNumberIn(bytes, starts[size]!, starts[size + 1]! - 1);
    const times = opCount < 0 || opCount >= count
      ? 1
      : wholeNumberIn(bytes, starts[opCount]!, starts[opCount + 1]! - 1);
    const timeUs = opTime < 0 ? 0 : secondsInUs(bytes, starts[opTime]!, starts[opTime + 1]! - 1);
    this.key.start = starts[key]!;
    this.key.end = starts[key + 1]! - 1;
    if (valueBytes < 0 || times < 1 || times > OP_COUNT_MAX || timeUs < 0) return LINE.MALFORMED;
    if (this.key.start === this.key.end) return LINE.MALFORMED;
    const [opStart, opEnd] = [starts[op]!, starts[op + 1]! - 1];
    if (!isCapital(bytes[opStart]!)) return LINE.MALFORMED;
    const kind = OPERATIONS.find(bytes, opStart, opEnd);
    if (kind < 0) {
      this.unknownName = textIn(bytes, opStart, opEnd);
      return LINE.UNKNOWN;
    }
    sink.timeUs = timeUs;
    sink.operation(kind, bytes, this.key, valueBytes, times);
    return LINE.REPLAYED;
  }

  /** Finds the columns of a line, and says how many there are. */
  #split(bytes: Uint8Array, start: number, end: number): number {
    const starts = this.#starts;
    starts[0] = start;
    let count = 1;
    for (let at = start; at < end && count < COLUMNS_MAX; at++) if (bytes[at] === COMMA) starts[count++] = at + 1;
    starts[count] = end + 1;
    return count;
  }

  /** Whether the line is a heading, which then says where the columns are. */
  #readHeading(line: string): boolean {
    const names = line.split(",").map((name) => name.trim());
    const at = (name: string) => names.indexOf(name);
    if (["key", "op", "size"].some((name) => at(name) < 0)) return false;
    this.#columns = {
      key: at("key"),
      op: at("op"),
      size: at("size"),
      op_count: at("op_count"),
      op_time: at("op_time"),
    };
    this.#count = 1 + Math.max(...Object.values(this.#columns));
    return true;
  }
}

function isCapital(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}
