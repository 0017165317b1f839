/**
 * Tests of files that may be packed: what comes out is what went in, be it a file or a pipe.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { Rng } from "../../lib/load/rng.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { unpackedChunks } from "../../lib/system/unpacked_file.ts";
import { temporaryDirectory } from "../run/files.ts";

async function unpackedBytes(path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of unpackedChunks(path)) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}

/** Bytes that shrink somewhat when they are packed. */
function someBytes(rng: Rng, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(16 * rng.fraction())));
}

Deno.test("unpackedChunks() gives a file and a pipe unpacked, whatever their lengths and first chunk", async () => {
  using directory = temporaryDirectory();
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const rng = new Rng(seed);
  for (let round = 0; round < 8; round++) {
    const content = someBytes(rng, Math.floor(2 ** (22 * rng.fraction())) - 1);
    const middle = Math.floor(content.length * rng.fraction());
    const members = Buffer.concat([gzipSync(content.subarray(0, middle)), gzipSync(content.subarray(middle))]);
    for (const [kind, bytes] of Object.entries({ plain: content, packed: members })) {
      const about = `seed ${seed}, round ${round}: ${content.length} bytes, ${kind}`;
      const path = `${directory.path}/${round}-${kind}`;
      Deno.writeFileSync(path, bytes);
      assertEquals((await unpackedBytes(path)).equals(content), true, about);
      const pipe = `${path}-pipe`;
      const first = 1 + Math.floor(3 * rng.fraction());
      const script = `mkfifo "$1" && echo && { head -c ${first} "$0"; sleep 0.02; tail -c +${first + 1} "$0"; } > "$1"`;
      const writer = new Deno.Command("sh", { args: ["-c", script, path, pipe], stdout: "piped" }).spawn();
      await writer.stdout.getReader().read();
      assertEquals((await unpackedBytes(pipe)).equals(content), true, `${about}, piped after ${first}`);
      await writer.status;
    }
  }
});

Deno.test("unpackedChunks() refuses a packed file that ends early or is damaged, by its path", async () => {
  using directory = temporaryDirectory();
  const packed = gzipSync(someBytes(new Rng(1), 100_000));
  const path = `${directory.path}/cut.gz`;
  Deno.writeFileSync(path, packed.subarray(0, packed.length - 9));
  await assertRejects(() => unpackedBytes(path), PersistError, `Cannot unpack ${path}: `);
  packed[20]! ^= 0xff;
  packed[packed.length >> 1]! ^= 0xff;
  Deno.writeFileSync(path, packed);
  await assertRejects(() => unpackedBytes(path), PersistError, `Cannot unpack ${path}: `);
});
