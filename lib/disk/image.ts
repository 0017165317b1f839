/**
 * What a disk holds: a file, and in memory the blocks in which it differs from that.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  changedBytes,
  type DiskBase,
  type DiskEvent,
  type DiskState,
  rangesOf,
  unflushedFrom,
  type WritePart,
} from "./recording.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of a block, of which there is one in memory for each that differs. */
const BLOCK_BYTES = 4096;
const ZEROS: Bytes = new Uint8Array(BLOCK_BYTES);

/** A part of a disk, in bytes. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** A disk's content. What is written to it is kept as it is, without a copy: it must not be changed afterwards. */
export class DiskImage implements DiskBase {
  readonly #base: DiskBase;
  readonly #blocks: Map<number, Bytes>;

  constructor(base: DiskBase, blocks: ReadonlyMap<number, Bytes> = new Map()) {
    this.#base = base;
    this.#blocks = new Map(blocks);
  }

  get bytes(): number {
    return this.#base.bytes;
  }

  /** Another image that holds the same, and goes its own way from now on. */
  copy(): DiskImage {
    return new DiskImage(this.#base, this.#blocks);
  }

  /** Another image that holds what a disk held, and goes its own way from now on. */
  static upon(base: DiskBase): DiskImage {
    return base instanceof DiskImage ? base.copy() : new DiskImage(base);
  }

  read(offset: number, into: Bytes): void {
    for (let at = 0; at < into.length;) {
      const block = Math.floor((offset + at) / BLOCK_BYTES);
      const held = this.#blocks.get(block);
      if (held === undefined) {
        const start = at;
        let next = block;
        do at = ++next * BLOCK_BYTES - offset; while (at < into.length && !this.#blocks.has(next));
        at = Math.min(at, into.length);
        this.#base.read(offset + start, into.subarray(start, at));
      } else {
        const from = offset + at - block * BLOCK_BYTES;
        const part = held.subarray(from, Math.min(BLOCK_BYTES, from + into.length - at));
        into.set(part, at);
        at += part.length;
      }
    }
  }

  write(offset: number, data: Bytes): void {
    for (let at = 0; at < data.length;) {
      const block = Math.floor((offset + at) / BLOCK_BYTES);
      const from = offset + at - block * BLOCK_BYTES;
      const part = data.subarray(at, at + BLOCK_BYTES - from);
      if (part.length === BLOCK_BYTES) this.#blocks.set(block, part);
      else this.#change(block, (bytes) => bytes.set(part, from));
      at += part.length;
    }
  }

  discard(offset: number, length: number): void {
    for (let at = offset; at < offset + length;) {
      const block = Math.floor(at / BLOCK_BYTES);
      const from = at - block * BLOCK_BYTES;
      const to = Math.min(BLOCK_BYTES, offset + length - block * BLOCK_BYTES);
      if (to - from === BLOCK_BYTES) this.#blocks.set(block, ZEROS);
      else this.#change(block, (bytes) => bytes.fill(0, from, to));
      at = block * BLOCK_BYTES + to;
    }
  }

  /** Does what a write or a discard does, or those of its sectors that are kept. */
  apply(event: DiskEvent | undefined, sectors?: WritePart["sectors"]): void {
    if (event === undefined || event.kind === "flush") return;
    const { offset } = event;
    for (const [from, to] of rangesOf(changedBytes(event), sectors)) {
      if (event.kind === "write") this.write(offset + from, event.data.subarray(from, to));
      else this.discard(offset + from, to - from);
    }
  }

  /** The blocks in which it differs from its base, with their offsets. */
  *differences(): Generator<readonly [offset: number, block: Bytes]> {
    for (const [block, bytes] of this.#blocks) yield [block * BLOCK_BYTES, bytes];
  }

  /** The ranges of bytes in which it may differ from another image upon the same base, in order. */
  rangesUnlike(other: DiskImage): Range[] {
    const unlike = [
      ...[...this.#blocks].filter(([block, bytes]) => !isSame(bytes, other.#blocks.get(block))),
      ...[...other.#blocks].filter(([block]) => !this.#blocks.has(block)),
    ].map(([block]) => block).sort((a, b) => a - b);
    const ranges: { offset: number; length: number }[] = [];
    for (const block of unlike) {
      const last = ranges.at(-1);
      if (last !== undefined && last.offset + last.length === block * BLOCK_BYTES) last.length += BLOCK_BYTES;
      else ranges.push({ offset: block * BLOCK_BYTES, length: BLOCK_BYTES });
    }
    return ranges;
  }

  #change(block: number, change: (bytes: Bytes) => void): void {
    const bytes = new Uint8Array(BLOCK_BYTES);
    this.read(block * BLOCK_BYTES, bytes);
    change(bytes);
    this.#blocks.set(block, bytes);
  }
}

/** Whether two blocks are the same memory, which is never changed. */
function isSame(block: Bytes, other: Bytes | undefined): boolean {
  return block.buffer === other?.buffer && block.byteOffset === other.byteOffset;
}

/** What a disk holds in a state that a cut may have left of these events. */
export function stateImage(
  base: DiskBase,
  events: readonly DiskEvent[],
  { moment, kept }: Pick<DiskState, "moment" | "kept">,
): DiskImage {
  const image = DiskImage.upon(base);
  const flushed = unflushedFrom({ events }, moment);
  for (let event = 0; event < flushed; event++) image.apply(events[event]);
  for (const { event, sectors } of kept) image.apply(events[event], sectors);
  return image;
}

/**
 * Writes all that a disk holds into a new file, in which zeros take no room.
 *
 * @throws {Error} when that fails
 */
export function writeImage(from: DiskBase, path: string): void {
  using file = Deno.openSync(path, { read: true, write: true, createNew: true });
  file.truncateSync(from.bytes);
  const image = new FileImage(file);
  const part = new Uint8Array(COPIED_BYTES), zeros = new Uint8Array(COPIED_BYTES);
  for (let offset = 0; offset < from.bytes; offset += part.length) {
    const bytes = part.subarray(0, from.bytes - offset);
    from.read(offset, bytes);
    if (Buffer.compare(bytes, zeros.subarray(0, bytes.length)) !== 0) image.take([[offset, bytes]]);
  }
}

const COPIED_BYTES = 1 << 20;

/** An image in a file, which is written only by {@linkcode FileImage.take}. */
export class FileImage implements DiskBase {
  readonly bytes: number;
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    this.#file = file;
    this.bytes = file.statSync().size;
  }

  read(offset: number, into: Bytes): void {
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    for (let at = 0; at < into.length;) {
      const read = this.#file.readSync(into.subarray(at));
      // Beyond its end a disk has nothing.
      if (read === null) return void into.fill(0, at);
      at += read;
    }
  }

  /** Writes blocks into the file. */
  take(blocks: Iterable<readonly [offset: number, block: Bytes]>): void {
    for (const [offset, block] of blocks) {
      this.#file.seekSync(offset, Deno.SeekMode.Start);
      for (let at = 0; at < block.length;) at += this.#file.writeSync(block.subarray(at));
    }
  }
}
