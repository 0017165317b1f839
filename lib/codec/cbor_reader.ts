/**
 * Reads a CBOR snapshot: exactly what the encoder writes, with each head in its shortest form.
 *
 * `@std/cbor` reads all of CBOR, but would lose some of a store's data: it drops a leading U+FEFF of a text, refuses
 * keys that every object has, such as `constructor` and `toString`, and builds one object of everything.
 *
 * @module
 */
import { PaddedBytes } from "../store/padded_bytes.ts";
import {
  checkHead,
  CorruptSnapshotError,
  repeatedKey,
  type SnapshotHead,
  type SnapshotReader,
} from "./snapshot_reader.ts";
import { FORMAT } from "./codec.ts";
import { KeySet } from "./key_set.ts";
import { copyText } from "./utf8.ts";

const UNSIGNED = 0;
const TEXT = 3;
const MAP = 5;

/** A head's low bits: the argument itself or, from 24 on, the form in which it follows. */
const ARGUMENT_MASK = 31;
const DIRECT_MAX = 23;

/** Number of members of the map. */
const MEMBERS = 7;

/** Reads the members of a snapshot whose checksum has already been verified. */
export class CborSnapshotReader implements SnapshotReader {
  readonly head: SnapshotHead;
  readonly key = new PaddedBytes(64);
  readonly value = new PaddedBytes(256);
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #keys: KeySet;
  #position = 0;
  #left: number;

  /**
   * @param covered number of bytes that the checksum covers, which end with the entries
   * @throws {CorruptSnapshotError} when the head is not what kvlab writes
   */
  constructor(bytes: Uint8Array, covered: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, covered);
    this.#end = covered;
    if (this.#readHead(MAP) !== MEMBERS) throw this.#unexpected();
    this.#expectText("format");
    this.#readText(this.value);
    if (this.value.toString() !== FORMAT) throw new CorruptSnapshotError(`its format is not "${FORMAT}"`);
    const shard = this.#readMember("shard");
    const shards = this.#readMember("shards");
    const version = this.#readMember("version");
    const count = this.#readMember("count");
    this.#expectText("entries");
    this.head = checkHead({ shard, shards, version, count }, bytes.length);
    this.#left = this.#readHead(MAP);
    if (this.#left !== count) {
      throw new CorruptSnapshotError(`its count is ${count}, but it has ${this.#left} entries`);
    }
    this.#keys = new KeySet(bytes, count);
  }

  next(): boolean {
    if (this.#left === 0) {
      if (this.#position !== this.#end) throw this.#unexpected();
      return false;
    }
    this.#left--;
    const start = this.#position;
    this.#readText(this.key);
    if (!this.#keys.add(this.key, start, this.#position)) throw repeatedKey(this.key);
    this.#readText(this.value);
    return true;
  }

  #readMember(name: string): number {
    this.#expectText(name);
    return this.#readHead(UNSIGNED);
  }

  #expectText(expected: string): void {
    this.#readText(this.key);
    if (this.key.toString() !== expected) throw new CorruptSnapshotError(`its member ${expected} is missing`);
  }

  #readText(out: PaddedBytes): void {
    const length = this.#readHead(TEXT);
    const start = this.#position;
    if (start + length > this.#end) throw this.#unexpected();
    copyText(this.#bytes, start, start + length, out);
    this.#position = start + length;
  }

  /** Reads a head of this major type in its shortest form, and returns its argument. */
  #readHead(major: number): number {
    const at = this.#position;
    const first = at < this.#end ? this.#view.getUint8(at) : -1;
    if (first >> 5 !== major) throw this.#unexpected();
    const low = first & ARGUMENT_MASK;
    this.#position++;
    if (low <= DIRECT_MAX) return low;
    const size = low <= 27 ? 1 << (low - 24) : Infinity;
    if (this.#position + size > this.#end) throw this.#unexpected();
    this.#position += size;
    const argument = this.#readArgument(at + 1, size);
    if (argument < LEAST_ARGUMENTS[low - 24]!) throw this.#unexpected();
    return argument;
  }

  #readArgument(at: number, size: number): number {
    switch (size) {
      case 1:
        return this.#view.getUint8(at);
      case 2:
        return this.#view.getUint16(at);
      case 4:
        return this.#view.getUint32(at);
      default:
        return Number(this.#view.getBigUint64(at));
    }
  }

  #unexpected(): CorruptSnapshotError {
    return new CorruptSnapshotError(`it is not CBOR as kvlab writes it, at byte ${this.#position}`);
  }
}

/** The least arguments for which one, two, four and eight bytes are the shortest form. */
const LEAST_ARGUMENTS = [DIRECT_MAX + 1, 2 ** 8, 2 ** 16, 2 ** 32];
