/**
 * Tests of judging the history of a failover, with doubles of a cluster in whose failovers a fault is planted.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { FailoverLoad } from "../../lib/crash/failover_load.ts";
import { FoundRecords } from "../../lib/crash/found_records.ts";
import { FailureHistory } from "../../lib/crash/failure_history.ts";
import type { AsynchronousConnection } from "../../lib/engine/connection.ts";
import { HistoryTape } from "../../lib/history/tape.ts";
import { NumberedMix } from "../../lib/load/numbered_load.ts";
import { sharesOf } from "../../lib/load/operation.ts";
import type { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { delay, until } from "../../lib/sync/delay.ts";
import { sharedNowMs } from "../../lib/sync/shared_time.ts";
import { countLosses, MIX as PUTS, ROUND } from "./fixtures.ts";

const MIX = { ...PUTS, shares: sharesOf({ read: 0.6, update: 0.4 }) };

/** What each key holds. */
type Content = Map<string, Uint8Array>;

/** A primary, of which a replica has some; each operation takes a turn of the event loop. */
class Cluster {
  primary: Content = new Map();
  /** What has been put since it was last copied. */
  replica: Content = new Map();
  isDown = false;
  #operations = 0;

  /** Resolves when so many more operations have been done. */
  async operations(count: number): Promise<void> {
    const end = this.#operations + count;
    await until(() => this.#operations >= end, { what: "operations", timeoutMs: 30_000 });
  }

  /** Goes on with what the replica has. */
  failOver(): void {
    this.primary = new Map(this.replica);
    this.isDown = false;
  }

  connection(parts: Partial<AsynchronousConnection> = {}): AsynchronousConnection {
    const turn = async () => {
      await delay(0);
      this.#operations++;
      if (this.isDown) throw new Error("it is down");
    };
    return {
      kind: "asynchronous",
      waits: [],
      preload: { begin() {}, put() {}, commit() {} },
      put: async (key, value) => {
        // Of those that are refused, some take effect all the same.
        const takesEffect = this.isDown && key.bytes[key.length - 1]! % 2 === 0;
        if (takesEffect) this.primary.set(key.toString(), copyOf(value));
        await turn();
        this.primary.set(key.toString(), copyOf(value));
      },
      get: async (key, out) => {
        await turn();
        return copied(this.primary.get(key.toString()), out);
      },
      delete: async (key) => {
        await turn();
        this.primary.delete(key.toString());
      },
      close() {},
      ...parts,
    };
  }
}

function copyOf({ bytes, length }: PaddedBytes): Uint8Array {
  return bytes.slice(0, length);
}

function copied(value: Uint8Array | undefined, out: PaddedBytes): boolean {
  if (value !== undefined) out.copy(value, 0, value.length);
  return value !== undefined;
}

/** Runs a load of two clients over a failover, and judges it. */
async function judged(
  cluster: Cluster,
  connections: readonly AsynchronousConnection[],
  failOver: () => void | Promise<void>,
  { afterwards = 200 } = {},
) {
  const load = new NumberedMix(MIX);
  const tape = HistoryTape.create(connections.length, 2 ** 18);
  const before = new FoundRecords(MIX.keyCountMax);
  const running = new FailoverLoad({ connections, lanes: 4, load, seed: 5, round: ROUND, tape });
  await running.during(async () => {
    await cluster.operations(200);
    await failOver();
    await cluster.operations(afterwards);
  });
  const found = await FoundRecords.read(cluster.connection(), load);
  const { testimony } = running;
  const losses = countLosses({
    found,
    foundFirst: before,
    foundBefore: before,
    testimony,
    load,
    seed: 5,
    round: ROUND,
  });
  const parts = { mix: MIX, round: ROUND, before, failedAtMs: sharedNowMs() };
  const history = await FailureHistory.ofOutlived(parts, tape).judge(found);
  assertGreater(history.operations, 50);
  return { losses, names: new Set(history.contradictions.map(({ name }) => name)), history };
}

Deno.test("a failover that refuses operations for a while and forgets none is linearizable", async () => {
  const cluster = new Cluster();
  const { losses, names } = await judged(cluster, [cluster.connection(), cluster.connection()], async () => {
    cluster.isDown = true;
    await cluster.operations(20);
    cluster.isDown = false;
  });
  assertGreater(losses.refused, 0);
  assertEquals([losses.lost, names.size], [0, 0]);
});

Deno.test("a failover that forgets the last writes is not linearizable", async () => {
  const cluster = new Cluster();
  const { history } = await judged(cluster, [cluster.connection(), cluster.connection()], async () => {
    cluster.replica = new Map(cluster.primary);
    await cluster.operations(50);
    cluster.failOver();
  });
  // Though puts that follow may make up for each loss before anybody could find it at last.
  assertGreater(history.contradicting, 0);
  // The fewest operations that show it: what was put, and a later read of what was there before.
  assert(history.contradictions.every(({ operations }) => operations.length <= 4));
});

Deno.test("a client that still reads from the old primary is convicted, though nothing is lost", async () => {
  const cluster = new Cluster();
  let old: Content | undefined;
  const stuck = cluster.connection({
    get: async (key, out) => {
      await delay(0);
      return copied((old ?? cluster.primary).get(key.toString()), out);
    },
  });
  const { losses, names } = await judged(cluster, [cluster.connection(), stuck], () => {
    cluster.replica = new Map(cluster.primary);
    old = cluster.primary;
    cluster.failOver();
  });
  assertEquals([losses.lost, names.size > 0], [0, true]);
  assert(names.has("stale read"), [...names].join());
});

Deno.test("what a client has given up may take effect after its next write, and is neither a loss nor a contradiction", async () => {
  const cluster = new Cluster();
  const healthy = cluster.connection();
  let resume = () => {};
  const resumed = new Promise<void>((resolve) => resume = resolve);
  let isHanging = false;
  let lookedElsewhere = 0;
  const hanging = cluster.connection({
    put: async (key, value) => {
      if (isHanging) await resumed;
      await healthy.put(key, value);
    },
    lookElsewhere: () => {
      isHanging = false;
      lookedElsewhere++;
    },
  });
  const { losses, names } = await judged(cluster, [cluster.connection(), hanging], async () => {
    isHanging = true;
    await delay(1300);
    resume();
  }, { afterwards: 0 });
  assertGreater(lookedElsewhere, 0);
  assertGreater(losses.refused, 0);
  assertEquals([losses.lost, [...names]], [0, []]);
});

Deno.test("a failover that fails is not held up by what waits for it for ever", async () => {
  const cluster = new Cluster();
  const never = cluster.connection({ get: () => new Promise(() => {}), put: () => new Promise(() => {}) });
  const failing = () => Promise.reject(new Error("no replica takes over"));
  await assertRejects(() => judged(cluster, [never, cluster.connection()], failing), Error, "no replica takes over");
});

Deno.test("FailoverLoad.refusal says why operations are refused", async () => {
  const cluster = new Cluster();
  const load = new NumberedMix(MIX);
  const running = new FailoverLoad({ connections: [cluster.connection()], lanes: 2, load, seed: 5, round: ROUND });
  await running.during(async () => {
    await cluster.operations(10);
    assertEquals(running.refusal, undefined);
    cluster.isDown = true;
    await cluster.operations(10);
  });
  assertEquals(running.refusal, "it is down");
});
