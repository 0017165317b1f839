/**
 * The codecs of snapshots, of blocks and of records of logs, by the name of their serializer.
 *
 * @module
 */
import { cborCodec } from "./cbor.ts";
import type { Codec, SerializerName } from "./codec.ts";
import { jsonCodec } from "./json.ts";
import { rawCodec } from "./raw.ts";
import type { BlockCodec } from "./block/block_codec.ts";
import { cborBlockCodec } from "./block/cbor_block.ts";
import { jsonBlockCodec } from "./block/json_block.ts";
import { rawBlockCodec } from "./block/raw_block.ts";
import { cborRecordCodec } from "./record/cbor_record.ts";
import { jsonRecordCodec } from "./record/json_record.ts";
import { rawRecordCodec } from "./record/raw_record.ts";
import type { RecordCodec } from "./record/record_codec.ts";

/** The codec of each serializer. */
export const CODECS: Readonly<Record<SerializerName, Codec>> = {
  json: jsonCodec,
  cbor: cborCodec,
  raw: rawCodec,
};

/** The block codec of each serializer. */
export const BLOCK_CODECS: Readonly<Record<SerializerName, BlockCodec>> = {
  json: jsonBlockCodec,
  cbor: cborBlockCodec,
  raw: rawBlockCodec,
};

/** The log record codec of each serializer. */
export const RECORD_CODECS: Readonly<Record<SerializerName, RecordCodec>> = {
  json: jsonRecordCodec,
  cbor: cborRecordCodec,
  raw: rawRecordCodec,
};
