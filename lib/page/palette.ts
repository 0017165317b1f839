/**
 * Colours and symbols of the groups, each of which is a backend with a layout. The colours come from Okabe and Ito's
 * palette ("Color Universal Design", 2008) and from between its hues, darkened for white paper and lightened for a dark
 * screen until each has a contrast of 3 to 1. Each group also has its own symbol, so that nothing depends on colour
 * alone. With them, the configurations as the charts below the map show them.
 *
 * @module
 */
import { ENGINE_NAMES } from "../engine/engines.ts";
import { LAYOUT_NAMES } from "../persist/layout/layouts.ts";
import { type Configuration, medianOpsPerSec } from "./report_data.ts";
import type { MapView } from "./map_view.ts";

/** How a group looks. */
export interface Look {
  readonly group: string;
  /** A CSS colour. */
  readonly color: string;
  /** The name of one of Plot's symbols. */
  readonly symbol: string;
}

/** A colour on white, the same on black, and the name of one of Plot's symbols: what each group takes in its turn. */
const PALETTE = [
  ["#0067a8", "#5ab4f0", "circle"],
  ["#00795a", "#2ec99b", "triangle"],
  ["#c44601", "#ff8f5c", "square"],
  ["#5d5f63", "#b4b8bf", "cross"],
  ["#a3407c", "#f09bd0", "diamond"],
  ["#17808f", "#73d5e3", "wye"],
  ["#8c4a2f", "#d99a7c", "times"],
  ["#557a00", "#a8cc4a", "asterisk"],
  ["#6a4fb3", "#b9a5f5", "hexagon"],
  ["#8a6500", "#e8b53d", "star"],
  ["#2f4b9e", "#96aef2", "diamond2"],
  ["#b0206b", "#ff86b8", "plus"],
] as const;

/** The colours on white and on black, by their numbers in {@linkcode Look.color}. */
export const COLORS = PALETTE.map(([onWhite, onBlack]) => [onWhite, onBlack] as const);

/**
 * The groups that kvlab makes. Each always has the same place in the palette, so that reports resemble each other; an
 * engine that comes at the end of the others changes none of them.
 */
const GROUPS = [...LAYOUT_NAMES.map((layout) => `file, ${layout}`), "memory", ...ENGINE_NAMES];

/**
 * The looks of all groups present, in the order of the palette. Those that kvlab does not make come last. Once the
 * palette is used up, its colours come again with other symbols.
 */
export function looksOf(configurations: readonly Configuration[]): Look[] {
  const present = new Set(configurations.map(({ group }) => group));
  const all = [...new Set([...GROUPS, ...present])];
  return all.map((group, place) => lookAt(group, place)).filter(({ group }) => present.has(group));
}

function lookAt(group: string, place: number): Look {
  const color = place % PALETTE.length;
  const rounds = Math.floor(place / PALETTE.length);
  return { group, color: `var(--color-${color})`, symbol: PALETTE[(color + rounds) % PALETTE.length]![2] };
}

/** The look of a configuration's group. */
export function lookOf(looks: readonly Look[], { group }: Configuration): Look {
  return looks.find((look) => look.group === group) ?? { group, color: "currentColor", symbol: "circle" };
}

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
