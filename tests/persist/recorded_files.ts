/**
 * A model of what a loss of power leaves of a directory: everything that is written and synced in it is recorded, and
 * of what was not synced at some moment, any sectors, lengths and names may be there afterwards, and any may be
 * missing.
 *
 * As in a journaling file system, the changes of a directory reach the device in order; but only a sync of the
 * directory itself is trusted to bring them there, unless {@linkcode LeftState.names} is told otherwise.
 *
 * @module
 */
import { Rng } from "../../lib/load/rng.ts";

const SECTOR_BYTES = 512;

type Change =
  | { readonly kind: "write"; readonly file: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly file: number; readonly length: number }
  | { readonly kind: "sync"; readonly file: number }
  | { readonly kind: "name"; readonly name: string; readonly file: number }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "sync names" };

/** Which of what was not synced is there. */
export interface LeftState {
  /** Of files: nothing, all of it, all up to some write, or sectors drawn one by one. */
  readonly content: "none" | "all" | "prefix" | "sectors";
  readonly seed: number;
  /** Whether any sync also brings the earlier changes of names to the device, as ext4 and XFS do. */
  readonly names?: "synced by themselves" | "synced with any file";
}

/** What a file or a directory holds. */
type Names = Map<string, number>;

/** Records what this thread does to the files of a directory, until disposed of. Nothing is really synced meanwhile. */
export class RecordedFiles implements Disposable {
  readonly #directory: string;
  readonly #changes: Change[] = [];
  /** What was there at the beginning counts as synced. */
  readonly #contents = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly #names: Names = new Map();
  #files = 0;
  /** The number of each file by its inode, which may be used again. */
  readonly #byInode = new Map<number, number>();
  readonly #restore: () => void;

  constructor(directory: string) {
    this.#directory = directory;
    for (const { name, isFile } of Deno.readDirSync(directory)) {
      if (!isFile) continue;
      const path = `${directory}/${name}`;
      this.#names.set(name, this.#files);
      this.#contents.set(this.#files, Deno.readFileSync(path));
      this.#byInode.set(Deno.statSync(path).ino!, this.#files++);
    }
    this.#restore = this.#patch();
  }

  /** The number of changes so far: a moment at which the power may be cut. */
  get moment(): number {
    return this.#changes.length;
  }

  /** The moments before each sync, when most is unsynced. */
  get momentsBeforeSyncs(): number[] {
    return this.#changes.flatMap(({ kind }, moment) => kind === "sync" || kind === "sync names" ? [moment] : []);
  }

  [Symbol.dispose](): void {
    this.#restore();
  }

