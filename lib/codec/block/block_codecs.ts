/**
 * The block codecs by the name of their serializer.
 *
 * @module
 */
import type { SerializerName } from "../codec.ts";
import type { BlockCodec } from "./block_codec.ts";
import { cborBlockCodec } from "./cbor_block.ts";
import { jsonBlockCodec } from "./json_block.ts";
import { rawBlockCodec } from "./raw_block.ts";

/** The block codec of each serializer. */
export const BLOCK_CODECS: Readonly<Record<SerializerName, BlockCodec>> = {
  json: jsonBlockCodec,
  cbor: cborBlockCodec,
  raw: rawBlockCodec,
};
