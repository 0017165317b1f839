/**
 * The directories on disk, for the tests of runs: temporary ones, and what a run has left in one.
 *
 * @module
 */
import { decode, type Snapshot } from "../codec/decode.ts";
import { assert } from "@std/assert";
import type { SerializerName } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { parseShardFileName } from "../../lib/persist/layout/snapshot/shard_file_name.ts";

/** A directory that goes away, with all that is in it, at the end of its scope. */
export interface TemporaryDirectory extends Disposable {
  readonly path: string;
}

/** A new, empty directory, in that of temporary files or in another. */
export function temporaryDirectory(dir?: string): TemporaryDirectory {
  const path = Deno.makeTempDirSync({ prefix: "kvlab-test-", ...(dir === undefined ? {} : { dir }) });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** The names in a directory, sorted. */
export function namesIn(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
}

/** The names in a directory of what kvlab has no business to leave there: its replacements' temporary files. */
export function leftOversIn(directory: string): string[] {
  return namesIn(directory).filter((name) => name.endsWith(".tmp"));
}

/** Every file of a directory, byte for byte, except the lock file, which says who has it. */
export function contentOf(directory: string): Map<string, Uint8Array<ArrayBuffer>> {
  const names = namesIn(directory).filter((name) => name !== "LOCK");
  return new Map(names.map((name) => [name, Deno.readFileSync(`${directory}/${name}`)]));
}

/**
 * The snapshots in a directory, by shard.
 *
 * @throws {CorruptSnapshotError} when one of them is not whole
 */
export function snapshotsIn(directory: string, serializer: SerializerName): Map<number, Snapshot> {
  const snapshots = new Map<number, Snapshot>();
  for (const name of namesIn(directory)) {
    const parsed = parseShardFileName(name);
    if (parsed === undefined || parsed.temporary) continue;
    const snapshot = decode(CODECS[serializer], Deno.readFileSync(`${directory}/${name}`));
    assert(snapshot.shard === parsed.shard && snapshot.shards === parsed.shards, `${name} is another shard's`);
    snapshots.set(parsed.shard, snapshot);
  }
  return snapshots;
}

/** All keys in all snapshots, sorted. */
export function keysOf(snapshots: ReadonlyMap<number, Snapshot>): string[] {
  return [...snapshots.values()].flatMap(({ entries }) => Object.keys(entries)).sort();
}

/** The puts that all snapshots together have seen. */
export function versionSum(snapshots: ReadonlyMap<number, Snapshot>): number {
  return [...snapshots.values()].reduce((sum, { version }) => sum + version, 0);
}
