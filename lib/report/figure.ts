/**
 * The figure: one measured value, with its name and what kind of value it is.
 *
 * @module
 */

/**
 * What a figure's value is, and so how reports show it:
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
