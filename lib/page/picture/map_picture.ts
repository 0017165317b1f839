/// <reference lib="dom" />
/**
 * The map: how many operations per second each configuration does, over what a crash would lose; on the page, and as a
 * file of its own, such as for a README, complete with title, legend and colours.
 *
 * @module
 */
import { Html } from "../html.ts";
import { type MapPoint, type MapView, pointText, viewName } from "../map_view.ts";
import type { Look } from "../palette.ts";
import { capitalized, CRASH_NAMES, shortRate } from "../wording.ts";
import { logAxis, lossScale } from "./axes.ts";
import { LABEL_RISE_PX, type MapLabel, mapMarks, pointNames } from "./map_marks.ts";
import { draw, type PictureOptions, Plot, type Width, WIDTHS } from "./plot.ts";
import { COLOR_RULES } from "../section/style.ts";

const HEIGHTS: Readonly<Record<Width, number>> = { wide: 520, narrow: 400 };

/** If the fastest is this many times faster than the slowest, a linear axis would squeeze most points to the bottom. */
const LOG_RATIO = 30;

/** Draws one view of the map. */
export function mapPicture(view: MapView, looks: readonly Look[], width: Width): Html {
  return new Html(mapElement(view, looks, width).outerHTML);
}

/** The same, as an element. The view must have at least one point. */
function mapElement(view: MapView, looks: readonly Look[], width: Width): SVGSVGElement {
  const bare = mapOptions(view, { looks, width, labels: [] });
  const labels = placedLabels(view, bare, width);
  return draw(mapOptions(view, { looks, width, labels }));
}

/** What the options of a map depend on besides its view. */
interface MapParts {
  readonly looks: readonly Look[];
  readonly width: Width;
  readonly labels: readonly MapLabel[];
}

function mapOptions(view: MapView, parts: MapParts): PictureOptions {
  const { points, limit } = view;
  const { width } = parts;
  const isWide = width === "wide";
  const losses = [...points.flatMap(positions), ...(limit === undefined ? [] : [limit])];
  const scale = lossScale(losses, { unit: view.unit, ticksMax: isWide ? 9 : 6 });
  const rates = points.flatMap(({ opsPerSec, interval, range }) => [
    opsPerSec,
    ...[interval, range].flatMap((spread) => spread === undefined ? [] : [spread.low, spread.high]),
  ]).filter((rate) => rate > 0);
  const slowest = Math.min(...rates), fastest = Math.max(1, ...rates);
  const isLog = fastest / slowest > LOG_RATIO;
  return {
    label: `Map: ${view.speed} over what a ${CRASH_NAMES[view.crash]} loses, ` +
      `of ${points.length} configurations (${viewName(view)})`,
    pointLabel: (index) => {
      const point = points.find((point) => point.index === index);
      return point === undefined ? "" : pointText(view, point);
    },
    width: WIDTHS[width],
    height: HEIGHTS[width],
    marginLeft: isWide ? 64 : 46,
    marginRight: isWide ? 40 : 30,
    marginTop: 34,
    marginBottom: 46,
    insetLeft: isWide ? 64 : 46,
    x: { ...scale.axis, label: null },
    y: {
      ...(isLog
        ? logAxis([slowest / 1.6, fastest * 1.6])
        : { domain: [0, fastest], nice: true, ticks: 6, label: null, grid: true }),
      tickFormat: shortRate,
    },
    marks: mapMarks(view, { ...parts, scale, isLog }),
  };
}

function positions({ loss, gauge }: MapPoint): (number | "everything")[] {
  return loss === "everything" || gauge === undefined ? [loss] : [loss, gauge.high];
}

/** The space that a name takes, in CSS pixels, and how far it is from its point. */
const LABEL_HEIGHT_PX = 15;
const CHARACTER_PX = 7;
const DISTANCE_PX = 9;
/** The size of a point. */
const POINT_PX = 8;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/**
 * The names of the frontier's points, each on the side where it hides neither another name nor a point, and shorter if
 * it must be; the fastest take precedence. What finds no place has none.
 */
