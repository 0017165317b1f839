/**
 * Writes block files for one thread: creates them, extends them with blank places, and writes into places.
 *
 * @module
 */
import { BLOCK_CODECS } from "../../../codec/codecs.ts";
import type { SerializerName } from "../../../codec/codec.ts";
import {
  checkLength,
  openExistingFile,
  openFile,
  readAt,
  removeQuietly,
  renameOver,
  seekTo,
  syncData,
  syncDirectory,
  TEMPORARY_SUFFIX,
  truncateFile,
  writeAll,
} from "../../../system/file_io.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import type { WriterMeter } from "../../write_meter.ts";
import { type OpenFile, OpenFiles } from "../open_files.ts";
import { blockFileName } from "./block_file_name.ts";
import { type BlockFileIdentity, encodeHead, extentBlocks, fileBytes, headPlace } from "./block_format.ts";
import type { BlockTable } from "./block_table.ts";

/** What {@linkcode BlockFiles} work with. */
export interface BlockFilesParts {
  readonly directory: string;
  readonly serializer: SerializerName;
  readonly sync: SyncName;
  readonly openFilesMax: number;
  readonly blockBytes: number;
  readonly table: BlockTable;
  readonly meter: WriterMeter;
}

/** Blank places are written in pieces of about this many bytes. */
const PIECE_BYTES = 2 ** 20;

/** A file grows by this part of its size. */
const GROWTH = 1 / 32;

/** One thread's own view of all block files. Each method is called under its file's lock. */
export class BlockFiles {
  readonly #parts: BlockFilesParts;
  readonly #open: OpenFiles<number>;
  readonly #extentBlocks: number;
  readonly #blank: Uint8Array<ArrayBuffer>;

  constructor(parts: BlockFilesParts) {
    const { openFilesMax, blockBytes, serializer } = parts;
    this.#parts = parts;
    this.#open = new OpenFiles(openFilesMax);
    this.#extentBlocks = extentBlocks(blockBytes);
    const blank = BLOCK_CODECS[serializer].blank(blockBytes);
    const places = Math.max(1, PIECE_BYTES / blockBytes);
    this.#blank = new Uint8Array(places * blockBytes);
    for (let i = 0; i < places; i++) this.#blank.set(blank, i * blockBytes);
  }

