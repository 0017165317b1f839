/**
 * Tests that a block file gets smaller when most of what it holds has been deleted, and that a crash at any moment of
 * that takes nothing away and brings nothing back.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { connectShared } from "../../../backend/shared.ts";
import { SERIALIZER_NAMES } from "../../../../lib/codec/codec.ts";
import { hashKey } from "../../../../lib/store/hash.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import type { SharedStore } from "../../../../lib/store/shared_store.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { temporaryDirectory } from "../../../run/files.ts";
import { blockFileIn, open, optionsOf, recover, write } from "./block_store.ts";

const KEYS = 3000;
/** Of the keys that stay, and which of all there are. */
const STAYS = (i: number) => i % 8 === 0;
const NAMES = Array.from({ length: KEYS }, (_, i) => `k${i}`);

/** Names of some other keys, in some of the shards. */
function namesIn(store: SharedStore, isWanted: (shard: number) => boolean): string[] {
  const names = Array.from({ length: KEYS }, (_, i) => `o${i}`);
  return names.filter((name) => {
    const { words, length } = PaddedBytes.of(name);
    return isWanted(store.shardOf(hashKey(words, length)));
  });
}

/** Calls `look` before each step of an action that changes a file. */
function beforeEachStep(look: () => void, act: () => void): void {
  const { writeSync, truncateSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.writeSync = function (bytes) {
    look();
    return writeSync.call(this, bytes);
  };
  Deno.FsFile.prototype.truncateSync = function (length) {
    look();
    truncateSync.call(this, length);
  };
  try {
    act();
  } finally {
    Object.assign(Deno.FsFile.prototype, { writeSync, truncateSync });
  }
  look();
}

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`a block file in ${serializer} gets smaller when most keys are deleted, and a crash meanwhile changes nothing`, async () => {
    using directory = temporaryDirectory();
    const policy = { kind: "periodic", flushPeriodUs: 60_000_000 } as const;
    const options = optionsOf(`${directory.path}/store`, serializer, { policy });
    const files = await open(options, { keyCount: KEYS, keyLengthMax: 8, valueLengthMax: 80 });
    const backend = connectShared(files.handle, 0);
    const { writer } = attachPersistence(files.persistence, 0);
    const expected = new Map<string, string>();
    const put = (name: string, value: string) => {
      write(backend, [name, value]);
      expected.set(name, value);
    };
    for (const [i, name] of NAMES.entries()) put(name, `value ${i} ${"x".repeat(60)}`);
    writer.writeDirtyFiles();
    const path = blockFileIn(options.output);
    const { size } = Deno.statSync(path);
    for (const [i, name] of NAMES.entries()) {
      if (STAYS(i)) continue;
      write(backend, [name, undefined]);
      expected.delete(name);
    }
    writer.writeDirtyFiles();
    // Deleting has emptied pages of what was written last; they are needed until their shards are written again.
    for (const [i, name] of NAMES.entries()) if (STAYS(i)) put(name, `again ${i} ${"y".repeat(50)}`);
    writer.writeDirtyFiles();

    const states: Uint8Array<ArrayBuffer>[] = [];
    beforeEachStep(() => states.push(Deno.readFileSync(path)), () => {
      while (writer.maintain()) {
        // Each piece is short.
      }
    });
    assertLess(Deno.statSync(path).size, 0.7 * size);
    // What comes next reuses blocks, also those of pages that have been empty.
    for (const [i, name] of NAMES.entries()) if (i % 16 === 0) write(backend, [name, undefined]);
    for (const [i, name] of NAMES.entries()) if (i % 16 === 0) expected.delete(name);
    const after = new Map(expected);
    writer.writeDirtyFiles();
    writer.layout.makeAllDurable();
    files.directory.close();
    const end = await recover(options, NAMES);
    assertEquals([end.values, end.told], [after, 0]);

    for (const [i, name] of NAMES.entries()) if (STAYS(i)) expected.set(name, `again ${i} ${"y".repeat(50)}`);
    assertGreater(states.length, 20);
    const copy = optionsOf(`${directory.path}/copy`, serializer);
    await recover(copy, []);
    const name = path.slice(path.lastIndexOf("/") + 1);
    const step = Math.ceil(states.length / 6);
    for (const [i, state] of states.entries()) {
      if (i % step > 1 && i < states.length - 4) continue;
      Deno.writeFileSync(`${copy.output}/${name}`, state);
      const found = await recover(copy, NAMES);
      const what = `step ${i} of ${states.length}`;
      assertEquals([found.values.size, found.told], [expected.size, 0], what);
      for (const [key, value] of expected) assert(found.values.get(key) === value, `${what}: ${key}`);
      // Whatever is left of what has moved does not come back with the next writes: neither when the file is made smaller
      // again, nor when pages of other shards take the blocks of those that have got empty.
      const reopened = await open(copy);
      const backend = connectShared(reopened.handle, 0);
      for (const [i, name] of NAMES.entries()) if (STAYS(i)) write(backend, [name, undefined]);
      const others = new Map<string, string>();
      if (i % 2 === 0) {
        const { writer } = attachPersistence(reopened.persistence, 0);
        while (writer.maintain()) {
          // As above.
        }
      } else {
        for (const name of namesIn(reopened.store, (shard) => shard % 8 === 0)) others.set(name, "z".repeat(60));
        for (const put of others) write(backend, put);
      }
      reopened.directory.close();
      const emptied = await recover(copy, [...NAMES, ...others.keys()]);
      assertEquals([emptied.values, emptied.told], [others, 0], what);
    }
  });
}
