/**
 * A set of rows of integers, for what a search has tried already.
 *
 * @module
 */

/** A set of rows that all have the same number of integers. It is exact: rows are compared, not only their hashes. */
export class SeenStates {
  readonly #width: number;
  readonly #countMax: number;
  #rows: Int32Array<ArrayBuffer>;
  /** The number of the row in each place, plus one; 0 where there is none. */
  #table: Int32Array<ArrayBuffer>;
  #count = 0;

  /** @param countMax how many rows there may be */
  constructor(width: number, countMax: number) {
    this.#width = width;
    this.#countMax = countMax;
    this.#rows = new Int32Array(64 * width);
    this.#table = new Int32Array(128);
  }

  /** Whether there may be no further row. */
  get isFull(): boolean {
    return this.#count >= this.#countMax;
  }

  /** Adds a row, and returns whether it was not there yet. */
  add(row: Int32Array): boolean {
    if (2 * (this.#count + 1) > this.#table.length) this.#grow();
    const table = this.#table, rows = this.#rows, width = this.#width;
    const mask = table.length - 1;
    let place = hashOf(row, 0, width) & mask;
    for (; table[place] !== 0; place = (place + 1) & mask) {
      const start = (table[place]! - 1) * width;
      let at = 0;
      while (at < width && rows[start + at] === row[at]) at++;
      if (at === width) return false;
    }
    rows.set(row, this.#count * width);
    table[place] = ++this.#count;
    return true;
  }

  #grow(): void {
    const width = this.#width;
    const rows = new Int32Array(2 * this.#rows.length);
    rows.set(this.#rows);
    const table = new Int32Array(2 * this.#table.length);
    const mask = table.length - 1;
    for (let row = 0; row < this.#count; row++) {
      let place = hashOf(rows, row * width, width) & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = row + 1;
    }
    this.#rows = rows;
    this.#table = table;
  }
}

/** As MurmurHash3 mixes words. */
function hashOf(words: Int32Array, start: number, width: number): number {
  let hash = 0;
  for (let i = start; i < start + width; i++) {
    let word = Math.imul(words[i]!, 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
