/**
 * The interface of the log record codecs, which convert between what puts note and the bytes of a log's segments.
 *
 * A record is one put: its shard, the version that it created, its key, its value, and a CRC-32 of all of these. Or it
 * is one delete, and has no value.
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
   * Encodes a run's records into `out`, starting at `position`; `out` grows if it must. Nothing is allocated per
   * record. Sets the run's version to the one after its last record's.
   *
   * @returns the position after the last record
   */
  encode(run: RecordRun, out: OutputBuffer, position: number): number;

  /** Creates a reader of the records in these bytes. */
  reader(bytes: Uint8Array<ArrayBuffer>): RecordReader;
}

/** Reads records at any position in the bytes. */
export interface RecordReader {
  /** The last record read. */
  readonly shard: number;
  readonly version: number;
  readonly key: PaddedBytes;
  /** Its value; if it is a delete, whatever was there before. */
  readonly value: PaddedBytes;
  readonly isDelete: boolean;

  /**
   * Reads the record that begins at this position.
   *
   * @returns the position after it; -1 when no sound record begins there
   */
  read(position: number): number;

  /**
   * The first position after this one where a record could begin; used to find one after bytes that are not a record.
   */
  nextStart(position: number): number;
}
