/**
 * The snapshot layout: a write writes the whole shard.
 *
 * @module
 */
import type { Codec } from "../../../codec/codec.ts";
import { OutputBuffer } from "../../../codec/output_buffer.ts";
import type { ShardView } from "../../../store/shard.ts";
import { ShardCopy } from "../../../store/shard_copy.ts";
import type { SharedStore } from "../../../store/shared_store.ts";
import type { WriterMeter } from "../../write_meter.ts";
import type { Layout } from "../layout.ts";
import type { Replacement } from "./replacement.ts";

/**
 * A shard with at most this many words of entries is encoded under its lock, which takes a microsecond at most. For
 * longer no lock is held: while it is, a load worker does some operations on other shards and then needs just this one.
 */
const SMALL_SHARD_WORDS = 2 ** 8;

/**
 * Writes whole shards, each to its own file; there are as many files as shards.
 *
 * A prefix of each shard's puts survives a crash: a snapshot holds all of them up to its version.
 */
export class SnapshotLayout implements Layout {
  /** A newer snapshot of a shard holds everything that an older one does. */
  readonly supersedes = true;
  readonly isBehind = false;
  readonly meter: WriterMeter;
  readonly #store: SharedStore;
  readonly #codec: Codec;
  readonly #replacement: Replacement;
  readonly #copy = new ShardCopy();
  readonly #scratch = new OutputBuffer();
  /** The shard in the batch; -1: none. If there are no bytes, its copy is yet to be encoded. */
  #shard = -1;
  #bytes: Uint8Array | undefined;

  constructor(parts: { store: SharedStore; codec: Codec; replacement: Replacement; meter: WriterMeter }) {
    this.#store = parts.store;
    this.#codec = parts.codec;
    this.#replacement = parts.replacement;
    this.meter = parts.meter;
  }

  hasRoom(): boolean {
    return true;
  }

  note(): void {
    // A snapshot holds the whole shard, so there is nothing to note.
  }

  noteDelete(): void {
    // Nor what it lacks.
  }

  giveBackRoom(): void {
    // Nothing takes any.
  }

  /**
   * Encodes a small shard at once. A large one is only copied, and encoded after its lock is released, because encoding
   * takes several times as long as copying.
   */
  take(shard: number): void {
    const view = this.#store.viewShard(shard);
    this.#shard = shard;
    this.#bytes = undefined;
    if (view.end - view.start > SMALL_SHARD_WORDS) this.#copy.copy(view);
    else this.#bytes = this.#encode(view);
  }

  serialize(shard: number, out: OutputBuffer): number {
    return this.#codec.encode(this.#store.viewShard(shard), out);
  }

  accept(shard: number, bytes: Uint8Array): void {
    this.#shard = shard;
    this.#bytes = bytes;
  }

  write(): void {
    const bytes = this.#bytes ?? this.#encode(this.#copy.view);
    this.#replacement.replace(this.#shard, bytes);
    this.meter.countSnapshot(bytes.length);
  }

  makeDurable(): boolean {
    const durable = this.#replacement.makeDurable(this.#shard);
    if (durable) this.meter.countSync();
    return durable;
  }

  rewrite(file: number): void {
    this.take(file);
    this.write();
    this.makeDurable();
  }

  makeAllDurable(): void {
    this.#replacement.makeAllDurable();
  }

  checkLengths(): void {
    this.#replacement.checkLengths();
  }

  maintain(): boolean {
    return false;
  }

  abandon(): void {
    // This layout has no maintenance.
  }

  #encode(view: ShardView): Uint8Array {
    const length = this.#codec.encode(view, this.#scratch);
    return this.#scratch.bytes.subarray(0, length);
  }
}
