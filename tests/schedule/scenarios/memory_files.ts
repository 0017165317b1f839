/**
 * A file system in shared memory, in place of the system's: each call is a step, and a write is two, so that another
 * worker, or a crash of the process, may find half of it.
 *
 * Layout, in 32-bit words: names, each with the number of its file, its length and its characters, a word each; files,
 * each with its size; then the files' bytes. A file that has lost its name keeps its bytes for those who have it open.
 *
 * @module
 */
import { mark } from "../mark.ts";

/** All files are in this directory. */
export const DIRECTORY = "/kvlab-scheduled";

const NAMES = 32;
const NAME_CHARACTERS = 64;
const NAME_WORDS = 2 + NAME_CHARACTERS;
/** Number of the file, from 1; 0: the name is not in use. */
const NAME_FILE = 0;
const NAME_LENGTH = 1;
const NAME_TEXT = 2;
/** Number of files ever created. */
const CREATED = NAMES * NAME_WORDS;
const SIZES = CREATED + 1;
const FILES = 48;
const FILE_BYTES = 4 * 1024;
const BYTES = 4 * (SIZES + FILES);

export type FileMemory = SharedArrayBuffer;

export function createFiles(): FileMemory {
  return new SharedArrayBuffer(BYTES + FILES * FILE_BYTES);
}

class MemoryFiles {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;

  constructor(memory: FileMemory) {
    this.#words = new Int32Array(memory, 0, BYTES / 4);
    this.#bytes = new Uint8Array(memory, BYTES);
  }

  names(): string[] {
    const names: string[] = [];
    for (let at = 0; at < NAMES * NAME_WORDS; at += NAME_WORDS) if (this.#words[at]! > 0) names.push(this.#text(at));
    return names.sort();
  }

  /** The number of the file of that name; 0: there is none. */
  find(name: string): number {
    const at = this.#nameAt(name);
    return at < 0 ? 0 : this.#words[at + NAME_FILE]!;
  }

  create(name: string): number {
    const file = ++this.#words[CREATED]!;
    if (file > FILES) throw new Error(`the scenario creates more than ${FILES} files`);
    this.#name(name, file);
    return file;
  }

  remove(name: string): void {
    const at = this.#nameAt(name);
    if (at < 0) throw new Deno.errors.NotFound(`there is no ${name}`);
    this.#words[at + NAME_FILE] = 0;
  }

  rename(from: string, to: string): void {
    const file = this.find(from);
    this.remove(from);
    if (this.find(to) > 0) this.remove(to);
    this.#name(to, file);
  }

  size(file: number): number {
    return this.#words[SIZES + file - 1]!;
  }

  truncate(file: number, size: number): void {
    const before = this.size(file);
    if (size > FILE_BYTES) throw new Error(`a file of the scenario has more than ${FILE_BYTES} bytes`);
    if (size < before) this.#bytes.fill(0, this.#start(file) + size, this.#start(file) + before);
    this.#words[SIZES + file - 1] = size;
  }

  write(file: number, position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    if (end > this.size(file)) this.truncate(file, end);
    for (let i = 0; i < bytes.length; i++) this.#bytes[this.#start(file) + position + i] = bytes[i]!;
  }

  read(file: number, position: number, out: Uint8Array): number {
    const count = Math.max(0, Math.min(out.length, this.size(file) - position));
    const start = this.#start(file) + position;
    for (let i = 0; i < count; i++) out[i] = this.#bytes[start + i]!;
    return count;
  }

  #start(file: number): number {
    return (file - 1) * FILE_BYTES;
  }

  #nameAt(name: string): number {
    for (let at = 0; at < NAMES * NAME_WORDS; at += NAME_WORDS) {
      if (this.#words[at + NAME_FILE]! > 0 && this.#text(at) === name) return at;
    }
    return -1;
  }

