/**
 * The marks of the map: the frontier, the points, their intervals and gauges, and the names.
 *
 * @module
 */
import type { MapPoint, MapView } from "../map_view.ts";
import type { Configuration } from "../report_data.ts";
import { type Look, lookOf, shortened } from "../palette.ts";
import { CRASH_NAMES, shortLoss } from "../wording.ts";
import type { LossScale } from "./axes.ts";
import { configurationMark, Plot, type Width } from "./plot.ts";

/** What the marks depend on besides the view. */
export interface MarkParts {
  readonly looks: readonly Look[];
  readonly width: Width;
  readonly scale: LossScale;
  readonly isLog: boolean;
  readonly labels: readonly MapLabel[];
}

/** A name next to a point. */
export interface MapLabel {
  readonly point: MapPoint;
  readonly text: string;
  readonly side: "left" | "right";
}

/** How far names are above their points, in CSS pixels. */
export const LABEL_RISE_PX = 10;

/** All marks, from back to front. */
export function mapMarks(view: MapView, parts: MarkParts): Plot.Markish[] {
  // What matters more is drawn later, on top of the rest.
  const order = view.points.toSorted((a, b) => weight(a) - weight(b));
  return [
    ...borderMarks(view, parts),
    frontierLine(view, parts.scale),
    ...spreadMarks(order, parts),
    pointMarks(order, parts),
    ...nameMarks(parts),
    ...axisNames(view, parts),
  ];
}

function weight({ state }: MapPoint): number {
  return ["failed", "dominated", "tied", "frontier"].indexOf(state);
}

/** The start of the unbounded part, and the limit that was asked for. */
function borderMarks({ limit, unit }: MapView, { scale }: MarkParts): Plot.Markish[] {
  return [
    ...(scale.break === undefined ? [] : [
      Plot.ruleX([scale.break], { stroke: "var(--line)", strokeDasharray: "2,4" }),
    ]),
    ...(limit === undefined ? [] : [
      Plot.ruleX([limit], { stroke: "var(--ink)", strokeDasharray: "5,3", strokeOpacity: 0.7 }),
      Plot.text([limit], {
        x: (value: number) => value,
        frameAnchor: "bottom",
        dx: 5,
        dy: -8,
        textAnchor: "start",
        fill: "var(--ink)",
        text: (value: number) => `at most ${shortLoss(value, unit)}`,
      }),
    ]),
  ];
}

/**
 * Steps through the frontier's points and on to the end of the axis: whoever accepts a greater loss can still choose
 * the last one.
 */
function frontierLine({ points }: MapView, scale: LossScale): Plot.Markish {
  const steps = points.filter(({ state }) => state === "frontier")
    .map(({ loss, opsPerSec }) => ({ x: scale.at(loss), y: opsPerSec }))
    .toSorted((a, b) => a.x - b.x || a.y - b.y);
  const last = steps.at(-1);
  const line = last === undefined ? [] : [...steps, { x: scale.axis.domain[1], y: last.y }];
  return Plot.line(line, { x: "x", y: "y", stroke: "var(--frontier)", strokeWidth: 2, curve: "step-after" });
}

function opacityOf({ state }: MapPoint): number {
  return state === "dominated" ? 0.35 : 1;
}

/** Vertical lines for the confidence in the median, horizontal ones for what the gauge showed. */
function spreadMarks(points: readonly MapPoint[], { looks, scale }: MarkParts): Plot.Markish[] {
  const stroke = ({ configuration }: MapPoint) => lookOf(looks, configuration).color;
  const upright = (of: "interval" | "range", style: Plot.RuleXOptions) =>
    Plot.ruleX(points.filter((point) => point[of] !== undefined), {
      x: ({ loss }: MapPoint) => scale.at(loss),
      y1: (point: MapPoint) => point[of]?.low,
      y2: (point: MapPoint) => point[of]?.high,
      stroke,
      strokeOpacity: opacityOf,
      ...style,
    });
  const gauged = points.filter(({ loss, gauge }) => gauge !== undefined && loss !== "everything");
  return [
    Plot.ruleY(gauged, {
      y: "opsPerSec",
      x1: ({ gauge }: MapPoint) => gauge?.low,
      x2: ({ gauge }: MapPoint) => gauge?.high,
      stroke,
      strokeOpacity: (point: MapPoint) => opacityOf(point) * 0.55,
      strokeWidth: 1.5,
    }),
    upright("range", { strokeWidth: 1, strokeDasharray: "1,2" }),
    upright("interval", { strokeWidth: 2.5 }),
  ];
}

function pointMarks(points: readonly MapPoint[], { looks, width, scale }: MarkParts): Plot.Markish {
  const color = ({ configuration }: MapPoint) => lookOf(looks, configuration).color;
  return Plot.dot(points, {
    x: ({ loss }: MapPoint) => scale.at(loss),
    y: "opsPerSec",
    symbol: ({ configuration }: MapPoint) => lookOf(looks, configuration).symbol as Plot.SymbolType,
    r: ({ state }: MapPoint) => (state === "frontier" ? 6.5 : 5) - (width === "wide" ? 0 : 0.5),
    fill: color,
    fillOpacity: (point: MapPoint) => point.state === "tied" ? 0.25 : opacityOf(point),
    stroke: color,
    strokeOpacity: opacityOf,
    strokeWidth: 1.5,
    ariaLabel: ({ index }: MapPoint) => configurationMark(index),
  });
}

/** The names that may stand next to a point, best first: a long one needs room. */
export function pointNames({ id, called }: Configuration, width: Width): string[] {
  const short = shortened(id, width === "wide" ? 28 : 12);
  return width === "wide" && called.length <= 40 ? [called, short] : [short];
}

function nameMarks({ labels, scale }: MarkParts): Plot.Markish[] {
  return (["left", "right"] as const).map((side) =>
    Plot.text(labels.filter((label) => label.side === side), {
      x: ({ point }: MapLabel) => scale.at(point.loss),
      y: ({ point }: MapLabel) => point.opsPerSec,
      text: "text",
      dx: side === "left" ? -9 : 9,
      dy: -LABEL_RISE_PX,
      textAnchor: side === "left" ? "end" : "start",
      fontWeight: 600,
      fill: "var(--ink)",
      stroke: "var(--paper)",
      strokeWidth: 4,
    })
  );
}

function axisNames({ crash, unit, speed }: MapView, { width, isLog }: MarkParts): Plot.Markish[] {
  const isWide = width === "wide";
  const lost = isWide ? `what a ${CRASH_NAMES[crash]} loses` : "lost";
  const style = { fill: "var(--soft)" };
  return [
    Plot.text([`↑ ${speed}${isLog ? " (log scale)" : ""}`], {
      ...style,
      frameAnchor: "top-left",
      dx: isWide ? -56 : -42,
      dy: -26,
    }),
    Plot.text([`${lost}${unit === "writes" ? ", in writes" : ""} →`], {
      ...style,
      frameAnchor: "bottom-right",
      dx: isWide ? 36 : 26,
      dy: 42,
    }),
  ];
}
