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
  const names = new Map(subjects.map((subject) => [subject.index, rowName(subject, width, characters)]));
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

/** What it is called, or its id followed by its title, if there is room. */
function rowName({ configuration: { id, called, title } }: Subject, width: Width, characters: number): string {
  if (width === "narrow") return shortened(id, characters);
  const isNamed = called !== id || title === "";
  return shortened(isNamed ? called : `${id}  ${title.replaceAll("--", "")}`, characters);
}