  #name(name: string, file: number): void {
    let at = 0;
    while (this.#words[at + NAME_FILE]! > 0) at += NAME_WORDS;
    if (at >= NAMES * NAME_WORDS) throw new Error(`the scenario has more than ${NAMES} names of files`);
    this.#words[at + NAME_LENGTH] = name.length;
    for (let i = 0; i < name.length; i++) this.#words[at + NAME_TEXT + i] = name.charCodeAt(i);
    this.#words[at + NAME_FILE] = file;
  }

  #text(at: number): string {
    const text = this.#words.subarray(at + NAME_TEXT, at + NAME_TEXT + this.#words[at + NAME_LENGTH]!);
    return String.fromCharCode(...text);
  }
}

/** An open file. */
class MemoryFile {
  readonly #files: MemoryFiles;
  readonly #file: number;
  #position = 0;

  constructor(files: MemoryFiles, file: number) {
    this.#files = files;
    this.#file = file;
  }

  writeSync(bytes: Uint8Array): number {
    const half = bytes.length >> 1;
    mark();
    this.#files.write(this.#file, this.#position, bytes.subarray(0, half));
    mark();
    this.#files.write(this.#file, this.#position + half, bytes.subarray(half));
    this.#position += bytes.length;
    return bytes.length;
  }

  readSync(out: Uint8Array): number | null {
    mark();
    const count = this.#files.read(this.#file, this.#position, out);
    this.#position += count;
    return count === 0 ? null : count;
  }

  seekSync(offset: number, whence: Deno.SeekMode): number {
    return this.#position = offset + (whence === Deno.SeekMode.End ? this.#files.size(this.#file) : 0);
  }

  truncateSync(size = 0): void {
    mark();
    this.#files.truncate(this.#file, size);
  }

  statSync() {
    return { size: this.#files.size(this.#file), isFile: true, ino: this.#file, dev: 1 };
  }

  syncDataSync(): void {
    mark();
  }

  syncSync(): void {
    mark();
  }

  close(): void {}

  [Symbol.dispose](): void {}
}

let attached: FileMemory | undefined;

/** Has this worker find these files wherever it looks for files. */
export function attachFiles(memory: FileMemory): void {
  if (attached === memory) return;
  attached = memory;
  const files = new MemoryFiles(memory);
  const nameOf = (path: string) => path.slice(DIRECTORY.length + 1);
  const found = (path: string): number => {
    mark();
    const file = files.find(nameOf(path));
    if (file === 0) throw new Deno.errors.NotFound(`there is no ${path}`);
    return file;
  };
  const look = (path: string) => {
    const ino = found(path);
    return { size: files.size(ino), isFile: true, ino, dev: 1 };
  };
  const calls = {
    openSync(path: string, { create, createNew, truncate }: Deno.OpenOptions): MemoryFile {
      mark();
      let file = path === DIRECTORY ? -1 : files.find(nameOf(path));
      if (file > 0 && createNew) throw new Deno.errors.AlreadyExists(`${path} exists`);
      if (file === 0 && !create && !createNew) throw new Deno.errors.NotFound(`there is no ${path}`);
      if (file === 0) file = files.create(nameOf(path));
      else if (truncate) files.truncate(file, 0);
      return new MemoryFile(files, file);
    },
    renameSync(from: string, to: string): void {
      mark();
      files.rename(nameOf(from), nameOf(to));
    },
    removeSync(path: string): void {
      mark();
      files.remove(nameOf(path));
    },
    statSync: look,
    lstatSync: look,
    readFileSync(path: string): Uint8Array {
      const file = found(path);
      const bytes = new Uint8Array(files.size(file));
      files.read(file, 0, bytes);
      return bytes;
    },
    readDirSync: () => files.names().map((name) => ({ name, isFile: true, isDirectory: false, isSymlink: false })),
  };
  for (const [name, value] of Object.entries(calls)) {
    Object.defineProperty(Deno, name, { value, configurable: true, writable: true });
  }
}
