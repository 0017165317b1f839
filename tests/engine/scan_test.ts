/**
 * Tests of scans: each ordered engine gives the records that a sorted array gives, in the order of the keys' bytes.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Connection } from "../../lib/engine/connection.ts";
import { ENGINE_NAMES, ENGINES, loadEngine } from "../../lib/engine/engines.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { temporaryDirectory } from "../run/files.ts";
import { EMBEDDED, prepare } from "./embedded.ts";
import { KeptBytes, keysOf, paddedOf, textOf } from "./ordered.ts";

const KEY = keysOf(20);

const STEP = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put"), key: KEY, size: fc.nat(300) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete"), key: KEY, size: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("scan"), key: KEY, size: fc.integer({ min: 1, max: 40 }) }) },
);

/** What a scan gives, keys and values by turns, and how many it says there were. */
async function scan(connection: Connection, key: Uint8Array, count: number): Promise<[number, string[]]> {
  const out = new KeptBytes(0);
  const found = await connection.scan?.(paddedOf(key), count, out);
  return [found ?? -1, out.contents];
}

/** What it should give. */
function expected(records: ReadonlyMap<string, string>, key: Uint8Array, count: number): [number, string[]] {
  const from = textOf(key);
  const names = [...records.keys()].filter((name) => name >= from).toSorted((a, b) => a < b ? -1 : 1).slice(0, count);
  return [names.length, names.flatMap((name) => [name, records.get(name) ?? ""])];
}

for (const embedded of EMBEDDED) {
  const [name, settings] = embedded;
  for (const inFlight of ENGINES[name].takes.includes("in-flight") ? [1, 4] : [1]) {
    Deno.test(`${name} ${JSON.stringify(settings)} with ${inFlight} in flight scans as a sorted array does`, async () => {
      using directory = temporaryDirectory();
      const seed = crypto.getRandomValues(new Int32Array(1))[0]!;
      const steps = fc.sample(STEP, { numRuns: 300, seed });
      const records = new Map<string, string>();
      const half = steps.length / 2;
      for (const [part, some] of [steps.slice(0, half), steps.slice(half)].entries()) {
        const prepared = await prepare(embedded, { output: directory.path, inFlight, valueBytesMax: 300 });
        const connection = await (await loadEngine(name)).connect(prepared.target);
        if (part === 0) {
          // More records than a page, a block or a batch of any engine has.
          connection.preload.begin();
          for (const key of fc.sample(KEY, { numRuns: 1500, seed })) {
            connection.preload.put(paddedOf(key), paddedOf(key));
            records.set(textOf(key), textOf(key));
          }
          await connection.preload.commit();
        }
        for (const [index, { kind, key, size }] of some.entries()) {
          const what = `seed ${seed}, step ${part * half + index}`;
          if (kind === "scan") {
            assertEquals(await scan(connection, key, size), expected(records, key, size), what);
          } else if (kind === "delete") {
            // Half of the time one that is there.
            const names = [...records.keys()];
            const there = names[index * 7919 % names.length] ?? "";
            const chosen = index % 2 === 0 ? key : Uint8Array.from(there, (character) => character.charCodeAt(0));
            await connection.delete(paddedOf(chosen));
            records.delete(textOf(chosen));
          } else {
            const value = new Uint8Array(size).fill(index % 256);
            await connection.put(paddedOf(key), paddedOf(value));
            records.set(textOf(key), textOf(value));
          }
        }
        for (const count of [1, records.size, records.size + 1000]) {
          const from = Uint8Array.of(0);
          assertEquals(await scan(connection, from, count), expected(records, from, count), `seed ${seed}`);
        }
        const beyond = new Uint8Array(21).fill(0xff);
        assertEquals(await scan(connection, beyond, 5), [0, []]);
        await connection.close();
        await prepared.close();
      }
    });
  }
}

Deno.test("a scan sees what another connection has put or deleted last", async () => {
  for (const embedded of EMBEDDED) {
    const prepared = await prepare(embedded, {});
    const engine = await loadEngine(embedded[0]);
    const [one, other] = [await engine.connect(prepared.target), await engine.connect(prepared.target)];
    const start = Uint8Array.of(0x61);
    for (let times = 0; times < 5; times++) {
      await one.put(PaddedBytes.of("b"), PaddedBytes.of(`${times}`));
      assertEquals(await scan(other, start, 3), [1, ["b", `${times}`]], embedded[0]);
      await one.delete(PaddedBytes.of("b"));
      assertEquals(await scan(other, start, 3), [0, []], embedded[0]);
    }
    for (const connection of [one, other]) await connection.close();
    await prepared.close();
  }
});

Deno.test("every embedded engine that is declared to have an order is scanned here", () => {
  const scanned = new Set(EMBEDDED.map(([name]) => name));
  for (const name of ENGINE_NAMES) {
    const { isOrdered, missing, takes } = ENGINES[name];
    if (isOrdered && !takes.includes("spawn") && missing?.() === undefined) assert(scanned.has(name), name);
  }
});
