/**
 * The data embedded in the page, which its script shows for a configuration that is pointed at or selected.
 *
 * @module
 */

/** What the script reads. */
export interface PageData {
  readonly configurations: readonly PageConfiguration[];
}

/** A name and a value, as shown. */
export type Fact = readonly [name: string, value: string];

/** One configuration, as shown. */
export interface PageConfiguration {
  readonly id: string;
  readonly title: string;
  readonly command: string;
  /** Throughput and everything else that is the same in all views. */
  readonly rate: string;
  /** By view of the map: what the configuration loses in it, what that is based on, and its state. */
  readonly views: Readonly<Record<string, readonly [loss: string, basis: string, state: string]>>;
  readonly facts: readonly Fact[];
  /** All figures. */
  readonly figures: readonly Fact[];
}
