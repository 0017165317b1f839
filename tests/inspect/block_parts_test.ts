/**
 * Tests of what is said of block files, and what is exported of them.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { exportDirectory } from "../../lib/inspect/export.ts";
import { inspectDirectory } from "../../lib/inspect/inspect.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { blockFileIn, optionsOf, type Put, putAll } from "../persist/layout/blocks/block_store.ts";
import { contentOf, temporaryDirectory } from "../run/files.ts";

const PUTS: readonly Put[] = Array.from({ length: 60 }, (_, i) => [`k${i % 40}`, `value ${"x".repeat(i)}`]);

function exported(path: string): Record<string, string> {
  const pieces = [...exportDirectory(path, { forceRead: false, format: "json" })].map((piece) =>
    new TextDecoder().decode(piece)
  );
  return JSON.parse(pieces.join("")).entries;
}

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`block files in ${serializer} are inspected and exported, moved keys once, and nothing is changed`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer, { fileCount: 3 });
    await putAll(options, PUTS);
    await putAll(options, PUTS.map(([key, value]) => [key, `${value} ${"longer".repeat(20)}`]));
    const before = contentOf(directory.path);
    const { kind, totals, parts } = inspectDirectory(directory.path, { forceRead: false });
    assertEquals(kind, { layout: "blocks", files: 3, blockBytes: 512, serializer });
    assertEquals([totals.files, totals.entries, totals.versionSum], [3, 40, 120]);
    assertEquals(totals.health, { sound: 3, torn: 0, superseded: 0, damaged: 0, temporary: 0 });
    assertEquals(parts.map(({ index }) => index), [0, 1, 2]);
    assertEquals(
      exported(directory.path),
      Object.fromEntries(PUTS.map(([k, v]) => [k, `${v} ${"longer".repeat(20)}`])),
    );
    assertEquals(contentOf(directory.path), before);
  });

  Deno.test(`a damaged block file in ${serializer} is said to be, and not exported`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer);
    await putAll(options, PUTS.slice(0, 20));
    const path = blockFileIn(directory.path);
    const bytes = Deno.readFileSync(path);
    const part = new TextEncoder().encode("value xxxxx");
    bytes[bytes.findIndex((_, at) => part.every((byte, i) => bytes[at + i] === byte))]! ^= 1;
    Deno.writeFileSync(path, bytes);
    const { totals, parts } = inspectDirectory(directory.path, { forceRead: false });
    assertEquals([totals.health.damaged, totals.unreadableParts], [1, 1]);
    assertEquals(parts[0]!.files[0]!.reason?.startsWith("the first image of block"), true);
    assertThrows(() => exported(directory.path), PersistError, "damaged files of block file 0");
  });
}
