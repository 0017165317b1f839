/**
 * Quotes words for a shell.
 *
 * @module
 */

/** The word as it is if plain, otherwise in single quotes: ready to be pasted into a POSIX shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
