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

/** Few and short, so that they meet each other; of the bytes that an engine might treat specially. */
const KEYS = fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => bytes.map((byte) => BYTES[byte % 8] ?? 0));
const BYTES = [0, 1, 0x27, 0x5c, 0x61, 0x7f, 0x80, 0xff];
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
  const key = paddedOf(operation.key), name = hexOf(operation.key);
  const out = new Recorder(0);
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
      assertEquals([await connection.get(key, out), ...out.copied], [
        expected.has(name),
        ...expected.has(name) ? [hexOf(expected.get(name)!)] : [],
      ]);
      break;
    case "scan": {
      const rows = [...expected].filter(([other]) => other >= name).sort(([a], [b]) => a < b ? -1 : 1);
      const wanted = rows.slice(0, operation.count).flatMap(([other, value]) => [other, hexOf(value)]);
      assertEquals([await connection.scan?.(key, operation.count, out), ...out.copied], [wanted.length / 2, ...wanted]);
    }
  }
}

/** Keeps all that is copied into it. */
class Recorder extends PaddedBytes {
  readonly copied: string[] = [];

  override copy(source: Uint8Array, start: number, end: number): void {
    super.copy(source, start, end);
    this.copied.push(hexOf(this.bytes.subarray(0, this.length)));
  }
}

function paddedOf(bytes: Uint8Array): PaddedBytes {
  const padded = new PaddedBytes(0);
  padded.copy(bytes, 0, bytes.length);
  return padded;
}

/** Of the same order as the bytes. */
function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
