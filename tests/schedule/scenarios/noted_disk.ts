/**
 * A layout for scenarios: its disk is shared memory, and its files hold of each worker only how many of its puts are in
 * them.
 *
 * @module
 */
import type { OutputBuffer } from "../../../lib/codec/output_buffer.ts";
import type { Layout } from "../../../lib/persist/layout/layout.ts";
import type { WriterMeter } from "../../../lib/persist/write_meter.ts";
import type { SharedStore } from "../../../lib/store/shared_store.ts";
import { mark } from "../mark.ts";
import { expect } from "../scenario.ts";

/** Most workers that put. */
const PUTTERS = 3;
/** A shard's content: its version, then how many puts of each worker it has. */
const CONTENT_WORDS = 1 + PUTTERS;

/** The shared memory: for each shard the content noted, written and synced; then how many are writing its file. */
const NOTED = 0;
const WRITTEN = CONTENT_WORDS;
const SYNCED = 2 * CONTENT_WORDS;
const WRITERS = 3 * CONTENT_WORDS;
const UNTAKEN = WRITERS + 1;
const SHARD_WORDS = UNTAKEN + 1;

export type DiskWords = Int32Array<SharedArrayBuffer>;

export function createDisk(shards: number): DiskWords {
  return new Int32Array(new SharedArrayBuffer(4 * shards * SHARD_WORDS));
}

/** How much of a shard survives: its version, or how many puts of a worker. */
export class Disk {
  readonly #words: DiskWords;

  constructor(words: DiskWords) {
    this.#words = words;
  }

  version(shard: number, of: "written" | "synced"): number {
    return this.#words[shard * SHARD_WORDS + (of === "written" ? WRITTEN : SYNCED)]!;
  }

  puts(shard: number, worker: number, of: "written" | "synced"): number {
    return this.#words[shard * SHARD_WORDS + (of === "written" ? WRITTEN : SYNCED) + 1 + worker]!;
  }
}

/** One thread's view of it. */
export class DiskLayout implements Layout {
  readonly supersedes: boolean;
  readonly isBehind = false;
  readonly meter: WriterMeter;
  readonly #words: DiskWords;
  readonly #store: SharedStore;
  readonly #roomPuts: number;
  /** What is taken, and what of it is written but not synced: shards, and their contents. */
  readonly #batch = new Map<number, Int32Array<ArrayBuffer>>();
  readonly #unsynced = new Map<number, Int32Array<ArrayBuffer>>();

  /** @param options `roomPuts`: how many puts of a shard can be noted until they are taken */
  constructor(
    words: DiskWords,
    store: SharedStore,
    options: { meter: WriterMeter; roomPuts: number; supersedes: boolean },
  ) {
    this.#words = words;
    this.#store = store;
    this.meter = options.meter;
    this.supersedes = options.supersedes;
    this.#roomPuts = options.roomPuts;
  }

  hasRoom(shard: number): boolean {
    return this.#words[shard * SHARD_WORDS + UNTAKEN]! < this.#roomPuts;
  }

  /**
   * A put's key is one byte, its worker's number, and its value four: how many puts of that worker there are with it.
   */
  note(shard: number, entry: number): void {
    const { words } = this.#store;
    this.#words[shard * SHARD_WORDS + NOTED + 1 + words[entry + 3]!] = words[entry + 4]!;
    this.#words[shard * SHARD_WORDS + UNTAKEN]!++;
  }

  /** A delete leaves the number of the put that it removes, below zero. */
  noteDelete(shard: number, entry: number): void {
    this.note(shard, entry);
    this.#words[shard * SHARD_WORDS + NOTED + 1 + this.#store.words[entry + 3]!]! *= -1;
  }

  giveBackRoom(): void {}

  take(shard: number): void {
    this.#batch.set(shard, this.#noted(shard));
  }

  serialize(shard: number, out: OutputBuffer): number {
    const content = this.#noted(shard);
    for (const [i, word] of content.entries()) out.view.setInt32(4 * i, word);
    return content.byteLength;
  }

  accept(shard: number, bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#batch.set(shard, Int32Array.from({ length: CONTENT_WORDS }, (_, i) => view.getInt32(4 * i)));
  }

  write(): void {
    for (const [shard, content] of this.#batch) this.#write(shard, content);
    this.#batch.clear();
  }

  makeDurable(): boolean {
    for (const [shard, content] of this.#unsynced) {
      mark();
      this.#words.subarray(shard * SHARD_WORDS + SYNCED).set(content);
    }
    this.#unsynced.clear();
    return true;
  }

  rewrite(file: number): void {
    this.#write(file, this.#noted(file));
    this.makeDurable();
  }

  makeAllDurable(): void {
    this.makeDurable();
  }

  checkLengths(): void {}

  maintain(): boolean {
    return false;
  }

  abandon(): void {}

  #noted(shard: number): Int32Array<ArrayBuffer> {
    const row = shard * SHARD_WORDS;
    this.#words[row + NOTED] = this.#store.version(shard);
    this.#words[row + UNTAKEN] = 0;
    return Int32Array.from(this.#words.subarray(row + NOTED, row + NOTED + CONTENT_WORDS));
  }

  #write(shard: number, content: Int32Array<ArrayBuffer>): void {
    const row = shard * SHARD_WORDS;
    expect("the number of others that write the file", this.#words[row + WRITERS]!++, 0);
    expect("whether a file gets older content", content[0]! < this.#words[row + WRITTEN]!, false);
    mark();
    this.#words.subarray(row + WRITTEN).set(content);
    this.#words[row + WRITERS]!--;
    this.#unsynced.set(shard, content);
  }
}
