/**
 * Room of the codecs: the interface between the shared store and the bytes of a shard file.
 *
 * @module
 */

/** The names of the serializers, in the order shown to users. */
export const SERIALIZER_NAMES = ["json", "cbor"] as const;

/** How a shard file is encoded; also the file's extension. */
export type SerializerName = typeof SERIALIZER_NAMES[number];
