/**
 * What the charts below the map share: which configurations they show, and how each looks.
 *
 * @module
 */
import type { MapView } from "../map_view.ts";
import { type Look, lookOf } from "../palette.ts";
import { type Configuration, medianOpsPerSec } from "../report_data.ts";

/** One configuration in a chart. */
export interface Subject {
  /** In the report's configurations. */
  readonly index: number;
  readonly configuration: Configuration;
  readonly color: string;
  /** Whether it stands out when there is no room for all to do so. */
  readonly stands: boolean;
}

/** The most lines that can be told apart in one chart. */
const STANDING_MAX = 8;

/** All configurations, fastest first; if there are many, those on the frontier stand out. */
export function subjectsOf(
  configurations: readonly Configuration[],
  { looks, view }: { readonly looks: readonly Look[]; readonly view: MapView | undefined },
): Subject[] {
  const frontier = new Set(view?.points.filter(({ state }) => state === "frontier").map(({ index }) => index));
  const few = configurations.length <= STANDING_MAX;
  return [...configurations.entries()].map(([index, configuration]) => ({
    index,
    configuration,
    color: lookOf(looks, configuration).color,
    stands: few || frontier.has(index),
  })).toSorted((a, b) => (medianOpsPerSec(b.configuration) ?? 0) - (medianOpsPerSec(a.configuration) ?? 0));
}

/** The text, cut off if it is too long for its place. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
