/**
 * Tests of the ledger: each shard has its own record, and all who attach see the same.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Ledger } from "../../lib/persist/ledger.ts";

Deno.test("Ledger.create() says of every shard that version 0 was written at time 0", () => {
  const ledger = Ledger.create(3);
  for (const shard of [0, 1, 2]) {
    assertEquals(ledger.writtenVersion(shard), 0);
    assertEquals(ledger.writtenAtMs(shard), 0);
  }
});

Deno.test("Ledger.recordWritten() changes the record of its own shard only when shards are neighbours", () => {
  const ledger = Ledger.create(3);
  ledger.recordWritten(1, 7, 1.5);
  assertEquals([0, 1, 2].map((shard) => ledger.writtenVersion(shard)), [0, 7, 0]);
  assertEquals([0, 1, 2].map((shard) => ledger.writtenAtMs(shard)), [0, 1.5, 0]);
});

Deno.test("Ledger.recordWritten() keeps versions beyond 32 bits and the newest of several", () => {
  const ledger = Ledger.create(1);
  for (const version of [1, 2 ** 32, Number.MAX_SAFE_INTEGER]) ledger.recordWritten(0, version, version / 1000);
  assertEquals(ledger.writtenVersion(0), Number.MAX_SAFE_INTEGER);
  assertEquals(ledger.writtenAtMs(0), Number.MAX_SAFE_INTEGER / 1000);
});

Deno.test("Ledger.attach() shares the records when one side writes", () => {
  const ledger = Ledger.create(2);
  const attached = Ledger.attach(structuredClone(ledger.handle()));
  ledger.recordWritten(1, 3, 4);
  assertEquals(attached.writtenVersion(1), 3);
  attached.recordWritten(0, 5, 6);
  assertEquals(ledger.writtenVersion(0), 5);
  assertEquals(ledger.writtenAtMs(0), 6);
});
