/// <reference lib="dom" />
/**
 * The map: how many operations per second each configuration does, over what a crash loses under it.
 *
 * @module
 */
import { Html } from "../html.ts";
import { type MapPoint, type MapView, pointText, viewName } from "../map_view.ts";
import { type Look, lookOf } from "../palette.ts";
import { CRASH_NAMES, shortLoss, shortRate } from "../wording.ts";
import { type LossScale, lossScale } from "./loss_scale.ts";
import { configurationMark, draw, type PictureOptions, Plot, type Width, WIDTHS } from "./plot.ts";

const HEIGHTS: Readonly<Record<Width, number>> = { wide: 520, narrow: 400 };

/** From this ratio of the fastest to the slowest on, a linear axis would press most points onto its foot. */
const LOG_RATIO = 30;

/** Draws one view of the map. */
export function mapPicture(view: MapView, looks: readonly Look[], width: Width): Html {
  return new Html(mapElement(view, looks, width).outerHTML);
}

/** The same, as an element. */
export function mapElement(view: MapView, looks: readonly Look[], width: Width): SVGSVGElement {
  const bare = mapOptions(view, { looks, width, labelled: new Set() });
  const labelled = readableLabels(view, bare);
  return draw(mapOptions(view, { looks, width, labelled }));
}

/** What the options of a map depend on besides its view. */
interface MapParts {
  readonly looks: readonly Look[];
  readonly width: Width;
  /** The points that have their names beside them. */
  readonly labelled: ReadonlySet<MapPoint>;
}

function mapOptions(view: MapView, parts: MapParts): PictureOptions {
  const { points } = view;
  const { width } = parts;
  const isWide = width === "wide";
  const scale = lossScale([...points.flatMap(positions), ...(view.limit === undefined ? [] : [view.limit])], {
    unit: view.unit,
    ticksMax: isWide ? 9 : 6,
  });
  const rates = points.flatMap(({ opsPerSec, interval, range }) => [
    opsPerSec,
    ...[interval, range].flatMap((spread) => spread === undefined ? [] : [spread.low, spread.high]),
  ]).filter((rate) => rate > 0);
  const isLog = Math.max(...rates) / Math.min(...rates) > LOG_RATIO;
  return {
    label: `Map: operations per second over what a ${CRASH_NAMES[view.crash]} loses, ` +
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
    y: isLog
      ? {
        type: "log",
        domain: [Math.min(...rates) / 1.6, Math.max(...rates) * 1.6],
        ticks: 5,
        tickFormat: logTick,
        label: null,
        grid: true,
      }
      : { domain: [0, Math.max(1, ...rates)], nice: true, ticks: 6, tickFormat: shortRate, label: null, grid: true },
    marks: mapMarks(view, { ...parts, scale, isLog }),
  };
}

/** Decades have their numbers, what is between them has not. */
function logTick(value: number): string {
  return Number.isInteger(Math.log10(value)) ? shortRate(value) : "";
}

function positions({ loss, gauge }: MapPoint): (number | "everything")[] {
  return loss === "everything" || gauge === undefined ? [loss] : [loss, gauge.high];
}

