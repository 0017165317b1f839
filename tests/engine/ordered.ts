/**
 * Holds a connection against a sorted list of what it should have: puts, deletes, gets and scans in any sequence, with
 * keys of any bytes.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Connection } from "../../lib/engine/connection.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

/** Of few different bytes, so that keys share beginnings, or are equal; among them those that engines may escape. */
export function keysOf(bytesMax: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: 1, maxLength: bytesMax }).map((bytes) =>
    bytes.map((byte) => BYTES[byte % 10] ?? 0)
  );
}
const BYTES = [0, 1, 0x27, 0x2f, 0x5c, 0x61, 0x7f, 0x80, 0xfe, 0xff];

/** Short, so that they meet each other. */
const KEYS = keysOf(3);
const VALUES = fc.uint8Array({ maxLength: 40 });

const OPERATIONS = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("put" as const), key: KEYS, value: VALUES }),
    fc.record({ kind: fc.constant("delete" as const), key: KEYS }),
    fc.record({ kind: fc.constant("get" as const), key: KEYS }),
    fc.record({ kind: fc.constant("scan" as const), key: KEYS, count: fc.integer({ min: 1, max: 12 }) }),
  ),
  { minLength: 20, maxLength: 60 },
);

/** @param connection to a store that holds nothing */
export async function assertLikeSortedList(connection: Connection, runs: number): Promise<void> {
  const expected = new Map<string, Uint8Array>();
  await fc.assert(
    fc.asyncProperty(OPERATIONS, async (operations) => {
      for (const operation of operations) await operate(connection, operation, expected);
    }),
    { numRuns: runs, endOnFailure: true },
  );
}

type Operation = (typeof OPERATIONS extends fc.Arbitrary<infer List> ? List : never) extends readonly (infer One)[]
  ? One
  : never;

async function operate(connection: Connection, operation: Operation, expected: Map<string, Uint8Array>) {
  const key = paddedOf(operation.key), name = textOf(operation.key);
  const out = new KeptBytes(0);
  switch (operation.kind) {
    case "put":
      await connection.put(key, paddedOf(operation.value));
      expected.set(name, operation.value);
      break;
    case "delete":
      await connection.delete(key);
      expected.delete(name);
      break;
    case "get":
      assertEquals([await connection.get(key, out), ...out.contents], [
        expected.has(name),
        ...expected.has(name) ? [textOf(expected.get(name)!)] : [],
      ]);
      break;
    case "scan": {
      const rows = [...expected].filter(([other]) => other >= name).sort(([a], [b]) => a < b ? -1 : 1);
      const wanted = rows.slice(0, operation.count).flatMap(([other, value]) => [other, textOf(value)]);
      assertEquals([await connection.scan?.(key, operation.count, out), ...out.contents], [
        wanted.length / 2,
        ...wanted,
      ]);
    }
  }
}

/** Keeps all that is copied into it, as texts. */
export class KeptBytes extends PaddedBytes {
  readonly contents: string[] = [];

  override end(length: number): void {
    super.end(length);
    this.contents.push(textOf(this.bytes.subarray(0, length)));
  }
}

export function paddedOf(bytes: Uint8Array): PaddedBytes {
  const padded = new PaddedBytes(bytes.length);
  padded.copy(bytes, 0, bytes.length);
  return padded;
}

/** A character for each byte, and so of the same order as the bytes. */
export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
