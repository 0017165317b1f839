/**
 * The interface of the codecs of log records: between what puts note and the bytes of a log's segments.
 *
 * A record is one put: its shard, the version that it made, its key, its value, and a CRC-32 of all that.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import type { SerializerName } from "../codec.ts";
import type { OutputBuffer } from "../output_buffer.ts";
import type { RecordRun } from "./record_run.ts";

/** Writes and reads records in one format. */
export interface RecordCodec {
  readonly name: SerializerName;

  /**
   * Encodes a run's records into `out` from `position` on; `out` grows if it must. Nothing is allocated per record. Leaves
   * the version after the last record's in the run.
   *
   * @returns the position after the last record
   */
  encode(run: RecordRun, out: OutputBuffer, position: number): number;

  /** Begins to read records out of these bytes. */
  reader(bytes: Uint8Array<ArrayBuffer>): RecordReader;
}

/** Reads records, wherever they are in the bytes. */
export interface RecordReader {
  /** The record read last. */
  readonly shard: number;
  readonly version: number;
  readonly key: PaddedBytes;
  readonly value: PaddedBytes;

  /**
   * Reads the record that begins at this position.
   *
   * @returns the position after it; -1 when no sound record begins there
   */
  read(position: number): number;

  /** The first position after this one where a record could begin, for finding one behind bytes that are none. */
  nextStart(position: number): number;
}
