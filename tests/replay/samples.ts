/**
 * Small traces for tests: two in files, and lines of the other formats.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import type { TraceFormatName } from "../../lib/replay/format/formats.ts";
import { TRACE_FORMATS } from "../../lib/replay/format/formats.ts";
import type { LineOutcome } from "../../lib/replay/format/trace_format.ts";
import { temporaryDirectory } from "../run/files.ts";

/** A trace of Twitter's, packed: 600 lines over 12 seconds. */
export const TWITTER_TRACE = new URL("traces/twitter.csv.gz", import.meta.url).pathname;
/** One of kvlab's own: 400 operations in about a second. */
export const OWN_TRACE = new URL("traces/own.csv", import.meta.url).pathname;

/** Lines as each format has them. */
export const SAMPLES: Readonly<Record<TraceFormatName, string>> = {
  twitter: "0,nz:u:eeW511W3dcH3de3d15ec,22,304,5,get,0\n1,a,1,10,5,set,86400\n2,b,c,3,0,5,delete,0\n3,a,1,8,5,incr,0\n",
  redis: "OK\n" +
    '1460100081.165665 [0 127.0.0.1:51706] "set" "user:1" "a \\"quoted\\" value"\n' +
    '1460100081.165700 [0 lua] "GET" "user:1"\n' +
    '1460100081.2 [3 unix:/tmp/redis.sock] "mset" "\\x00\\xff" "12345" "b\\n" "6"\n' +
    '1460100082.000001 [0 [::1]:51706] "mget" "user:1" "b\\n" "none"\n' +
    '1460100082.1 [0 127.0.0.1:51706] "del" "user:1" "b\\n"\n' +
    '1460100082.2 [0 127.0.0.1:51706] "hset" "h" "f" "v"\n' +
    '1460100082.3 [0 127.0.0.1:51706] "setex" "t" "60" "abc"\n' +
    '1460100082.4 [0 127.0.0.1:51706] "incr" "n"\n',
  rocksdb: "0 0 0 1000 6B31\n1 0 100 2000 6B31\n2 0 0 3000 6B31\n4 0 0 3500 6B31\n6 0 0 3600 6B31\n5 1 7 4000 6b32\n",
  meta: "key,op,size,op_count,key_size\n1668473823,GET,82,3,40\n1668473824,SET,120,1,38\n1668473824,DELETE,0,1,38\n" +
    "1668473825,GET_LEASE,5,1,38\n1668473825,TOUCH,5,1,38\n",
  csv: 'time_us,operation,key,value_bytes\n0,put,a,10\n5,get,a,\n7,delete,"say ""b"", twice",\n9,scan,a,10\n',
};

/** An operation, as tests compare it. */
export interface Operation {
  readonly kind: number;
  readonly key: string;
  readonly valueBytes: number;
  readonly timeUs: number;
}

/** The operations of a text in a format, in its own times, and what each line is. */
export function parsed(format: TraceFormatName, text: string): { operations: Operation[]; outcomes: LineOutcome[] } {
  const operations: Operation[] = [];
  const sink = {
    timeUs: 0,
    operation(kind: number, bytes: Uint8Array, key: { start: number; end: number }, valueBytes: number, times: number) {
      const text = String.fromCharCode(...bytes.subarray(key.start, key.end));
      for (let i = 0; i < times; i++) operations.push({ kind, key: text, valueBytes, timeUs: this.timeUs });
    },
  };
  const parser = TRACE_FORMATS[format].createParser();
  const outcomes = text.replace(/\n$/, "").split("\n").map((line) => {
    const bytes = new TextEncoder().encode(line);
    return parser.parse(bytes, 0, bytes.length, sink);
  });
  return { operations, outcomes };
}

/** A file with a trace, plain or packed, until it is disposed of. */
export function traceFile(text: string | Uint8Array, { packed = false } = {}) {
  const directory = temporaryDirectory();
  const path = `${directory.path}/trace`;
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  Deno.writeFileSync(path, packed ? gzipSync(bytes) : bytes);
  return { path, [Symbol.dispose]: () => directory[Symbol.dispose]() };
}