function placedLabels({ points }: MapView, options: PictureOptions, width: Width): MapLabel[] {
  const plot = draw(options) as unknown as Plot.Plot;
  const x = plot.scale("x"), y = plot.scale("y");
  if (x === undefined || y === undefined) return [];
  const place = ({ loss, opsPerSec }: MapPoint) => ({
    x: x.apply(loss === "everything" ? [...(x.domain ?? [])].at(-1) : loss) as number,
    y: y.apply(opsPerSec) as number,
  });
  const solid = points.filter(({ state }) => state !== "dominated").map(place);
  const boxes: Box[] = [];
  const isFree = ({ left, right, y }: Box) =>
    left >= 0 && right <= WIDTHS[width] &&
    boxes.every((other) => other.right < left || right < other.left || Math.abs(other.y - y) > LABEL_HEIGHT_PX) &&
    solid.every((point) =>
      point.x + POINT_PX < left || right < point.x - POINT_PX ||
      Math.abs(point.y - y) > POINT_PX
    );
  const frontier = points.filter(({ state }) => state === "frontier").toSorted((a, b) => b.opsPerSec - a.opsPerSec);
  return frontier.flatMap((point): MapLabel[] => {
    const at = place(point);
    for (const text of pointNames(point.configuration, width)) {
      const length = text.length * CHARACTER_PX;
      for (const side of ["left", "right"] as const) {
        const near = at.x + (side === "left" ? -DISTANCE_PX : DISTANCE_PX);
        const [left, right] = side === "left" ? [near - length, near] : [near, near + length];
        const box = { left, right, y: at.y - LABEL_RISE_PX };
        if (!isFree(box)) continue;
        boxes.push(box);
        return [{ point, text, side }];
      }
    }
    return [];
  });
}

const HEAD_PX = 34;
const LEGEND_RISE_PX = 14;
const LEGEND_LINE_PX = 20;
const LEGEND_START_PX = 84;
const LEGEND_GAP_PX = 40;
/** Mean width of a character of the legend. */
const LEGEND_CHARACTER_PX = 6.4;

/** The map as a file of its own. */
export function standaloneMap(view: MapView, looks: readonly Look[]): string {
  const map = mapElement(view, looks, "wide");
  const width = WIDTHS.wide;
  const height = Number(map.getAttribute("height"));
  for (const point of map.querySelectorAll("[tabindex]")) {
    for (const name of ["tabindex", "role", "data-configuration"]) point.removeAttribute(name);
  }
  const title = `${capitalized(view.speed)}, over what a ${CRASH_NAMES[view.crash]} loses` +
    (view.unit === "writes" ? " (writes)" : " (age of the oldest write)");
  const { legend, height: legendHeight } = legendElement(looks, width);
  const label = map.getAttribute("aria-label") ?? title;
  const whole = HEAD_PX + height + legendHeight;
  map.setAttribute("y", String(HEAD_PX));
  legend.setAttribute("y", String(HEAD_PX + height));
  const heading = draw({
    label: title,
    width,
    height: HEAD_PX,
    margin: 0,
    axis: null,
    marks: [
      Plot.text([title], {
        frameAnchor: "top-left",
        textAnchor: "start",
        dx: 20,
        dy: 14,
        fontSize: 16,
        fontWeight: 600,
        fill: "var(--ink)",
      }),
    ],
  });
  const parts = [heading, map, legend];
  for (const part of parts) for (const name of ["role", "aria-label"]) part.removeAttribute(name);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" width="${width}" height="${whole}" role="img">
<title>${escapeXml(label)}</title>
<style>
${COLOR_RULES}svg{color:var(--soft);font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
text{white-space:pre}
</style>
<rect width="${width}" height="${whole}" rx="10" fill="var(--paper)"/>
${parts.map(({ outerHTML }) => outerHTML).join("\n")}
</svg>
`;
}

/** The groups with their symbols, in as many lines as they need. */
function legendElement(
  looks: readonly Look[],
  width: number,
): { readonly legend: SVGSVGElement; readonly height: number } {
  let x = LEGEND_START_PX;
  let y = LEGEND_RISE_PX;
  const entries = looks.map((look) => {
    const length = look.group.length * LEGEND_CHARACTER_PX + LEGEND_GAP_PX;
    if (x > LEGEND_START_PX && x + length > width) {
      x = LEGEND_START_PX;
      y += LEGEND_LINE_PX;
    }
    const entry = { ...look, x, y };
    x += length;
    return entry;
  });
  const height = y + LEGEND_LINE_PX;
  const legend = draw({
    label: "legend",
    width,
    height,
    margin: 0,
    axis: null,
    x: { type: "identity" },
    y: { type: "identity" },
    marks: [
      Plot.dot(entries, {
        x: "x",
        y: "y",
        r: 5.5,
        fill: "color",
        stroke: "color",
        symbol: ({ symbol }: Look) => symbol as Plot.SymbolType,
      }),
      Plot.text(entries, { x: "x", y: "y", dx: 11, textAnchor: "start", text: "group", fill: "var(--soft)" }),
    ],
  });
  return { legend, height };
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
