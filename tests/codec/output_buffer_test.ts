/**
 * Tests of the encoders' scratch memory: it grows without losing what was written.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { OutputBuffer } from "../../lib/codec/output_buffer.ts";

Deno.test("OutputBuffer.reserve() keeps what is before the position when it grows", () => {
  for (const capacity of [0, 1, 2, 3, 4, 64]) {
    const out = new OutputBuffer(capacity);
    let position = 0;
    for (let i = 0; i < 1000; i++) {
      out.reserve(position, 1 + i % 7);
      out.bytes[position++] = i;
    }
    assertEquals(out.bytes.subarray(0, 1000), Uint8Array.from({ length: 1000 }, (_, i) => i));
  }
});

Deno.test("OutputBuffer.reserve() grows only when the room does not suffice", () => {
  const out = new OutputBuffer(16);
  const { bytes, view } = out;
  out.reserve(0, 16);
  out.reserve(16, 0);
  assertStrictEquals(out.bytes, bytes);
  assertStrictEquals(out.view, view);
  out.reserve(16, 1);
  assert(out.bytes.length >= 32);
});

Deno.test("OutputBuffer.reserve() makes all the room at once when much is asked for", () => {
  const out = new OutputBuffer(1);
  out.reserve(1, 100_000);
  assert(out.bytes.length >= 100_001);
});

Deno.test("OutputBuffer.view shows the same memory as its bytes when it has grown", () => {
  const out = new OutputBuffer(0);
  out.reserve(0, 8);
  out.view.setUint8(3, 42);
  assertStrictEquals(out.bytes[3], 42);
  assertStrictEquals(out.view.byteLength, out.bytes.length);
});

Deno.test("OutputBuffer.writeAscii() writes the text and returns the position after it", () => {
  const out = new OutputBuffer(0);
  assertStrictEquals(out.writeAscii(out.writeAscii(0, "kv"), "lab\n"), 6);
  assertEquals(out.bytes.subarray(0, 6), new TextEncoder().encode("kvlab\n"));
});

Deno.test("OutputBuffer.writeHex32() writes eight digits of any 32-bit integer, signed or not", () => {
  const rows = [[0, "00000000"], [0x1a2b3c4d, "1a2b3c4d"], [0xffff_ffff, "ffffffff"], [-1, "ffffffff"]] as const;
  for (const [value, text] of rows) {
    const out = new OutputBuffer(0);
    assertStrictEquals(out.writeHex32(0, value), 8);
    assertEquals(out.bytes.subarray(0, 8), new TextEncoder().encode(text));
  }
});
