/**
 * Reads EDN, Clojure's notation of data, as far as histories have it (https://github.com/edn-format/edn).
 *
 * @module
 */
import { LineError } from "./registers.ts";

/** A value in EDN. */
export interface EdnValue {
  /** As it is written, with single blanks. */
  readonly text: string;
  /** What is in it, if it is a vector, a list or a set. */
  readonly items?: readonly EdnValue[];
  /** What is in it by the text of its keys, if it is a map. */
  readonly entries?: ReadonlyMap<string, EdnValue>;
}

/** Blanks, to which commas belong, comments to the end of the line, and then a string, a bracket, or anything else. */
const TOKEN = /(?:[\s,]|;[^\n]*)*("(?:\\[^]|[^"\\])*"|#?\{|#_|\\\S[^\s,;()[\]{}"]*|[()[\]}]|[^\s,;()[\]{}"]+|$)/y;

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "#{": "}" };

/**
 * Reads the one value that a text is.
 *
 * @throws {LineError} when it is none
 */
export function parseEdn(text: string): EdnValue {
  const reader = new EdnReader(text);
  const value = reader.read();
  reader.end();
  return value;
}

/** What nothing is nested deeper than. */
const DEPTH_MAX = 100;

class EdnReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(depth = 0): EdnValue {
    return this.#valueOf(this.#next(), depth);
  }

  /** @throws {LineError} when anything is left */
  end(): void {
    const rest = this.#next();
    if (rest !== "") throw new LineError(`there is ${rest} behind its end`);
  }

  #next(): string {
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[1];
    if (token === undefined) throw new LineError("it is not EDN");
    this.#at = TOKEN.lastIndex;
    return token;
  }

  #valueOf(token: string, depth: number): EdnValue {
    if (token === "" || depth > DEPTH_MAX) throw new LineError("it is not EDN: it has no end, or is nested too deeply");
    if (token === "#_") {
      this.read(depth + 1);
      return this.read(depth);
    }
    const closing = CLOSING[token];
    if (closing !== undefined) return this.#collection(token, closing, depth);
    if (/^[)\]}]$/.test(token)) throw new LineError(`it is not EDN: there is nothing that ${token} could end`);
    // A tag says what type the value behind it had, such as #jepsen.history.Op.
    return token.startsWith("#") ? this.read(depth + 1) : { text: token };
  }

  #collection(opening: string, closing: string, depth: number): EdnValue {
    const items: EdnValue[] = [];
    for (let token = this.#next(); token !== closing; token = this.#next()) {
      if (token === "#_") this.read(depth + 1);
      else items.push(this.#valueOf(token, depth + 1));
    }
    const text = opening + items.map(({ text }) => text).join(" ") + closing;
    if (opening !== "{") return { text, items };
    if (items.length % 2 === 1) throw new LineError(`it is not EDN: a key has no value in ${text}`);
    const entries = new Map<string, EdnValue>();
    for (let at = 0; at < items.length; at += 2) entries.set(items[at]!.text, items[at + 1]!);
    return { text, entries };
  }
}
