/**
 * What the queue's tests queue: for each shard and version other bytes, which anyone can tell again.
 *
 * @module
 */

/** Random bytes that never repeat, out of which every payload is a piece; so none is a shifted other one. */
const PATTERN = randomBytes(512 * 1024);

/** The bytes of a shard's snapshot, none to `lengthMax` of them, at most 256 KiB. */
export function payloadOf(shard: number, version: number, lengthMax: number): Uint8Array<ArrayBuffer> {
  const length = (mix(shard, version) >>> 0) % (lengthMax + 1);
  return payloadOfLength(shard, version, length);
}

/** As {@linkcode payloadOf}, of a given length. */
export function payloadOfLength(shard: number, version: number, length: number): Uint8Array<ArrayBuffer> {
  const start = (mix(version, shard + 1) >>> 0) % (PATTERN.length - length);
  return PATTERN.subarray(start, start + length);
}

/** Whether both hold the same bytes; compares the last first, because copies come to it last. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array): boolean {
  if (actual.length !== expected.length) return false;
  for (let i = expected.length - 1; i >= 0; i--) if (actual[i] !== expected[i]) return false;
  return true;
}

/** Two numbers made into one of 32 bits that looks random: the finalizer of MurmurHash3. */
export function mix(a: number, b: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ b;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count }, (_, i) => mix(i, 0x6b766c62));
}
