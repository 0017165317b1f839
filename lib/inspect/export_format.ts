/**
 * The export's formats: one document, encoded piece by piece so that it need never be in memory as a whole.
 *
 * The document is a map of `format` ({@linkcode EXPORT_FORMAT}), `shards`, `count`, and `entries`, a map from key to
 * value. In JSON each entry has a line of its own:
 *
 * ```text
 * {"format":"kvlab-export/1","shards":128,"count":2,"entries":{
 * "Key1":"foo",
 * "Key2":"foo"
 * }}
 * ```
 *
 * In CBOR it is the same map, of definite length.
 *
 * @module
 */
import { encodeCbor } from "@std/cbor";
import type { ExportEntry } from "../persist/layout/part.ts";

/** The `format` member of every export. */
const EXPORT_FORMAT = "kvlab-export/1";

/** How an export is encoded. */
export type ExportFormat = "json" | "cbor";

/** The beginning of an export, before its entries. */
export interface ExportHead {
  /** Number of shards that the entries were in. */
  readonly shards: number;
  /** Number of entries. */
  readonly count: number;
}

/** Encodes an export: its head, its entries in batches, its tail. The pieces concatenated are the document. */
export interface ExportEncoder {
  head(head: ExportHead): Uint8Array;
  /**
   * @param entries at least one
   * @param first whether these are the first entries
   */
  entries(entries: readonly ExportEntry[], first: boolean): Uint8Array;
  tail(head: ExportHead): Uint8Array;
}

const utf8 = new TextEncoder();

const jsonEncoder: ExportEncoder = {
  head({ shards, count }) {
    return utf8.encode(`{"format":"${EXPORT_FORMAT}","shards":${shards},"count":${count},"entries":{\n`);
  },
  entries(entries, first) {
    const lines = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    return utf8.encode((first ? "" : ",\n") + lines.join(",\n"));
  },
  tail({ count }) {
    return utf8.encode(count === 0 ? "}}\n" : "\n}}\n");
  },
};

/** The major type of a map, in its place above the argument; an unsigned integer's is 0. */
const MAP = 0xa0;

const cborEncoder: ExportEncoder = {
  head({ shards, count }) {
    const withoutEntries = encodeCbor({ format: EXPORT_FORMAT, shards, count, entries: {} });
    return Uint8Array.of(...withoutEntries.subarray(0, -1), ...mapHead(count));
  },
  entries(entries) {
    return encodeCbor(Object.fromEntries(entries)).subarray(mapHead(entries.length).length);
  },
  tail() {
    return new Uint8Array(0);
  },
};

/** The head of a map of definite length: an unsigned integer with another major type. */
function mapHead(count: number): Uint8Array {
  const head = Uint8Array.from(encodeCbor(count));
  head[0] = MAP | (head[0] ?? 0);
  return head;
}

/** The encoder of each format. */
export const EXPORT_ENCODERS: Readonly<Record<ExportFormat, ExportEncoder>> = { json: jsonEncoder, cbor: cborEncoder };
