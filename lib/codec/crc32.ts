/**
 * CRC-32, the checksum of all formats.
 *
 * For short pieces calling the runtime's native function would cost more than it saves. They go by "slicing-by-8" of
 * Michael Kounavis and Frank Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators"
 * (2005): eight bytes at a time, each through its own table.
 *
 * @module
 */
/** Length of a CRC-32 as text. */
export const CRC32_LENGTH = 8;

/** A checksum is computed over pieces of this many bytes, because zlib takes 32-bit lengths. */
const PIECE_BYTES = 2 ** 30;

/** From this many bytes on, the native function is faster. */
const LONG_BYTES = 256;

/** The polynomial of zlib, reflected. */
const POLYNOMIAL = 0xedb88320;

/** Eight tables of 256 words: table `t` is for a byte that is followed by `t` more bytes. */
const TABLES = createTables();

/** The native function, once it has been loaded: that takes longer than all that a short run does with it. */
let native: typeof import("node:zlib").crc32 | undefined;

/** Loads the native function, for a thread that would otherwise do so in the middle of a load. */
export function loadNativeCrc32(): void {
  native ??= globalThis.process.getBuiltinModule("node:zlib").crc32;
}

function nativeCrc32(bytes: Uint8Array, before = 0): number {
  if (native === undefined) loadNativeCrc32();
  return native!(bytes, before);
}

/** The CRC-32 of the first `length` bytes, as an unsigned 32-bit integer. */
export function crc32(bytes: Uint8Array, length: number): number {
  let crc = 0;
  for (let start = 0; start < length; start += PIECE_BYTES) {
    crc = nativeCrc32(bytes.subarray(start, Math.min(length, start + PIECE_BYTES)), crc);
  }
  return crc;
}

/** A CRC-32 as eight lowercase hexadecimal digits. */
export function crc32Hex(crc: number): string {
  return (crc >>> 0).toString(16).padStart(CRC32_LENGTH, "0");
}

/** The CRC-32 of the bytes from `start` up to `end`, most often few, as a signed 32-bit integer. */
export function shortCrc32(view: DataView<ArrayBufferLike>, start: number, end: number): number {
  if (end - start >= LONG_BYTES) {
    return nativeCrc32(new Uint8Array(view.buffer, view.byteOffset + start, end - start)) | 0;
  }
  const tables = TABLES;
  let crc = -1;
  let at = start | 0;
  for (const last = (end - 8) | 0; at <= last; at = (at + 8) | 0) {
    const low = view.getInt32(at, true) ^ crc;
    const high = view.getInt32((at + 4) | 0, true);
    crc = tables[1792 + (low & 0xff)]! ^ tables[1536 + ((low >>> 8) & 0xff)]! ^
      tables[1280 + ((low >>> 16) & 0xff)]! ^ tables[1024 + (low >>> 24)]! ^
      tables[768 + (high & 0xff)]! ^ tables[512 + ((high >>> 8) & 0xff)]! ^
      tables[256 + ((high >>> 16) & 0xff)]! ^ tables[high >>> 24]!;
  }
  for (; at < end; at = (at + 1) | 0) crc = (crc >>> 8) ^ tables[(crc ^ view.getUint8(at)) & 0xff]!;
  return ~crc;
}

function createTables(): Int32Array<ArrayBuffer> {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256]!;
    tables[i] = (before >>> 8) ^ tables[before & 0xff]!;
  }
  return tables;
}
