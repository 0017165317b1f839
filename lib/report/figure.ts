/**
 * A figure: one measured value, with its name and kind.
 *
 * @module
 */

/**
 * The kind of a figure's value, which determines how reports show it:
 *
 * - `count`: a number of things;
 * - `rate`: things per second;
 * - `mean`: a mean number of things;
 * - `share`: a part of a whole, from 0 to 1;
 * - `duration`: milliseconds.
 */
export type FigureKind = "count" | "rate" | "mean" | "share" | "duration";

/** One measured value. */
export interface Figure {
  /** Stable, in snake_case. */
  readonly name: string;
  readonly kind: FigureKind;
  readonly value: number;
}
