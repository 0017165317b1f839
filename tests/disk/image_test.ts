/**
 * Tests of what a disk holds, against a plain array of bytes that does the same.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { DiskImage, FileImage, stateImage, writeImage } from "../../lib/disk/image.ts";
import type { DiskBase, DiskEvent } from "../../lib/disk/recording.ts";
import { temporaryDirectory } from "../run/files.ts";

const SECTORS = 40;
const BYTES = SECTORS * 512;

type Change = { readonly from: number; readonly sectors: number; readonly fill: number; readonly isDiscard: boolean };

const anyChange: fc.Arbitrary<Change> = fc.record({
  from: fc.integer({ min: 0, max: SECTORS - 1 }),
  sectors: fc.integer({ min: 1, max: 20 }),
  fill: fc.integer({ min: 1, max: 255 }),
  isDiscard: fc.boolean(),
}).map((change) => ({ ...change, sectors: Math.min(change.sectors, SECTORS - change.from) }));

/** A disk of known bytes. */
function base(): DiskBase {
  const bytes = Uint8Array.from({ length: BYTES }, (_, at) => at % 251);
  return { bytes: BYTES, read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)) };
}

function contentOf(disk: DiskBase): Uint8Array {
  const bytes = new Uint8Array(disk.bytes);
  disk.read(0, bytes);
  return bytes;
}

function dataOf({ sectors, fill }: Change): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 512 * sectors }, (_, at) => (fill + at) % 256);
}

function applyTo(image: DiskImage, model: Uint8Array, change: Change): void {
  const offset = 512 * change.from;
  if (change.isDiscard) {
    image.discard(offset, 512 * change.sectors);
    model.fill(0, offset, offset + 512 * change.sectors);
  } else {
    image.write(offset, dataOf(change));
    model.set(dataOf(change), offset);
  }
}

Deno.test("DiskImage holds what was written and discarded last, at whatever offsets, and reads any part of it", () => {
  const anyPart = fc.tuple(fc.integer({ min: 0, max: BYTES - 1 }), fc.integer({ min: 1, max: BYTES }));
  fc.assert(fc.property(fc.array(anyChange), fc.array(anyPart), (changes, parts) => {
    const image = new DiskImage(base());
    const model = contentOf(base());
    for (const change of changes) applyTo(image, model, change);
    for (const [from, length] of parts) {
      const bytes = new Uint8Array(Math.min(length, BYTES - from));
      image.read(from, bytes);
      assertEquals(bytes, model.slice(from, from + bytes.length));
    }
  }));
});

Deno.test("DiskImage.copy() goes its own way", () => {
  fc.assert(fc.property(fc.array(anyChange), fc.array(anyChange), (before, after) => {
    const image = new DiskImage(base());
    const model = contentOf(base());
    for (const change of before) applyTo(image, model, change);
    const copy = image.copy();
    for (const change of after) applyTo(copy, new Uint8Array(BYTES), change);
    assertEquals(contentOf(image), model);
  }));
});

Deno.test("DiskImage.rangesUnlike() leaves out nothing that differs, and has no ranges that touch", () => {
  fc.assert(fc.property(fc.array(anyChange), fc.array(anyChange), fc.array(anyChange), (both, one, other) => {
    const start = new DiskImage(base());
    for (const change of both) applyTo(start, new Uint8Array(BYTES), change);
    const [first, second] = [start.copy(), start.copy()];
    for (const change of one) applyTo(first, new Uint8Array(BYTES), change);
    for (const change of other) applyTo(second, new Uint8Array(BYTES), change);
    const ranges = first.rangesUnlike(second);
    const [a, b] = [contentOf(first), contentOf(second)];
    const isIn = (at: number) => ranges.some(({ offset, length }) => at >= offset && at < offset + length);
    for (let at = 0; at < BYTES; at++) if (a[at] !== b[at]) assertEquals(isIn(at), true, `byte ${at}`);
    for (const [at, { offset }] of ranges.entries()) {
      const before = ranges[at - 1];
      if (before !== undefined) assertEquals(before.offset + before.length < offset, true);
    }
    if (one.length === 0 && other.length === 0) assertEquals(ranges, []);
  }));
});

Deno.test("stateImage() has all that was flushed, and of the rest the sectors that are kept, in their order", () => {
  const write = (sector: number, fill: number, sectors = 2): DiskEvent => ({
    kind: "write",
    atMs: 0,
    offset: 512 * sector,
    data: new Uint8Array(512 * sectors).fill(fill),
  });
  const flush: DiskEvent = { kind: "flush", atMs: 0 };
  const events = [
    write(0, 1),
    flush,
    write(0, 2),
    write(1, 3),
    { kind: "discard", atMs: 0, offset: 512 * 8, length: 512 * 9 },
  ] satisfies DiskEvent[];
  const firstBytes = (kept: readonly { event: number; sectors?: Uint8Array<ArrayBuffer> }[], moment = 5) => {
    const bytes = contentOf(stateImage(base(), events, { moment, kept }));
    return [0, 1, 2].map((sector) => bytes[512 * sector]);
  };
  const [zero, one, two] = [0, 1, 2].map((sector) => contentOf(base())[512 * sector]);
  assertEquals(firstBytes([], 1), [zero, one, two], "nothing was flushed");
  assertEquals(firstBytes([], 2), [1, 1, two]);
  assertEquals(firstBytes([]), [1, 1, two]);
  assertEquals(firstBytes([{ event: 2 }]), [2, 2, two]);
  assertEquals(firstBytes([{ event: 3 }]), [1, 3, 3]);
  assertEquals(firstBytes([{ event: 2 }, { event: 3 }]), [2, 3, 3]);
  assertEquals(firstBytes([{ event: 2, sectors: Uint8Array.of(0, 1) }]), [1, 2, two]);
  assertEquals(firstBytes([{ event: 2, sectors: Uint8Array.of(1, 0) }, { event: 3 }]), [2, 3, 3]);
  const discarded = contentOf(stateImage(base(), events, { moment: 5, kept: [{ event: 4 }] }));
  assertEquals(discarded.slice(512 * 8, 512 * 17), new Uint8Array(512 * 9));
  assertEquals(discarded.slice(512 * 17), contentOf(base()).slice(512 * 17));
});

Deno.test("writeImage() writes a file of which the zeros take no room, and FileImage takes blocks into it", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/image`;
  const bytes = 8 << 20;
  const block = new Uint8Array(4096).fill(7);
  const sparse = new DiskImage({ bytes, read: (_offset, into) => void into.fill(0) });
  sparse.write(4 << 20, block);
  writeImage(sparse, path);
  const { size, blocks } = Deno.statSync(path);
  assertEquals([size, (blocks ?? 0) * 512 <= 2 << 20], [bytes, true]);
  using file = Deno.openSync(path, { read: true, write: true });
  const image = new FileImage(file);
  assertEquals(contentOf(image), contentOf(sparse));
  const changed = new DiskImage(image);
  changed.write(512, new Uint8Array(512).fill(9));
  const expected = contentOf(changed);
  image.take(changed.differences());
  assertEquals(contentOf(image), expected);
  // What is beyond the end is read as zeros.
  const beyond = new Uint8Array(4096).fill(1);
  image.read(bytes - 1024, beyond);
  assertEquals(beyond, new Uint8Array(4096));
});
