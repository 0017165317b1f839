/**
 * The workers of the shard files' tests: one replaces a file again and again, the others read it all the while.
 *
 * @module
 */
import { replaceFile } from "../../lib/system/file_io.ts";
import { serve } from "../sync/serve.ts";

/** Index of the word that says that the last replacement is done. */
export const DONE = 0;
/** Index of the word that counts how often a reader found another content than the time before. */
export const CHANGES = 1;
/** Words in all. */
export const SHARD_FILE_TEST_WORDS = 2;

/** One worker's part. */
export interface ShardFileConfig {
  readonly kind: "replace" | "read";
  readonly path: string;
  readonly words: Int32Array<SharedArrayBuffer>;
  /** The replacing goes on until there were so many replacements, and readers saw so many changes. */
  readonly replacementsMin: number;
  readonly changesMin: number;
}

/** What a worker did and saw. */
export interface ShardFileResult {
  /** The last content written or read; content 0 is there at first. */
  readonly last: number;
  /** What was read that was not a complete content, or older than what was read before. */
  readonly wrong: readonly string[];
}

/** Lengths that contents take in turn: shorter ones follow longer ones, so that a leftover tail would show. */
const LENGTHS = [8192, 100_000, 1, 40_000];

/** The content of this number: its number and then its own length of one byte. */
export function contentOf(number: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + LENGTHS[number % LENGTHS.length]!).fill(number % 251);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

if (import.meta.main) serve((config: ShardFileConfig) => config.kind === "replace" ? replace(config) : read(config));

function replace({ path, words, replacementsMin, changesMin }: ShardFileConfig): ShardFileResult {
  let last = 0;
  try {
    while (last < replacementsMin || Atomics.load(words, CHANGES) < changesMin) replaceFile(path, contentOf(++last));
  } finally {
    Atomics.store(words, DONE, 1);
  }
  return { last, wrong: [] };
}

function read({ path, words }: ShardFileConfig): ShardFileResult {
  let last = 0;
  const wrong: string[] = [];
  for (let done = false; !done;) {
    // Looked at before reading: what is read at the end comes after the last replacement.
    done = Atomics.load(words, DONE) !== 0;
    const number = readNumber(path);
    if (typeof number === "string") wrong.push(number);
    else if (number < last) wrong.push(`${number} after ${last}`);
    else if (number > last) {
      Atomics.add(words, CHANGES, 1);
      last = number;
    }
  }
  return { last, wrong: wrong.slice(0, 5) };
}

/** The number of the complete content that the file holds, or what is wrong with it. */
function readNumber(path: string): number | string {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Deno.readFileSync(path);
  } catch (error) {
    return String(error);
  }
  if (bytes.length < 4) return `${bytes.length} bytes`;
  const number = new DataView(bytes.buffer).getUint32(0);
  const expected = contentOf(number);
  if (bytes.length !== expected.length) return `${bytes.length} of ${expected.length} bytes of content ${number}`;
  for (let i = 4; i < bytes.length; i++) if (bytes[i] !== expected[i]) return `content ${number} with byte ${i} wrong`;
  return number;
}
