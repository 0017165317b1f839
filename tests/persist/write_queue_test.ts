/**
 * Tests of the snapshot queue on one thread: what goes in, what comes out and when it is full.
 *
 * The queues here belong to a run that has failed: a call that would wait throws an {@linkcode AbortError} instead,
 * and everything else works as ever. So a queue that waits when it must not is a failure, not a hang.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { type QueuedWrite, WriteQueue } from "../../lib/persist/write_queue.ts";
import { type QueueSize, SnapshotTooLargeError } from "../../lib/persist/queue_size.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import { LINE_BYTES } from "../../lib/sync/layout.ts";
import { payloadOf, payloadOfLength, sameBytes } from "./payload.ts";

import fc from "fast-check";

/** When a version was put. */
function putAtMs(version: number): number {
  return 1000 + version / 8;
}

/** What a snapshot taken is filled into. */
function emptySnapshot(): QueuedWrite {
  return { shard: -1, version: -1, sinceMs: -1, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
}

/** A queue, and both of its ends. */
class Fixture {
  readonly queue: WriteQueue;
  readonly #out = emptySnapshot();

  constructor(size: Partial<QueueSize> = {}) {
    const abort = Abort.create({ tickMs: 0 });
    abort.raise();
    this.queue = WriteQueue.create({ depth: 16, bytes: 64 * LINE_BYTES, shards: 8, ...size }, abort);
  }

  /** Queues bytes that {@linkcode Fixture.take} tells again; each version was put at a time of its own. */
  put(shard: number, version: number, length = 100): void {
    const bytes = payloadOfLength(shard, version, length);
    this.queue.put({ shard, version, bytes, length, putAtMs: putAtMs(version) });
  }

  /** When the first put was made of the snapshot taken that none taken before holds. */
  get sinceMs(): number {
    return this.#out.sinceMs;
  }

  assertFull(length = 100): void {
    assertThrows(() => this.put(7, 1_000_000, length), AbortError);
  }

  assertEmpty(): void {
    assertThrows(() => this.take(), AbortError);
  }

  /** Takes the next snapshot, whose content must be right, and says which it is; `undefined` at the end. */
  take(): string | undefined {
    if (!this.queue.take(this.#out)) return undefined;
    this.assertTaken();
    return `${this.#out.shard}@${this.#out.version}`;
  }

  /** Asserts that the snapshot taken is still what it should be. */
  assertTaken(): void {
    const { shard, version, bytes } = this.#out;
    assert(sameBytes(bytes, payloadOfLength(shard, version, bytes.length)), `content of ${shard}@${version}`);
  }

  /** Takes and releases the next snapshot. */
  pass(): string {
    const name = this.take();
    return `${name} -${this.queue.release()}`;
  }
}

Deno.test("WriteQueue.take() gives each snapshot as it was put, in the order of putting, when shards differ", () => {
  const fixture = new Fixture();
  for (let shard = 7; shard >= 0; shard--) fixture.put(shard, 10 + shard, 30 * shard);
  const passed = Array.from({ length: 8 }, () => fixture.pass());
  assertEquals(passed, ["7@17 -1", "6@16 -1", "5@15 -1", "4@14 -1", "3@13 -1", "2@12 -1", "1@11 -1", "0@10 -1"]);
  fixture.assertEmpty();
});

Deno.test("WriteQueue.put() copies the first bytes only when the buffer is longer, and copies them at once", () => {
  const { queue } = new Fixture();
  const scratch = new Uint8Array(500).fill(1);
  queue.put({ shard: 2, version: 3, bytes: scratch, length: 70, putAtMs: 0.5 });
  scratch.fill(2);
  const out = emptySnapshot();
  assert(queue.take(out));
  assertEquals({ ...out, bytes: Uint8Array.from(out.bytes) }, {
    shard: 2,
    version: 3,
    sinceMs: 0.5,
    bytes: new Uint8Array(70).fill(1),
  });
  assertInstanceOf(out.bytes.buffer, SharedArrayBuffer);
});

Deno.test("WriteQueue.put() takes an empty snapshot, and versions beyond 32 bits", () => {
  const fixture = new Fixture();
  fixture.put(0, 2 ** 32, 0);
  fixture.put(1, Number.MAX_SAFE_INTEGER, 0);
  fixture.put(0, 2 ** 32 + 1, 1);
  assertEquals(fixture.pass(), `0@${2 ** 32 + 1} -1`);
  assertEquals(fixture.pass(), `1@${Number.MAX_SAFE_INTEGER} -2`);
  fixture.assertEmpty();
});

Deno.test("WriteQueue.take() gives the newest of the head's shard, and release() drops the older ones", () => {
  const fixture = new Fixture();
  for (const version of [1, 2, 5, 9]) fixture.put(3, version);
  assertEquals(fixture.pass(), "3@9 -4");
  fixture.assertEmpty();
  fixture.put(3, 10);
  assertEquals(fixture.pass(), "3@10 -1");
});

Deno.test("WriteQueue.release() drops superseded snapshots when the order of slots comes to them, not before", () => {
  const fixture = new Fixture();
  for (const [shard, version] of [[0, 1], [1, 1], [0, 2], [2, 1], [0, 3], [1, 2]] as const) fixture.put(shard, version);
  assertEquals(fixture.pass(), "0@3 -1");
  assertEquals(fixture.pass(), "1@2 -2");
  assertEquals(fixture.pass(), "2@1 -3");
  fixture.assertEmpty();
});

Deno.test("WriteQueue.release() keeps a snapshot that came after one of its shard was taken", () => {
  const fixture = new Fixture();
  fixture.put(0, 1);
  fixture.put(0, 2);
  assertEquals(fixture.take(), "0@2");
  fixture.put(0, 3);
  fixture.put(1, 1);
  fixture.put(0, 4);
  fixture.assertTaken();
  assertEquals(fixture.queue.release(), 2);
  assertEquals(fixture.pass(), "0@4 -1");
  assertEquals(fixture.pass(), "1@1 -2");
  fixture.assertEmpty();
});

Deno.test("WriteQueue.put() fills every slot and no more when the depth is reached, superseded or not", () => {
  for (const depth of [1, 2, 3, 7]) {
    const fixture = new Fixture({ depth });
    for (let version = 1; version <= depth; version++) fixture.put(0, version, 1);
    fixture.assertFull(0);
    assertEquals(fixture.take(), `0@${depth}`);
    // Taken, but not released.
    fixture.assertFull(0);
    fixture.assertTaken();
    assertEquals(fixture.queue.release(), depth);
    fixture.put(0, depth + 1);
  }
});

Deno.test("WriteQueue.put() goes round the slots again and again when the queue is never empty", () => {
  for (const depth of [2, 3, 5]) {
    const fixture = new Fixture({ depth, shards: 1000 });
    for (let shard = 0; shard < depth - 1; shard++) fixture.put(shard, 1);
    for (let shard = 0; shard < 100; shard++) {
      fixture.put(shard + depth - 1, 1);
      fixture.assertFull();
      assertEquals(fixture.pass(), `${shard}@1 -1`);
    }
  }
});

Deno.test("WriteQueue.put() fills the ring to its last line, and no more", () => {
  const lines = 10;
  const fixture = new Fixture({ bytes: lines * LINE_BYTES });
  fixture.put(0, 1, lines * LINE_BYTES);
  fixture.assertFull(1);
  // An empty snapshot takes no lines.
  fixture.put(1, 1, 0);
  assertEquals(fixture.pass(), "0@1 -1");
  assertEquals(fixture.pass(), "1@1 -1");

  for (let shard = 0; shard < 4; shard++) fixture.put(shard, 2, 2 * LINE_BYTES);
  fixture.assertFull(2 * LINE_BYTES + 1);
  fixture.put(4, 2, 2 * LINE_BYTES);
  fixture.assertFull(1);
  for (let shard = 0; shard < 5; shard++) assertEquals(fixture.pass(), `${shard}@2 -1`);
});

Deno.test("WriteQueue.put() starts over at the ring's beginning when its end is too short, in one piece", () => {
  const fixture = new Fixture({ bytes: 10 * LINE_BYTES });
  fixture.put(0, 1, 4 * LINE_BYTES);
  fixture.put(1, 1, 4 * LINE_BYTES);
  // Two lines are left at the end; three would overlap the first snapshot.
  fixture.assertFull(3 * LINE_BYTES);
  assertEquals(fixture.pass(), "0@1 -1");
  // Four are free at the beginning, when the two at the end are skipped.
  fixture.assertFull(4 * LINE_BYTES + 1);
  fixture.put(2, 1, 4 * LINE_BYTES);
  fixture.assertFull(1);
  assertEquals(fixture.pass(), "1@1 -1");
  // Those skipped are free with the snapshot that skipped them, not before.
  fixture.assertFull(4 * LINE_BYTES + 1);
  fixture.put(3, 1, 4 * LINE_BYTES);
  fixture.assertFull(1);
  assertEquals(fixture.pass(), "2@1 -1");
  assertEquals(fixture.pass(), "3@1 -1");
  // Nothing is in the way of the largest when the ring is empty, wherever it stood.
  fixture.put(4, 1, 10 * LINE_BYTES);
  assertEquals(fixture.pass(), "4@1 -1");
});

Deno.test("WriteQueue.put() uses a ring of one line for one snapshot at a time", () => {
  for (const bytes of [1, LINE_BYTES]) {
    const fixture = new Fixture({ bytes });
    for (let length = 1; length <= LINE_BYTES; length++) {
      fixture.put(0, length, length);
      fixture.assertFull(1);
      assertEquals(fixture.pass(), `0@${length} -1`);
    }
    assertThrows(() => fixture.put(0, 100, LINE_BYTES + 1), SnapshotTooLargeError);
  }
});

Deno.test("WriteQueue.put() throws SnapshotTooLargeError, which names the flag, when the ring could never hold it", () => {
  const fixture = new Fixture({ bytes: 10 * LINE_BYTES });
  fixture.put(0, 1);
  const error = assertThrows(() => fixture.put(5, 2, 10 * LINE_BYTES + 1), SnapshotTooLargeError);
  assertInstanceOf(error, RangeError);
  assertEquals(error.name, "SnapshotTooLargeError");
  for (const part of ["shard 5", "641 bytes", "640", "--queue-memory"]) assertStringIncludes(error.message, part);
  assertFalse(error.message.includes("\n"));
  // The queue is as before.
  assertEquals(fixture.pass(), "0@1 -1");
  fixture.assertEmpty();
});

Deno.test("WriteQueue.take() gives what is left, and then says that it is the end, when the queue is closed", () => {
  const fixture = new Fixture();
  fixture.put(0, 1);
  fixture.put(1, 1);
  fixture.put(0, 2);
  fixture.queue.close();
  assertEquals(fixture.pass(), "0@2 -1");
  assertEquals(fixture.pass(), "1@1 -2");
  assertEquals(fixture.take(), undefined);
  assertEquals(fixture.take(), undefined);
});

Deno.test("WriteQueue.take() says that it is the end when an empty queue is closed, even twice", () => {
  const fixture = new Fixture();
  fixture.queue.close();
  fixture.queue.close();
  assertEquals(fixture.take(), undefined);
});

/** Bytes that call back when a part of them is asked for: what a queue copies of them is no longer than a part. */
class ObservedBytes extends Uint8Array {
  /** What to do once. */
  onCopy: (() => void) | undefined;

  override subarray(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    const { onCopy } = this;
    this.onCopy = undefined;
    onCopy?.();
    return Uint8Array.from(this).subarray(start, end);
  }
}

/** Puts a snapshot, and does something at the moment between its slot's reservation and its payload's copying. */
function putObserved(fixture: Fixture, shard: number, version: number, onCopy: () => void): void {
  const payload = payloadOfLength(shard, version, 100);
  const bytes = new ObservedBytes(payload.length + 1);
  bytes.set(payload);
  bytes.onCopy = onCopy;
  fixture.queue.put({ shard, version, bytes, length: payload.length, putAtMs: putAtMs(version) });
  assertEquals(bytes.onCopy, undefined, "nobody looked at the bytes");
}

Deno.test("WriteQueue.take() waits for a snapshot that is being copied, also when one behind it is ready", () => {
  const fixture = new Fixture();
  putObserved(fixture, 0, 1, () => {
    fixture.assertEmpty();
    fixture.put(1, 1);
    fixture.assertEmpty();
  });
  assertEquals(fixture.pass(), "0@1 -1");
  assertEquals(fixture.pass(), "1@1 -1");
});

Deno.test("WriteQueue.take() gives the newest snapshot that is complete when a newer one is being copied", () => {
  const fixture = new Fixture();
  fixture.put(0, 1);
  fixture.put(0, 2);
  putObserved(fixture, 0, 3, () => assertEquals(fixture.pass(), "0@2 -2"));
  assertEquals(fixture.pass(), "0@3 -1");
  fixture.assertEmpty();
});

Deno.test("WriteQueue.take() says that it is the end only after a snapshot that is being copied when it closes", () => {
  const fixture = new Fixture();
  putObserved(fixture, 0, 1, () => {
    fixture.queue.close();
    fixture.assertEmpty();
  });
  assertEquals(fixture.pass(), "0@1 -1");
  assertEquals(fixture.take(), undefined);
});

Deno.test("WriteQueue.release() keeps the slot of a snapshot that is being copied, whatever the slot held before", () => {
  const fixture = new Fixture({ depth: 2 });
  fixture.put(0, 5);
  assertEquals(fixture.pass(), "0@5 -1");
  fixture.put(0, 6);
  assertEquals(fixture.take(), "0@6");
  // Its slot still says version 5, which is superseded.
  putObserved(fixture, 0, 7, () => assertEquals(fixture.queue.release(), 1));
  assertEquals(fixture.pass(), "0@7 -1");
  fixture.assertEmpty();
});

Deno.test("WriteQueue.take() says when the oldest put was made that no snapshot taken before holds", () => {
  const fixture = new Fixture();
  for (const version of [1, 2, 5]) fixture.put(3, version);
  assertEquals(fixture.pass(), "3@5 -3");
  assertEquals(fixture.sinceMs, putAtMs(1));
  // What was taken does not count any more, also when it is released only after the next put.
  fixture.put(3, 6);
  assertEquals(fixture.take(), "3@6");
  assertEquals(fixture.sinceMs, putAtMs(6));
  fixture.put(3, 7);
  fixture.put(3, 8);
  assertEquals(fixture.queue.release(), 1);
  assertEquals(fixture.pass(), "3@8 -2");
  assertEquals(fixture.sinceMs, putAtMs(7));
});

Deno.test("WriteQueue.take() says the oldest put of the snapshot's own shard when others' are older", () => {
  const fixture = new Fixture();
  for (const [shard, version] of [[0, 1], [1, 2], [0, 3], [1, 4]] as const) fixture.put(shard, version);
  assertEquals(fixture.pass(), "0@3 -1");
  assertEquals(fixture.sinceMs, putAtMs(1));
  assertEquals(fixture.pass(), "1@4 -3");
  assertEquals(fixture.sinceMs, putAtMs(2));
});

Deno.test("WriteQueue.take() leaves out the put of a snapshot that is being copied meanwhile", () => {
  const fixture = new Fixture();
  fixture.put(0, 1);
  fixture.put(0, 2);
  putObserved(fixture, 0, 3, () => {
    assertEquals(fixture.pass(), "0@2 -2");
    assertEquals(fixture.sinceMs, putAtMs(1));
    assertEquals(fixture.queue.queuedSinceMs(0), 0);
  });
  assertEquals(fixture.queue.queuedSinceMs(0), putAtMs(3));
  assertEquals(fixture.pass(), "0@3 -1");
  assertEquals(fixture.sinceMs, putAtMs(3));
});

Deno.test("WriteQueue.queuedSinceMs() and takenSinceMs() say when the oldest put was made, until it is released", () => {
  const fixture = new Fixture();
  const queuedSince = () => [0, 1, 2].map((shard) => fixture.queue.queuedSinceMs(shard));
  const takenSince = () => [0, 1, 2].map((shard) => fixture.queue.takenSinceMs(shard));
  assertEquals(queuedSince(), [0, 0, 0]);
  fixture.put(1, 1);
  fixture.put(1, 2);
  fixture.put(2, 3);
  assertEquals(queuedSince(), [0, putAtMs(1), putAtMs(3)]);
  assertEquals(takenSince(), [0, 0, 0]);
  fixture.take();
  assertEquals([queuedSince(), takenSince()], [[0, 0, putAtMs(3)], [0, putAtMs(1), 0]]);
  fixture.put(1, 4);
  assertEquals([queuedSince(), takenSince()], [[0, putAtMs(4), putAtMs(3)], [0, putAtMs(1), 0]]);
  fixture.queue.release();
  assertEquals([queuedSince(), takenSince()], [[0, putAtMs(4), putAtMs(3)], [0, 0, 0]]);
  assertEquals([fixture.pass(), fixture.pass()], ["2@3 -1", "1@4 -1"]);
  assertEquals(queuedSince(), [0, 0, 0]);
});

Deno.test("WriteQueue.attach() gives another view of the same queue", () => {
  const fixture = new Fixture();
  const handle = structuredClone(fixture.queue.handle());
  const attached = WriteQueue.attach(handle);
  assertEquals(attached.size, fixture.queue.size);
  attached.put({ shard: 1, version: 2, bytes: payloadOfLength(1, 2, 50), length: 50, putAtMs: 3 });
  assertEquals(fixture.queue.queuedSinceMs(1), 3);
  assertEquals(fixture.take(), "1@2");
  assertEquals([fixture.sinceMs, attached.queuedSinceMs(1)], [3, 0]);
  assertEquals(attached.release(), 1);
  attached.close();
  assertEquals(fixture.take(), undefined);
});

Deno.test("WriteQueue.byteLength() says how much memory a queue takes", () => {
  for (const size of [{ depth: 1, bytes: 1, shards: 1 }, { depth: 1000, bytes: 12_345, shards: 77 }]) {
    const { buffer } = WriteQueue.create(size, Abort.create()).handle();
    assertEquals(WriteQueue.byteLength(size), buffer.byteLength);
    assertEquals(buffer.byteLength % LINE_BYTES, 0);
  }
});

Deno.test("WriteQueue.create() throws RangeError, which names the bound, when a bound is no number from 1", () => {
  const abort = Abort.create();
  for (const name of ["depth", "bytes", "shards"] as const) {
    for (const value of [0, -1, 1.5, NaN, Infinity, -Infinity]) {
      const size = { depth: 1, bytes: 1, shards: 1, [name]: value };
      const error = assertThrows(() => WriteQueue.create(size, abort), RangeError);
      assertStringIncludes(error.message, `${name} is ${value}`);
    }
  }
  assertThrows(() => WriteQueue.create({ depth: 2 ** 20 + 1, bytes: 1, shards: 1 }, abort), RangeError, "1048576");
});

/** What the queue promises, in the simplest way: all snapshots in a list. */
class Model {
  readonly #slots: { shard: number; version: number; lines: number }[] = [];
  readonly #newest = new Map<number, number>();
  readonly #released = new Map<number, number>();
  /** By shard, the first version that has not been taken. */
  readonly #first = new Map<number, number>();
  #taken: { shard: number; version: number } | undefined;

  get length(): number {
    return this.#slots.length;
  }

  /** Lines of payload, those skipped not counted. */
  get lines(): number {
    return this.#slots.reduce((sum, { lines }) => sum + lines, 0);
  }

  put(shard: number, version: number, length: number): void {
    this.#slots.push({ shard, version, lines: Math.ceil(length / LINE_BYTES) });
    this.#newest.set(shard, version);
    if (!this.#first.has(shard)) this.#first.set(shard, version);
  }

  /** The shard's first version that has not been taken. */
  firstOf(shard: number): number | undefined {
    return this.#first.get(shard);
  }

  /** The snapshot taken, and the first version that it holds and none before. */
  take(): [name: string, first: number] {
    const shard = this.#slots[0]?.shard ?? NaN;
    this.#taken = { shard, version: this.#newest.get(shard) ?? NaN };
    const first = this.#first.get(shard) ?? NaN;
    this.#first.delete(shard);
    return [`${this.#taken.shard}@${this.#taken.version}`, first];
  }

  release(): number {
    if (this.#taken !== undefined) this.#released.set(this.#taken.shard, this.#taken.version);
    const before = this.#slots.length;
    for (let head = this.#slots[0]; head !== undefined; head = this.#slots[0]) {
      if (head.version > (this.#released.get(head.shard) ?? 0)) break;
      this.#slots.shift();
    }
    return before - this.#slots.length;
  }
}

Deno.test("WriteQueue does what a list of snapshots does when puts, takes and releases come in any order", () => {
  const anyCommand = fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: 4 }) },
    { weight: 1, arbitrary: fc.constant("take" as const) },
    { weight: 1, arbitrary: fc.constant("release" as const) },
  );
  const anySize = fc.record({ depth: fc.integer({ min: 1, max: 6 }), lines: fc.integer({ min: 1, max: 12 }) });
  fc.assert(
    fc.property(anySize, fc.array(anyCommand, { size: "large" }), ({ depth, lines }, commands) => {
      const lengthMax = lines * LINE_BYTES;
      const fixture = new Fixture({ depth, bytes: lengthMax });
      const model = new Model();
      let taken = false, version = 0;
      for (const command of commands) {
        if (command === "take" && !taken && model.length > 0) {
          const [name, first] = model.take();
          assertEquals(fixture.take(), name);
          assertEquals(fixture.sinceMs, putAtMs(first));
          taken = true;
        } else if (command === "release" && taken) {
          fixture.assertTaken();
          assertEquals(fixture.queue.release(), model.release());
          taken = false;
        } else if (typeof command === "number") {
          const { length } = payloadOf(command, ++version, lengthMax);
          const needed = model.lines + Math.ceil(length / LINE_BYTES);
          try {
            fixture.put(command, version, length);
            assert(model.length < depth && needed <= lines, "a full queue took a snapshot");
            model.put(command, version, length);
          } catch (error) {
            assertInstanceOf(error, AbortError);
            assert(model.length > 0, "an empty queue was full");
          }
        }
        for (let shard = 0; shard < 5; shard++) {
          const first = model.firstOf(shard);
          assertEquals(fixture.queue.queuedSinceMs(shard), first === undefined ? 0 : putAtMs(first));
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("WriteQueue.takeAll() hands out all that is there, in each shard's order, with the time of the shard's first", () => {
  const queue = WriteQueue.create({ depth: 4, bytes: 1024, shards: 2 }, Abort.create());
  const put = (shard: number, version: number) =>
    queue.put({ shard, version, bytes: Uint8Array.of(version), length: 1, putAtMs: 10 * version });
  const take = () => {
    const items: { shard: number; version: number; sinceMs: number; byte: number | undefined }[] = [];
    const isOpen = queue.takeAll(({ shard, version, sinceMs, bytes }) =>
      items.push({ shard, version, sinceMs, byte: bytes[0] })
    );
    return isOpen ? items : undefined;
  };
  put(0, 1);
  put(1, 2);
  put(0, 3);
  assertEquals(take(), [
    { shard: 0, version: 1, sinceMs: 10, byte: 1 },
    { shard: 1, version: 2, sinceMs: 20, byte: 2 },
    { shard: 0, version: 3, sinceMs: 0, byte: 3 },
  ]);
  assertEquals([queue.count, queue.queuedSinceMs(0), queue.queuedSinceMs(1)], [3, 0, 0]);
  assertEquals([queue.takenSinceMs(0), queue.takenSinceMs(1)], [10, 20]);
  // Put while the others are being written: not part of them, and still there when they are released.
  put(0, 4);
  queue.releaseAll();
  assertEquals([queue.count, queue.queuedSinceMs(0)], [1, 40]);
  assertEquals([queue.takenSinceMs(0), queue.takenSinceMs(1)], [0, 0]);
  assertEquals(take(), [{ shard: 0, version: 4, sinceMs: 40, byte: 4 }]);
  queue.releaseAll();
  queue.close();
  assertEquals(take(), undefined);
});