  /**
   * Makes sure that a file exists and has at least this many blocks.
   *
   * @throws {PersistError} when it cannot be created, or there is no room for it to grow; its content is then unchanged
   */
  reserve(file: number, blocks: number): void {
    const { table } = this.#parts;
    const extents = table.extents(file);
    const needed = Math.max(1, Math.ceil(blocks / this.#extentBlocks));
    if (needed <= extents) return;
    if (extents === 0) this.#create(file, needed);
    else this.#grow(file, Math.max(needed, extents + Math.floor(extents * GROWTH)));
  }

  /**
   * Writes blocks into consecutive places.
   *
   * @param place the first place, counted from the file's beginning
   * @throws {PersistError} when that fails
   */
  write(file: number, place: number, bytes: Uint8Array): void {
    const open = this.#get(file);
    seekTo(open.file, open.path, place * this.#parts.blockBytes);
    writeAll(open.file, open.path, bytes);
  }

  /** Reads what is in a place into `bytes`, which is as long as a block. */
  read(file: number, place: number, bytes: Uint8Array<ArrayBuffer>): void {
    const { file: open, path } = this.#get(file);
    readAt(open, path, place * this.#parts.blockBytes, bytes);
  }

  /**
   * Cuts off the last extents, whose blocks nobody needs: at levels above none, whatever makes up for them is synced.
   * The number of extents must change from odd to even, or from even to odd, so that the head that counts fewer does
   * not overwrite the other, which counts until it has been blanked.
   *
   * @throws {PersistError} when that fails; nothing is then lost
   */
  shrink(file: number, extents: number): void {
    const { table, blockBytes, meter } = this.#parts;
    const { file: open, path } = this.#get(file);
    this.#writeHead(open, path, file, extents);
    if (this.#isSynced) syncData(open, path);
    seekTo(open, path, headPlace(table.extents(file)) * blockBytes);
    writeAll(open, path, this.#blank.subarray(0, blockBytes));
    if (this.#isSynced) syncData(open, path);
    truncateFile(path, fileBytes(extents, blockBytes), this.#isSynced);
    table.setExtents(file, extents);
    meter.countBytes(2 * blockBytes);
  }

  /** Waits until everything written to the file is on the device. */
  sync(file: number): void {
    const { file: open, path } = this.#get(file);
    syncData(open, path);
    this.#parts.meter.countSync();
  }

  /**
   * Has the head of each file say that all blocks in use are synced, at levels above none. Nobody may write meanwhile.
   *
   * @throws {PersistError} when that fails
   */
  markSynced(): void {
    const { table, blockBytes, meter } = this.#parts;
    if (!this.#isSynced) return;
    for (let file = 0; file < table.size.files; file++) {
      const extents = table.extents(file);
      if (extents === 0) continue;
      const { file: open, path } = this.#get(file);
      this.#writeHead(open, path, file, extents);
      meter.countBytes(blockBytes);
    }
  }

  /** Closes all files; the next write opens its file again. */
  close(): void {
    this.#open.close();
  }

  /**
   * Checks that each file has the length that its extents take. Nobody may write meanwhile.
   *
   * @throws {PersistError} when one has not
   */
  checkLengths(): void {
    const { table, blockBytes } = this.#parts;
    for (let file = 0; file < table.size.files; file++) {
      const extents = table.extents(file);
      if (extents > 0) checkLength(this.#path(file), fileBytes(extents, blockBytes));
    }
  }

  #create(file: number, extents: number): void {
    const { directory, blockBytes, table } = this.#parts;
    const path = this.#path(file);
    const temporary = path + TEMPORARY_SUFFIX;
    const created = openFile(temporary, { write: true, create: true, truncate: true });
    try {
      this.#writeBlanks(created, temporary, fileBytes(extents, blockBytes));
      this.#writeHead(created, temporary, file, extents);
      if (this.#isSynced) syncData(created, temporary);
      renameOver(temporary, path);
      if (this.#isSynced) syncDirectory(directory);
    } catch (error) {
      removeQuietly(temporary);
      throw error;
    } finally {
      created.close();
    }
    table.setExtents(file, extents);
    this.#parts.meter.countBytes(fileBytes(extents, blockBytes));
  }

  /**
   * Appends blank extents, then writes the head that counts them, into the other of its two places: the number of
   * extents alternates between odd and even.
   */
  #grow(file: number, atLeast: number): void {
    const { table, blockBytes, meter } = this.#parts;
    const before = table.extents(file);
    const extents = headPlace(atLeast) === headPlace(before) ? atLeast + 1 : atLeast;
    const { file: open, path } = this.#get(file);
    const start = fileBytes(before, blockBytes);
    const bytes = fileBytes(extents, blockBytes) - start;
    seekTo(open, path, start);
    this.#writeBlanks(open, path, bytes);
    // A head on the device must not count extents that are not, nor call blocks synced that are not.
    if (this.#isSynced) syncData(open, path);
    this.#writeHead(open, path, file, extents);
    table.setExtents(file, extents);
    meter.countBytes(bytes + blockBytes);
  }

  #writeBlanks(file: Deno.FsFile, path: string, bytes: number): void {
    for (let done = 0; done < bytes; done += this.#blank.length) {
      writeAll(file, path, this.#blank.subarray(0, Math.min(this.#blank.length, bytes - done)));
    }
  }

  /** Called when all blocks in use are synced, at levels above none. */
  #writeHead(open: Deno.FsFile, path: string, file: number, extents: number): void {
    const { serializer, blockBytes, sync, table } = this.#parts;
    const head = { extents, synced: { sync, blocks: isSynced(sync) ? table.used(file) : 0 } };
    seekTo(open, path, headPlace(extents) * blockBytes);
    writeAll(open, path, encodeHead(this.#identity(file), head, serializer));
  }

  get #isSynced(): boolean {
    return isSynced(this.#parts.sync);
  }

  #get(file: number): OpenFile {
    const known = this.#open.find(file);
    if (known !== undefined) return known;
    const path = this.#path(file);
    return this.#open.keep(file, () => ({ path, file: openExistingFile(path) }));
  }

  #path(file: number): string {
    const { directory, serializer, blockBytes, table: { size: { files } } } = this.#parts;
    return `${directory}/${blockFileName({ file, files, blockBytes, serializer })}`;
  }

  #identity(file: number): BlockFileIdentity {
    const { blockBytes, table: { size: { files, shards } } } = this.#parts;
    return { file, files, shards, blockBytes };
  }
}
