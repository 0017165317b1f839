/**
 * How text reports emphasize what decides: bold on a terminal, not at all elsewhere.
 *
 * @module
 */

/** How text is styled. */
export interface TextStyle {
  /** Emphasizes text. */
  bold(text: string): string;
}

/** For pipes, files, and terminals whose user wants no escape sequences. */
export const PLAIN: TextStyle = { bold: (text) => text };

/** For terminals (ECMA-48's "select graphic rendition"). */
export const STYLED: TextStyle = { bold: (text) => `\x1b[1m${text}\x1b[22m` };

// deno-lint-ignore no-control-regex
const ESCAPES = /\x1b\[\d+m/g;

/**
 * How many columns a text takes: one per character, even if it is two UTF-16 units, and none for an escape sequence.
 */
export function widthOf(text: string): number {
  return Array.from(text.replace(ESCAPES, "")).length;
}