function mapMarks(view: MapView, parts: MapParts & { scale: LossScale; isLog: boolean }): Plot.Markish[] {
  const { points, limit } = view;
  const { looks, width, labelled, scale, isLog } = parts;
  const isWide = width === "wide";
  const x = ({ loss }: MapPoint) => scale.at(loss);
  const order = points.toSorted((a, b) => weight(a) - weight(b));
  const frontier = points.filter(({ state }) => state === "frontier").toSorted((a, b) => x(a) - x(b));
  const faded = (point: MapPoint) => point.state === "dominated" ? 0.35 : 1;
  const color = (point: MapPoint) => lookOf(looks, point.configuration).color;
  const spread = (of: "interval" | "range", style: Plot.RuleXOptions) =>
    Plot.ruleX(order.filter((point) => point[of] !== undefined), {
      x,
      y1: (point: MapPoint) => point[of]?.low,
      y2: (point: MapPoint) => point[of]?.high,
      stroke: color,
      strokeOpacity: faded,
      ...style,
    });
  const note = { fill: "var(--soft)", frameAnchor: "top-left" as const };
  return [
    ...(scale.break === undefined
      ? []
      : [Plot.ruleX([scale.break], { stroke: "var(--line)", strokeDasharray: "2,4" })]),
    ...(limit === undefined ? [] : [
      Plot.ruleX([limit], { stroke: "var(--ink)", strokeDasharray: "5,3", strokeOpacity: 0.7 }),
      Plot.text([limit], {
        x: (value: number) => value,
        frameAnchor: "bottom",
        dx: 5,
        dy: -8,
        textAnchor: "start",
        fill: "var(--ink)",
        text: (value: number) => `at most ${shortLoss(value, view.unit)}`,
      }),
    ]),
    Plot.line(staircase(frontier, scale), {
      x: "x",
      y: "y",
      stroke: "var(--frontier)",
      strokeWidth: 2,
      curve: "step-after",
    }),
    Plot.ruleY(order.filter(({ loss, gauge }) => gauge !== undefined && loss !== "everything"), {
      y: "opsPerSec",
      x1: (point: MapPoint) => point.gauge?.low,
      x2: (point: MapPoint) => point.gauge?.high,
      stroke: color,
      strokeOpacity: (point: MapPoint) => faded(point) * 0.55,
      strokeWidth: 1.5,
    }),
    spread("range", { strokeWidth: 1, strokeDasharray: "1,2" }),
    spread("interval", { strokeWidth: 2.5 }),
    Plot.dot(order, {
      x,
      y: "opsPerSec",
      symbol: (point: MapPoint) => lookOf(looks, point.configuration).symbol as Plot.SymbolType,
      r: (point: MapPoint) => (point.state === "frontier" ? 6.5 : 5) - (isWide ? 0 : 0.5),
      fill: color,
      fillOpacity: (point: MapPoint) => point.state === "tied" ? 0.35 : faded(point),
      stroke: color,
      strokeOpacity: faded,
      strokeWidth: 1.5,
      ariaLabel: ({ index }: MapPoint) => configurationMark(index),
    }),
    Plot.text([...labelled], {
      x,
      y: "opsPerSec",
      text: ({ configuration: { id } }: MapPoint) => shortened(id, isWide ? 28 : 12),
      dx: -9,
      dy: -10,
      textAnchor: "end",
      fontWeight: 600,
      fill: "var(--ink)",
      stroke: "var(--paper)",
      strokeWidth: 4,
    }),
    Plot.text([`↑ operations per second${isLog ? " (log scale)" : ""}`], { ...note, dx: isWide ? -56 : -42, dy: -26 }),
    Plot.text([
      `${isWide ? `what a ${CRASH_NAMES[view.crash]} loses` : "lost"}${view.unit === "writes" ? ", in writes" : ""} →`,
    ], {
      ...note,
      frameAnchor: "bottom-right",
      dx: isWide ? 36 : 26,
      dy: 42,
    }),
  ];
}

/** What matters more is drawn later, over the rest. */
function weight({ state }: MapPoint): number {
  return ["failed", "dominated", "tied", "frontier"].indexOf(state);
}

/** The frontier's points, and the end of the axis: who may lose more need not. */
function staircase(frontier: readonly MapPoint[], scale: LossScale): { x: number; y: number }[] {
  const points = frontier.map(({ loss, opsPerSec }) => ({ x: scale.at(loss), y: opsPerSec }));
  const last = points.at(-1);
  return last === undefined ? [] : [...points, { x: scale.axis.domain[1], y: last.y }];
}

/** Room that a name takes, in CSS pixels. */
const LABEL_HEIGHT_PX = 15;
const LABEL_WIDTH_PX = 40;

/** The points of the frontier whose names do not cover each other; the fastest come first. */
function readableLabels({ points }: MapView, options: PictureOptions): Set<MapPoint> {
  const plot = draw(options) as unknown as Plot.Plot;
  const x = plot.scale("x"), y = plot.scale("y");
  if (x === undefined || y === undefined) return new Set();
  const place = ({ loss, opsPerSec }: MapPoint) => ({
    x: x.apply(loss === "everything" ? [...(x.domain ?? [])].at(-1) : loss) as number,
    y: y.apply(opsPerSec) as number,
  });
  const shown = new Set<MapPoint>();
  const frontier = points.filter(({ state }) => state === "frontier").toSorted((a, b) => b.opsPerSec - a.opsPerSec);
  for (const point of frontier) {
    const at = place(point);
    const isFree = [...shown].map(place).every((other) =>
      Math.abs(other.x - at.x) > LABEL_WIDTH_PX || Math.abs(other.y - at.y) > LABEL_HEIGHT_PX
    );
    if (isFree) shown.add(point);
  }
  return shown;
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
