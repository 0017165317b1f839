/**
 * The codecs by the name of their serializer.
 *
 * @module
 */
import { cborCodec } from "./cbor.ts";
import type { Codec, SerializerName } from "./codec.ts";
import { jsonCodec } from "./json.ts";
import { rawCodec } from "./raw.ts";

/** The codec of each serializer. */
export const CODECS: Readonly<Record<SerializerName, Codec>> = {
  json: jsonCodec,
  cbor: cborCodec,
  raw: rawCodec,
};
