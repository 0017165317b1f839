/**
 * Tests that a directory of block files takes no more than three times what is live, however many puts and deletes of
 * values of all sizes there have been.
 *
 * @module
 */
import { assertLess } from "@std/assert";
import { Rng } from "../../../../lib/load/rng.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { liveBytes } from "../../../../lib/store/live_bytes.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { allocatedBytes } from "../../../../lib/system/allocated_bytes.ts";
import { connectShared } from "../../../backend/shared.ts";
import { report } from "../../../campaign/campaign.ts";
import { temporaryDirectory } from "../../../run/files.ts";
import { open, optionsOf } from "./block_store.ts";

const KEYS = { keyCount: 100_000, keyLengthMax: 16, valueLengthMin: 50, valueLengthMax: 400 };
const FILES = 16;
const FLUSHES = 24;
const WRITES_PER_FLUSH = 40_000;
const FACTOR_MAX = 3;

Deno.test("block files take at most three times what is live while half of all writes are deletes", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  using directory = temporaryDirectory();
  const output = `${directory.path}/store`;
  const policy = { kind: "periodic", flushPeriodUs: 60_000_000 } as const;
  const layout = { kind: "blocks", blockBytes: 4096 } as const;
  const files = await open(optionsOf(output, "raw", { policy, fileCount: FILES, layout }), KEYS);
  const backend = connectShared(files.handle, 0);
  const { writer } = attachPersistence(files.persistence, 0);
  const rng = new Rng(seed);
  const key = new PaddedBytes(KEYS.keyLengthMax);
  const value = new PaddedBytes(KEYS.valueLengthMax);
  const write = (n: number, isDelete: boolean) => {
    key.setString(`Key${String(n).padStart(KEYS.keyLengthMax - 3, "0")}`);
    if (isDelete) return backend.delete(key);
    value.end(KEYS.valueLengthMin + rng.below(KEYS.valueLengthMax - KEYS.valueLengthMin + 1));
    backend.put(key, value);
  };
  const flush = () => {
    writer.writeDirtyFiles();
    while (writer.maintain()) {
      // Each piece is short.
    }
  };
  for (let n = 0; n < KEYS.keyCount; n++) write(n, false);
  flush();
  for (let i = 0; i < FLUSHES; i++) {
    for (let j = 0; j < WRITES_PER_FLUSH; j++) write(rng.below(KEYS.keyCount), rng.below(2) === 0);
    flush();
  }
  const factor = (allocatedBytes(output) ?? NaN) / liveBytes(files.store);
  files.directory.close();
  report("space of blocks", { seed, factor });
  assertLess(factor, FACTOR_MAX);
});
