/**
 * Tests of the replacement strategies: where each puts a snapshot, what is left of the one before, and that short
 * content leaves nothing of longer content behind.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { PersistError } from "../../../../lib/system/persist_error.ts";
import { AlternateReplacement, InPlaceReplacement } from "../../../../lib/persist/layout/snapshot/overwriting.ts";
import { RenameReplacement } from "../../../../lib/persist/layout/snapshot/rename.ts";
import type { Replacement } from "../../../../lib/persist/layout/snapshot/replacement.ts";
import { SYNC_NAMES, type SyncName } from "../../../../lib/persist/durability.ts";
import { ShardFiles } from "../../../../lib/persist/layout/snapshot/shard_files.ts";
import { contentOf, temporaryDirectory } from "../../../run/files.ts";

const SHARDS = 3;
/** Fewer than there are shards, so that files are closed and opened again in between. */
const OPEN_FILES_MAX = 2;

const STRATEGIES: Record<string, (directory: string, sync: SyncName) => Replacement> = {
  rename: (directory, sync) =>
    new RenameReplacement({
      directory,
      sync,
      syncsNames: sync === "full",
      shardFiles: ShardFiles.create(SHARDS),
      paths: paths(directory),
    }),
  "in-place": (directory, sync) =>
    new InPlaceReplacement({
      directory,
      sync,
      openFilesMax: OPEN_FILES_MAX,
      shardFiles: ShardFiles.create(SHARDS),
      paths: paths(directory),
    }),
  alternate: (directory, sync) =>
    new AlternateReplacement({
      directory,
      sync,
      openFilesMax: OPEN_FILES_MAX,
      paths: { a: paths(directory, ".a"), b: paths(directory, ".b") },
      shardFiles: ShardFiles.create(SHARDS),
    }),
};

function paths(directory: string, side = ""): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => `${directory}/${shard}${side}`);
}

function textsIn(directory: string): Record<string, string> {
  const texts = [...contentOf(directory)].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
  return Object.fromEntries(texts);
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const CONTENTS = ["first", "second, and longer", "3", "", "fifth", "sixth, the longest one of all"];

for (const [name, create] of Object.entries(STRATEGIES)) {
  for (const sync of SYNC_NAMES) {
    Deno.test(`${name} at sync level ${sync} leaves each shard's last snapshot, and nothing behind it`, () => {
      using directory = temporaryDirectory();
      const replacement = create(directory.path, sync);
      for (const [turn, content] of CONTENTS.entries()) {
        for (let shard = 0; shard < SHARDS; shard++) {
          replacement.replace(shard, bytesOf(`${shard} ${content}`));
          replacement.makeDurable(shard);
          const file = `${shard}${name === "alternate" ? [".a", ".b"][turn % 2] : ""}`;
          assertEquals(textsIn(directory.path)[file], `${shard} ${content}`);
        }
      }
    });
  }
}

Deno.test("AlternateReplacement.replace() writes the two files in turn and keeps the one before", () => {
  using directory = temporaryDirectory();
  const replacement = STRATEGIES.alternate?.(directory.path, "none");
  const seen: unknown[] = [];
  for (const content of ["1", "22", "333", "4"]) {
    replacement?.replace(0, bytesOf(content));
    seen.push(textsIn(directory.path));
  }
  assertEquals(seen, [
    { "0.a": "1" },
    { "0.a": "1", "0.b": "22" },
    { "0.a": "333", "0.b": "22" },
    { "0.a": "333", "0.b": "4" },
  ]);
});

Deno.test("AlternateReplacement.replace() never leaves a shard with nothing but an unfinished file", () => {
  using directory = temporaryDirectory();
  const replacement = STRATEGIES.alternate?.(directory.path, "none");
  // A directory in the temporary file's place: the first snapshot must come through it.
  Deno.mkdirSync(`${directory.path}/0.a.tmp`);
  assertThrows(() => replacement?.replace(0, bytesOf("first")), PersistError, "0.a.tmp");
  assertThrows(() => Deno.statSync(`${directory.path}/0.a`), Deno.errors.NotFound);
});

Deno.test("RenameReplacement.replace() leaves the old snapshot and no temporary file when it fails", () => {
  using directory = temporaryDirectory();
  Deno.mkdirSync(`${directory.path}/0`);
  const replacement = STRATEGIES.rename?.(directory.path, "none");
  assertThrows(() => replacement?.replace(0, bytesOf("new")), PersistError, "Cannot rename");
  assertEquals(Array.from(Deno.readDirSync(directory.path), ({ name }) => name), ["0"]);
});
