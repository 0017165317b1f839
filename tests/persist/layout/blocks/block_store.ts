/**
 * Small stores in block files, for the tests of what is recovered from them.
 *
 * @module
 */
import { connectShared } from "../../../backend/shared.ts";
import type { FileBackendOptions } from "../../../../lib/backend/backend.ts";
import { prepareFiles } from "../../../../lib/backend/prepare.ts";
import type { SerializerName } from "../../../../lib/codec/codec.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { Abort } from "../../../../lib/sync/abort.ts";
import { Clock } from "../../../../lib/sync/clock.ts";
import { namesIn } from "../../../run/files.ts";

export type Put = readonly [key: string, value: string];
/** A put, or a delete, which has no value. */
export type Write = readonly [key: string, value: string | undefined];

/** Small, so that few records fill one. */
export const BLOCK_BYTES = 512;

/** Pages keep no room for values to grow, so that a longer one often moves its key to another page. */
export const KEYS = { keyCount: 8192, keyLengthMax: 8, valueLengthMax: 0 };

export function optionsOf(output: string, serializer: SerializerName, change: Partial<FileBackendOptions> = {}) {
  return {
    kind: "file",
    output,
    fileCount: 1,
    serializer,
    policy: { kind: "commit", commitDelayUs: 0 },
    layout: { kind: "blocks", blockBytes: BLOCK_BYTES },
    sync: "none",
    ...change,
  } as const satisfies FileBackendOptions;
}

export async function open(options: FileBackendOptions, keys = KEYS) {
  return await prepareFiles(options, keys, { abort: Abort.create(), clock: Clock.create(), threads: 1 });
}

/** Puts or deletes. */
export function write(backend: ReturnType<typeof connectShared>, [key, value]: Write): void {
  if (value === undefined) backend.delete(PaddedBytes.of(key));
  else backend.put(PaddedBytes.of(key), PaddedBytes.of(value));
}

/**
 * Writes one after the other, each committed before the next, and lets go of the directory as a kill would: undrained.
 */
export async function putAll(options: FileBackendOptions, writes: readonly Write[]): Promise<void> {
  const files = await open(options);
  const backend = connectShared(files.handle, 0);
  for (const one of writes) write(backend, one);
  files.directory.close();
}

/** What a run would find of these keys, and what it would say about that. */
export async function recover(options: FileBackendOptions, keys: Iterable<string>) {
  const { store, directory, filesSetAside, filesTorn, entriesLoaded } = await open(options);
  directory.close();
  const values = new Map<string, string>();
  for (const key of keys) {
    const value = store.getString(key);
    if (value !== undefined) values.set(key, value);
  }
  return { values, entriesLoaded, setAside: filesSetAside.length, told: filesSetAside.length + filesTorn.length };
}

/** The path of a directory's only block file. */
export function blockFileIn(directory: string): string {
  const [name] = namesIn(directory).filter((name) => name.startsWith("blocks-"));
  return `${directory}/${name}`;
}
