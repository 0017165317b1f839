/**
 * Room of the load patterns: how long a load worker waits after each operation.
 *
 * @module
 */

/** The names of the patterns, in the order shown to users. */
export const PATTERN_NAMES = ["consistent", "bursty", "unthrottled"] as const;

/** How the operations of a load worker are spaced. */
export type PatternName = typeof PATTERN_NAMES[number];
