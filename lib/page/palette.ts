/**
 * Colours and symbols of the groups, each of which is a backend with a layout. The colours come from Okabe and Ito's
 * palette ("Color Universal Design", 2008) and from between its hues, darkened for white paper and lightened for a dark
 * screen until each has a contrast of 3 to 1. Each group also has its own symbol, so that nothing depends on colour
 * alone. With them, the configurations as the charts below the map show them.
 *
 * @module
 */
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

/** The colours on white and on black, in the order in which groups take them. */
export const COLORS = [
  ["#0067a8", "#5ab4f0"],
  ["#c44601", "#ff8f5c"],
  ["#00795a", "#2ec99b"],
  ["#a3407c", "#f09bd0"],
  ["#8a6500", "#e8b53d"],
  ["#17808f", "#73d5e3"],
  ["#6a4fb3", "#b9a5f5"],
  ["#8c4a2f", "#d99a7c"],
  ["#557a00", "#a8cc4a"],
  ["#2f4b9e", "#96aef2"],
  ["#b0206b", "#ff86b8"],
  ["#5d5f63", "#b4b8bf"],
] as const;

const SYMBOLS = [
  "circle",
  "square",
  "triangle",
  "diamond",
  "star",
  "wye",
  "hexagon",
  "times",
  "asterisk",
  "diamond2",
  "plus",
  "cross",
] as const;

/** Groups that always look the same, so that reports resemble each other. */
const PLACES: Readonly<Record<string, number>> = {
  "file, snapshot": 0,
  "file, log": 1,
  "file, blocks": 2,
  sqlite: 3,
  redis: 4,
  leveldb: 5,
  denokv: 6,
  rocksdb: 7,
  lmdb: 8,
  postgres: 9,
  etcd: 10,
  memory: 11,
};

/** The looks of all groups present, in the order of the palette. */
export function looksOf(configurations: readonly Configuration[]): Look[] {
  const groups = [...new Set(configurations.map(({ group }) => group))];
  const taken = new Set(groups.flatMap((group) => PLACES[group] ?? []));
  const free = COLORS.map((_, place) => place).filter((place) => !taken.has(place));
  const placed = groups.map((group) => {
    const place = PLACES[group] ?? free.shift() ?? COLORS.length - 1;
    return { place, look: { group, color: `var(--color-${place})`, symbol: SYMBOLS[place] ?? "circle" } };
  });
  return placed.toSorted((a, b) => a.place - b.place).map(({ look }) => look);
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
