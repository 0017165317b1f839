/**
 * The log record codecs by the name of their serializer.
 *
 * @module
 */
import type { SerializerName } from "../codec.ts";
import { cborRecordCodec } from "./cbor_record.ts";
import { jsonRecordCodec } from "./json_record.ts";
import { rawRecordCodec } from "./raw_record.ts";
import type { RecordCodec } from "./record_codec.ts";

/** The log record codec of each serializer. */
export const RECORD_CODECS: Readonly<Record<SerializerName, RecordCodec>> = {
  json: jsonRecordCodec,
  cbor: cborRecordCodec,
  raw: rawRecordCodec,
};
