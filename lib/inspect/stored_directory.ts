/**
 * A directory as it lies on disk: which shard files it has, and of what store. Nothing in it is touched.
 *
 * @module
 */
import type { SerializerName } from "../codec/codec.ts";
import { type FoundShardFile, namesIn, shardFileNames, withoutTrailingSlashes } from "../persist/directory.ts";
import { parseLogFileName } from "../persist/layout/log/log_file_name.ts";
import { takeReadLock } from "../persist/directory_lock.ts";
import { PersistError } from "../persist/persist_error.ts";
import { isSetAsideName, type ShardFileName } from "../persist/shard_file.ts";

/** How a directory is read. */
export interface ReadingOptions {
  /** Whether it is read even while a running kvlab has it locked. */
  readonly forceRead: boolean;
}

/** A shard file of any kind. */
export interface StoredFile extends FoundShardFile {
  readonly name: string;
  /** Whether it is the temporary file of a replacement. */
  readonly temporary: boolean;
}

/** Of which store a file is one. */
interface Kind {
  readonly shards: number;
  readonly serializer: SerializerName;
}

/**
 * A directory with the shard files of one store. While it is open no kvlab begins to write into it, unless it was
 * forced open. Nothing in it is created, changed, renamed or removed.
 */
export class StoredDirectory implements Disposable {
  readonly path: string;
  readonly shards: number;
  readonly serializer: SerializerName;
  /** The damaged files that were set aside earlier, sorted. */
  readonly setAsideNames: readonly string[];
  /** The files of each shard that has any, sorted by name. */
  readonly files: ReadonlyMap<number, readonly StoredFile[]>;
  readonly #lock: Deno.FsFile | undefined;

  private constructor(path: string, lock: Deno.FsFile | undefined) {
    const names = shardFileNames(path);
    const { shards, serializer } = kindOf(path, names);
    this.path = path;
    this.shards = shards;
    this.serializer = serializer;
    this.setAsideNames = namesIn(path).filter(isSetAsideName).sort();
    this.files = filesByShard(path, names, this);
    this.#lock = lock;
  }

  /**
   * Opens a directory for reading.
   *
   * @throws {PersistError} when it is no directory, a running kvlab has it, or it has not the files of just one store
   */
  static open(directory: string, { forceRead }: ReadingOptions): StoredDirectory {
    const path = withoutTrailingSlashes(directory);
    checkDirectory(path);
    const lock = forceRead ? undefined : takeReadLock(path);
    try {
      return new StoredDirectory(path, lock);
    } catch (error) {
      lock?.close();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#lock?.close();
  }
}

function checkDirectory(path: string): void {
  let isDirectory: boolean;
  try {
    ({ isDirectory } = Deno.statSync(path));
  } catch (error) {
    throw new PersistError("read", path, error);
  }
  if (!isDirectory) throw new PersistError("read", path, "it is not a directory");
}

/** The one kind of all shard files; of the temporary ones, which nobody ever loads, when there are no others. */
function kindOf(path: string, names: ReadonlyMap<string, ShardFileName>): Kind {
  const kinds = new Map<string, Kind & { readonly example: string; count: number }>();
  const lasting = [...names].filter(([, { temporary }]) => !temporary);
  for (const [name, { shards, serializer }] of lasting.length > 0 ? lasting : names) {
    const flags = `--file-count=${shards} --serializer=${serializer}`;
    const known = kinds.get(flags);
    if (known === undefined) kinds.set(flags, { shards, serializer, example: name, count: 1 });
    else known.count++;
  }
  const [kind] = kinds.values();
  if (kind === undefined) {
    const hasLogs = namesIn(path).some((name) => parseLogFileName(name) !== undefined);
    const what = hasLogs ? "it holds logs, which only a run with --layout=log reads" : "it holds no shard files";
    throw new PersistError("read", path, what);
  }
  if (kinds.size > 1) {
    const list = Array.from(kinds, ([flags, { count, example }]) => `${count} of ${flags} (such as ${example})`);
    throw new PersistError("read", path, `it holds a mixture of shard files: ${list.join(", ")}`);
  }
  return kind;
}

/** Temporary files of another kind are left out: they belong to none of the shards. */
function filesByShard(
  path: string,
  names: ReadonlyMap<string, ShardFileName>,
  { shards, serializer }: Kind,
): Map<number, StoredFile[]> {
  const files = new Map<number, StoredFile[]>();
  for (const name of [...names.keys()].sort()) {
    const parsed = names.get(name);
    if (parsed === undefined || parsed.shards !== shards || parsed.serializer !== serializer) continue;
    const { shard, side, temporary } = parsed;
    const file = { name, path: `${path}/${name}`, shard, temporary, ...(side === undefined ? {} : { side }) };
    const known = files.get(shard);
    if (known === undefined) files.set(shard, [file]);
    else known.push(file);
  }
  return files;
}