  /** Makes a directory with what a cut at this moment left. */
  leave(directory: string, moment: number, { content, seed, names = "synced by themselves" }: LeftState): void {
    const rng = new Rng(seed, 0);
    const files = new Map(Array.from(this.#contents, ([file, bytes]) => [file, { bytes, pending: [] as Change[] }]));
    const fileOf = (file: number) => {
      const known = files.get(file) ?? { bytes: new Uint8Array(), pending: [] };
      files.set(file, known);
      return known;
    };
    const synced: Names = new Map(this.#names);
    let renames: Change[] = [];
    const syncNames = () => {
      for (const change of renames) applyName(synced, change);
      renames = [];
    };
    for (const change of this.#changes.slice(0, moment)) {
      if (change.kind === "write" || change.kind === "truncate") fileOf(change.file).pending.push(change);
      else if (change.kind === "sync names") syncNames();
      else if (change.kind === "sync") {
        const file = fileOf(change.file);
        for (const one of file.pending) file.bytes = applied(file.bytes, one);
        file.pending = [];
        if (names === "synced with any file") syncNames();
      } else renames.push(change);
    }
    const keepsNames = content === "all" || rng.below(2) === 0;
    const namesLeft = content === "none" ? 0 : keepsNames ? renames.length : rng.below(renames.length + 1);
    for (const change of renames.slice(0, namesLeft)) applyName(synced, change);
    Deno.mkdirSync(directory);
    for (const [name, file] of synced) {
      const { bytes, pending } = fileOf(file);
      Deno.writeFileSync(`${directory}/${name}`, left(bytes, pending, content, rng));
    }
  }

  #patch(): () => void {
    const { openSync, renameSync, removeSync, copyFileSync } = Deno;
    const { writeSync, truncateSync, syncDataSync, syncSync } = Deno.FsFile.prototype;
    const changes = this.#changes;
    const nameOf = (path: string | URL) => {
      const text = String(path);
      return text.startsWith(`${this.#directory}/`) ? text.slice(this.#directory.length + 1) : undefined;
    };
    const create = (name: string, inode: number | null) => {
      this.#byInode.set(inode!, this.#files);
      changes.push({ kind: "name", name, file: this.#files++ });
    };
    const numberOf = (file: Deno.FsFile) => this.#byInode.get(file.statSync().ino!);
    Deno.openSync = (path, options) => {
      const name = nameOf(path);
      const isNew = name !== undefined && !exists(String(path));
      const file = openSync(path, options);
      if (isNew && name !== undefined) create(name, file.statSync().ino);
      const number = options?.truncate === true && !isNew ? numberOf(file) : undefined;
      if (number !== undefined) changes.push({ kind: "truncate", file: number, length: 0 });
      return file;
    };
    Deno.renameSync = (from, to) => {
      renameSync(from, to);
      const [before, after] = [nameOf(from), nameOf(to)];
      if (before !== undefined && after !== undefined) changes.push({ kind: "rename", from: before, to: after });
    };
    Deno.removeSync = (path, options) => {
      removeSync(path, options);
      const name = nameOf(path);
      if (name !== undefined) changes.push({ kind: "remove", name });
    };
    Deno.copyFileSync = (from, to) => {
      copyFileSync(from, to);
      const name = nameOf(to);
      if (name === undefined) return;
      create(name, Deno.statSync(to).ino);
      changes.push({ kind: "write", file: this.#files - 1, offset: 0, bytes: Deno.readFileSync(to) });
    };
    Object.assign(Deno.FsFile.prototype, {
      writeSync(this: Deno.FsFile, bytes: Uint8Array) {
        const offset = this.seekSync(0, Deno.SeekMode.Current);
        const written = writeSync.call(this, bytes);
        const file = numberOf(this);
        if (file !== undefined) changes.push({ kind: "write", file, offset, bytes: bytes.slice(0, written) });
        return written;
      },
      truncateSync(this: Deno.FsFile, length = 0) {
        truncateSync.call(this, length);
        const file = numberOf(this);
        if (file !== undefined) changes.push({ kind: "truncate", file, length });
      },
      syncDataSync(this: Deno.FsFile) {
        const file = numberOf(this);
        if (file === undefined) syncDataSync.call(this);
        else changes.push({ kind: "sync", file });
      },
      syncSync(this: Deno.FsFile) {
        const { isDirectory, ino } = this.statSync();
        if (isDirectory && ino === Deno.statSync(directory).ino) changes.push({ kind: "sync names" });
        else syncSync.call(this);
      },
    });
    const directory = this.#directory;
    return () => {
      Object.assign(Deno, { openSync, renameSync, removeSync, copyFileSync });
      Object.assign(Deno.FsFile.prototype, { writeSync, truncateSync, syncDataSync, syncSync });
    };
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function applyName(names: Names, change: Change): void {
  if (change.kind === "name") names.set(change.name, change.file);
  else if (change.kind === "remove") names.delete(change.name);
  else if (change.kind === "rename") {
    const file = names.get(change.from);
    names.delete(change.from);
    if (file !== undefined) names.set(change.to, file);
  }
}

/** A file's bytes after a change of it. */
function applied(bytes: Uint8Array<ArrayBuffer>, change: Change): Uint8Array<ArrayBuffer> {
  if (change.kind === "truncate") return resized(bytes, change.length);
  if (change.kind !== "write") return bytes;
  const grown = resized(bytes, Math.max(bytes.length, change.offset + change.bytes.length));
  grown.set(change.bytes, change.offset);
  return grown;
}

function resized(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length);
  copy.set(bytes.subarray(0, length));
  return copy;
}

/** What is left of a file of which these changes were not synced. */
function left(
  bytes: Uint8Array<ArrayBuffer>,
  pending: readonly Change[],
  content: LeftState["content"],
  rng: Rng,
): Uint8Array<ArrayBuffer> {
  if (content === "none") return bytes;
  if (content !== "sectors") {
    const count = content === "all" ? pending.length : rng.below(pending.length + 1);
    return pending.slice(0, count).reduce(applied, bytes);
  }
  const whole = pending.reduce(applied, bytes);
  const keptOf8 = 1 + rng.below(7);
  let kept = bytes;
  for (const change of pending) {
    if (change.kind !== "write") {
      if (rng.below(2) === 0) kept = applied(kept, change);
      continue;
    }
    for (const sector of sectorsOf(change)) if (rng.below(8) < keptOf8) kept = applied(kept, sector);
  }
  // The length is kept apart from the content: what is missing then reads as zeros.
  return rng.below(2) === 0 ? kept : resized(kept, whole.length);
}

/** The parts of a write that lie in one sector each. */
function* sectorsOf(change: Change & { readonly kind: "write" }): Generator<Change> {
  const { offset, bytes } = change;
  for (let at = 0; at < bytes.length;) {
    const next = Math.min(bytes.length, at + SECTOR_BYTES - (offset + at) % SECTOR_BYTES);
    yield { ...change, offset: offset + at, bytes: bytes.subarray(at, next) };
    at = next;
  }
}
