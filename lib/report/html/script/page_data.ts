/**
 * The data within the page: what its script shows of a configuration when that is pointed at or chosen.
 *
 * @module
 */

/** What the script reads. */
export interface PageData {
  readonly configurations: readonly PageConfiguration[];
}

/** A name and a value, as they are shown. */
export type Fact = readonly [name: string, value: string];

/** One configuration, as it is shown. */
export interface PageConfiguration {
  readonly id: string;
  readonly title: string;
  readonly command: string;
  /** Throughput and what else is the same in all views. */
  readonly rate: string;
  /** By the name of a view of the map, what the configuration loses in it, on what that is based, and how it stands. */
  readonly views: Readonly<Record<string, readonly [loss: string, basis: string, state: string]>>;
  readonly facts: readonly Fact[];
  /** All figures. */
  readonly figures: readonly Fact[];
}
