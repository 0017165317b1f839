/**
 * Tests of the facts that each policy states of itself.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { loadWorkersWrite, type PersistencePolicy, policyOf } from "../../../lib/persist/policy/policies.ts";

const SYNCHRONOUS: PersistencePolicy = { kind: "synchronous", writePeriodUs: 1000 };
const ASYNCHRONOUS: PersistencePolicy = { kind: "asynchronous", queueDepth: 8, queueMemoryBytes: 1 };
const PERIODIC: PersistencePolicy = { kind: "periodic", flushPeriodUs: 50_000 };
const COMMIT: PersistencePolicy = { kind: "commit", commitDelayUs: 1000 };

Deno.test("PolicyModule.bound() says what each policy promises", () => {
  const boundOf = (policy: PersistencePolicy, flushMsMax?: number) =>
    policyOf(policy).bound(policy, { threads: 4, ...(flushMsMax === undefined ? {} : { flushMsMax }) });
  assertEquals(boundOf(SYNCHRONOUS), {});
  assertEquals(boundOf(ASYNCHRONOUS), { writes: 12 });
  assertEquals(boundOf(COMMIT), { writes: 0, ageMs: 0 });
  assertEquals(boundOf(PERIODIC), {}, "how long a sweep takes is not known beforehand");
  assertEquals([boundOf(PERIODIC, 20), boundOf(PERIODIC, 60)], [{ ageMs: 70 }, { ageMs: 120 }]);
});

Deno.test("loadWorkersWrite() says of each policy whether its puts write files", () => {
  const policies = [SYNCHRONOUS, ASYNCHRONOUS, PERIODIC, COMMIT];
  assertEquals(policies.map(loadWorkersWrite), [true, false, false, true]);
});
