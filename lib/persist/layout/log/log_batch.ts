/**
 * The records, grouped by log, that one thread has taken but not yet written.
 *
 * @module
 */

/** Words of an item: one shard's records, as a list of chunks or as bytes from the queue. */
const ITEM_WORDS = 4;
const ITEM_NEXT = 0;
const ITEM_SHARD = 1;
const ITEM_CHUNK = 2;
/** The index of the item's bytes, if it has no chunk. */
const ITEM_BYTES = 3;

const NONE = -1;

/** Items by log, in the order in which they were added. The memory is reused for each batch and grows as needed. */
export class LogBatch {
  readonly #shardsPerLog: number;
  /** The first and last item of each log. */
  readonly #first: Int32Array<ArrayBuffer>;
  readonly #last: Int32Array<ArrayBuffer>;
  /** The logs that have items, in the order of their first ones. */
  readonly #logs: Int32Array<ArrayBuffer>;
  #logCount = 0;
  #items = new Int32Array(64 * ITEM_WORDS);
  #itemCount = 0;
  readonly #bytes: Uint8Array[] = [];

  constructor(logs: number, shardsPerLog: number) {
    this.#shardsPerLog = shardsPerLog;
    this.#first = new Int32Array(logs).fill(NONE);
    this.#last = new Int32Array(logs);
    this.#logs = new Int32Array(logs);
  }

  /** Number of logs that have items. */
  get logCount(): number {
    return this.#logCount;
  }

  /** The log at this index, of those that have items, in the order of their first ones. */
  log(index: number): number {
    return this.#logs[index]!;
  }

  /** Adds the list of chunks that begins with this one. */
  addChunks(shard: number, chunk: number): void {
    this.#add(shard, chunk, NONE);
  }

  /** Adds bytes made by {@linkcode PendingRecords.moveOut}. */
  addBytes(shard: number, bytes: Uint8Array): void {
    this.#add(shard, 0, this.#bytes.push(bytes) - 1);
  }

  /** Calls the visitor for each item of a log, in order. */
  visit(log: number, visitor: LogBatchVisitor): void {
    for (let item = this.#first[log]!; item !== NONE; item = this.#items[item + ITEM_NEXT]!) {
      const shard = this.#items[item + ITEM_SHARD]!;
      const chunk = this.#items[item + ITEM_CHUNK]!;
      if (chunk !== 0) visitor.visitChunks(shard, chunk);
      else visitor.visitBytes(shard, this.#bytes[this.#items[item + ITEM_BYTES]!]!);
    }
  }

  /** Forgets all items. */
  clear(): void {
    for (let i = 0; i < this.#logCount; i++) this.#first[this.#logs[i]!] = NONE;
    this.#logCount = 0;
    this.#itemCount = 0;
    // Assigning the length allocates, even if there is nothing to remove.
    if (this.#bytes.length > 0) this.#bytes.length = 0;
  }

  #add(shard: number, chunk: number, bytes: number): void {
    const item = this.#itemCount * ITEM_WORDS;
    if (item === this.#items.length) this.#grow();
    this.#itemCount++;
    const items = this.#items;
    items[item + ITEM_NEXT] = NONE;
    items[item + ITEM_SHARD] = shard;
    items[item + ITEM_CHUNK] = chunk;
    items[item + ITEM_BYTES] = bytes;
    const log = Math.floor(shard / this.#shardsPerLog);
    if (this.#first[log] === NONE) {
      this.#first[log] = item;
      this.#logs[this.#logCount++] = log;
    } else {
      items[this.#last[log]! + ITEM_NEXT] = item;
    }
    this.#last[log] = item;
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.#items.length);
    grown.set(this.#items);
    this.#items = grown;
  }
}

/** Called for each item of a log. */
export interface LogBatchVisitor {
  visitChunks(shard: number, chunk: number): void;
  visitBytes(shard: number, bytes: Uint8Array): void;
}
