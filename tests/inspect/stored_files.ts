/**
 * The directories to inspect: written by a real run or made by hand, and what is in them, read without the code under
 * test.
 *
 * @module
 */
import { decode } from "../codec/decode.ts";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import type { SerializerName } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { OutputBuffer } from "../../lib/codec/output_buffer.ts";
import { shardFileName, type Side } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import { run } from "../../lib/run/runner.ts";
import { encodeShard, type Entry, storeOf } from "../codec/fixtures.ts";

/** What a run writes into a directory. */
export type RunFiles = Pick<FileBackendOptions, "layout" | "serializer" | "fileCount">;

/** Runs two short loads into a directory; returns what they wrote in all, and the number of files that this left. */
export async function runInto(output: string, files: RunFiles): Promise<{ writes: number; files: number }> {
  let writes = 0;
  let onDisk = 0;
  // On a busy machine a short run may write each shard only once: the second one leaves both sides of a shard.
  for (const seed of [7, 8]) {
    const { threads, file } = await run({
      threads: 1,
      loadTimeMs: 100,
      workload: { kind: "seed" },
      pattern: "consistent",
      seed,
      backend: { kind: "file", output, ...files, policy: { kind: "periodic", flushPeriodUs: 10_000 }, sync: "none" },
    });
    writes += threads.reduce((sum, thread) => sum + thread.writes, 0);
    onDisk = file?.files ?? 0;
  }
  return { writes, files: onDisk };
}

/** Files made by hand. */
export interface HandMade {
  readonly shards: number;
  readonly serializer: SerializerName;
  readonly side?: Side;
  /** The version of every file; the number of its entries when absent. */
  readonly version?: number;
}

/** Writes a file for each shard, with the entries that belong there; returns their paths by shard. */
export function writeFiles(
  directory: string,
  entries: readonly Entry[],
  { shards, serializer, side, version }: HandMade,
): string[] {
  const store = storeOf(entries, shards);
  const out = new OutputBuffer();
  const paths: string[] = [];
  for (let shard = 0; shard < shards; shard++) {
    if (version !== undefined) store.restoreVersion(shard, version);
    const path = `${directory}/${shardFileName(shard, shards, serializer, side)}`;
    Deno.writeFileSync(path, encodeShard(CODECS[serializer], store, { shard, out }));
    paths.push(path);
  }
  return paths;
}

/** Writes a file of bytes that are no snapshot; returns its size. */
export function damage(path: string): number {
  const half = Deno.readFileSync(path);
  Deno.writeFileSync(path, half.subarray(0, half.length >> 1));
  return half.length >> 1;
}

/** Everything about a directory that reading it must leave alone. */
export function stateOf(directory: string): Map<string, unknown> {
  const state = new Map<string, unknown>([[".", metadataOf(directory)]]);
  const names = Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
  for (const name of names) {
    const path = `${directory}/${name}`;
    state.set(name, { ...metadataOf(path), bytes: Deno.readFileSync(path) });
  }
  return state;
}

function metadataOf(path: string) {
  const { mtime, size, mode, ino } = Deno.statSync(path);
  return { mtime, size, mode, ino };
}

/** The entries of each shard's newest file, all together, with the number of files that there are. */
export function unionOf(directory: string, serializer: SerializerName) {
  const newest = new Map<number, { version: number; entries: Readonly<Record<string, string>> }>();
  let files = 0, bytes = 0;
  for (const { name } of Deno.readDirSync(directory)) {
    if (!name.endsWith(`.${serializer}`)) continue;
    const content = Deno.readFileSync(`${directory}/${name}`);
    const { shard, version, entries } = decode(CODECS[serializer], content);
    files++;
    bytes += content.length;
    if (version > (newest.get(shard)?.version ?? -1)) newest.set(shard, { version, entries });
  }
  const chosen = [...newest.values()];
  return {
    files,
    bytes,
    versionSum: chosen.reduce((sum, { version }) => sum + version, 0),
    entries: Object.fromEntries(chosen.flatMap(({ entries }) => Object.entries(entries))),
  };
}
