/**
 * What charts with a row for each configuration have in common.
 *
 * @module
 */
import type { PictureOptions } from "./plot.ts";
import { type Width, WIDTHS } from "./plot.ts";
import { shortened, type Subject } from "./subject.ts";

const ROW_HEIGHT_PX = 22;
const MARGIN_TOP_PX = 8;
const MARGIN_BOTTOM_PX = 40;
/** Mean width of a character, and the maximum width of the names. */
const CHARACTER_PX = 6.4;
const NAMES_PX: Readonly<Record<Width, number>> = { wide: 360, narrow: 110 };

/** The frame of a chart with the given number and height of rows; the rows' names are on the left. */
export function rowsFrame(
  subjects: readonly Subject[],
  { width, rowHeight = ROW_HEIGHT_PX }: { readonly width: Width; readonly rowHeight?: number },
): Omit<PictureOptions, "label" | "marks"> {
  const characters = Math.floor(NAMES_PX[width] / CHARACTER_PX);
  const common = commonWords(subjects);
  const nameOf = (subject: Subject) => shortened(rowName(subject, width, common), characters);
  const names = new Map(subjects.map((subject) => [subject.index, nameOf(subject)]));
  const longest = Math.max(3, ...[...names.values()].map((name) => name.length));
  return {
    width: WIDTHS[width],
    height: MARGIN_TOP_PX + MARGIN_BOTTOM_PX + rowHeight * subjects.length,
    marginTop: MARGIN_TOP_PX,
    marginBottom: MARGIN_BOTTOM_PX,
    marginLeft: longest * CHARACTER_PX + 10,
    marginRight: 40,
    y: {
      domain: subjects.map(({ index }) => index),
      label: null,
      tickSize: 0,
      tickFormat: (index: number) => names.get(index) ?? "",
      padding: 0.25,
    },
  };
}

/** What it is called, or its id followed by what its title has alone, if there is room. */
function rowName(
  { configuration: { id, called, title } }: Subject,
  width: Width,
  common: ReadonlySet<string>,
): string {
  if (width === "narrow") return id;
  const isNamed = called !== id || title === "";
  return isNamed ? called : [`${id} `, ...title.split(" ").filter((word) => !common.has(word))].join(" ");
}

/** The words that all titles have: of a name that must be cut off, the end is what tells it from others. */
function commonWords(subjects: readonly Subject[]): ReadonlySet<string> {
  const [first, ...others] = subjects.map(({ configuration: { title } }) => new Set(title.split(" ")));
  if (first === undefined || others.length === 0) return new Set();
  return others.reduce((common, words) => common.intersection(words), first);
}
