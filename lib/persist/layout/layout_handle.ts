/**
 * What the threads share of a layout.
 *
 * @module
 */

/** What a thread needs to attach to a layout; structured-cloneable. Each layout adds to it what it needs. */
export interface LayoutHandle {
  /** The layout's name. */
  readonly kind: string;
}
