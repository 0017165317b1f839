/**
 * Latencies by percentile, on HdrHistogram's axis: each step to the right leaves a tenth of the operations.
 *
 * @module
 */
import type { Html } from "../html.ts";
import { latencyCurves } from "../measures.ts";
import type { Configuration } from "../report_data.ts";
import { durationText } from "../wording.ts";
import { logAxis } from "./axes.ts";
import { configurationMark, draw, type PictureOptions, Plot, svgOf, type Width, WIDTHS, xName } from "./plot.ts";
import { shortened, type Subject } from "../palette.ts";

interface Curve {
  readonly subject: Subject;
  readonly isUncorrected: boolean;
  readonly points: readonly { readonly x: number; readonly seconds: number }[];
}

const HEIGHTS: Readonly<Record<Width, number>> = { wide: 380, narrow: 320 };

/** The kinds of operations for which some configuration has latencies. */
export function timedOperations(subjects: readonly Subject[]): string[] {
  const operations = subjects.flatMap(({ configuration }) => latencyCurves(configuration));
  return [...new Set(operations.map(({ operation }) => operation))];
}

/** Draws the latencies of one kind of operation. */
export function latencyPicture(subjects: readonly Subject[], operation: string, width: Width): Html {
  const curves = subjects.flatMap((subject) =>
    latencyCurves(subject.configuration).filter((curve) => curve.operation === operation)
      .map(({ isUncorrected, points }): Curve => ({
        subject,
        isUncorrected,
        points: points.map(({ percent, seconds }) => ({ x: 1 / (1 - percent / 100), seconds })),
      }))
  );
  const options = latencyOptions(curves, operation, width, []);
  return svgOf(latencyOptions(curves, operation, width, endLabels(curves, options, width === "wide")));
}

interface EndLabel {
  readonly text: string;
  readonly x: number;
  /** In seconds, moved away from the others' as far as necessary. */
  readonly y: number;
  readonly color: string;
}

function latencyOptions(
  curves: readonly Curve[],
  operation: string,
  width: Width,
  labels: readonly EndLabel[],
): PictureOptions {
  const isWide = width === "wide";
  const all = curves.flatMap((curve) => curve.points.map((point) => ({ ...point, curve })));
  const end = Math.max(10, ...all.map(({ x }) => x));
  const seconds = all.map(({ seconds }) => seconds).filter((value) => value > 0);
  const few = curves.length <= 4;
  const faint = curves.filter(({ subject }) => !subject.stands);
  const standing = curves.filter(({ subject }) => subject.stands);
  const line = (of: readonly Curve[], style: Plot.LineOptions) =>
    Plot.line(of.flatMap((curve) => curve.points.map((point) => ({ ...point, curve }))), {
      x: "x",
      y: "seconds",
      z: ({ curve }: { curve: Curve }) => curves.indexOf(curve),
      ariaLabel: ({ curve }: { curve: Curve }) => configurationMark(curve.subject.index),
      ...style,
    });
  const color = ({ curve }: { curve: Curve }) => curve.subject.color;
  return {
    label: `Latencies of ${operation} by percentile, of ${
      new Set(curves.map(({ subject }) => subject)).size
    } configurations`,
    width: WIDTHS[width],
    height: HEIGHTS[width],
    marginLeft: isWide ? 64 : 52,
    marginRight: isWide ? 150 : 62,
    marginTop: 24,
    marginBottom: 40,
    x: {
      type: "log",
      domain: [1, end],
      ticks: percentTicks(end, isWide ? 1 : 2),
      tickFormat: percentTick,
      label: null,
      grid: true,
    },
    y: {
      ...logAxis([Math.min(...seconds), Math.max(...seconds)]),
      tickFormat: durationText,
      label: "↑ latency (log scale)",
    },
    marks: [
      xName("percentile →"),
      line(faint, { stroke: "var(--faint)", strokeWidth: 1 }),
      line(standing.filter(({ isUncorrected }) => !isUncorrected), { stroke: color, strokeWidth: 2 }),
      line(standing.filter(({ isUncorrected }) => isUncorrected), {
        stroke: color,
        strokeWidth: 2,
        strokeDasharray: "2,4",
      }),
      ...(few ? [Plot.dot(all, { x: "x", y: "seconds", r: 2, fill: color })] : []),
      Plot.text(labels, { x: "x", y: "y", text: "text", fill: "color", dx: 8, textAnchor: "start", fontWeight: 600 }),
    ],
  };
}

/** The ticks, as inverses of the remaining share: 1 is 0%, 10 is 90%, 100 is 99%. */
function percentTicks(end: number, step: number): number[] {
  const ticks: number[] = [];
  for (let power = 0; 10 ** power <= end * 1.0001; power += step) ticks.push(10 ** power);
  return ticks;
}

function percentTick(left: number): string {
  const power = Math.round(Math.log10(left));
  return power === 0 ? "0%" : `${(100 - 100 / 10 ** power).toFixed(Math.max(0, power - 2))}%`;
}

/** Whether the configuration's latencies are counted both ways. */
function hasBoth(curves: readonly Curve[], subject: Subject): boolean {
  return curves.some((curve) => curve.subject === subject && curve.isUncorrected);
}

const LABEL_HEIGHT_PX = 14;

/** What a configuration is called, if there is room for that, and otherwise its id. */
function endName(
  { id, called }: Configuration,
  { isWide, isBare }: { readonly isWide: boolean; readonly isBare: boolean },
): string {
  return isWide && isBare && called.length <= 22 ? called : shortened(id, isBare ? 20 : 14);
}

/** The names at the ends of the lines that stand out, moved apart if they would overlap. */
function endLabels(curves: readonly Curve[], options: PictureOptions, isWide: boolean): EndLabel[] {
  const y = (draw(options) as unknown as Plot.Plot).scale("y");
  if (y?.invert === undefined) return [];
  const isAlone = new Set(curves.map(({ subject }) => subject)).size === 1;
  const ends = curves.filter(({ subject }) => subject.stands).flatMap(({ subject, isUncorrected, points }) => {
    const last = points.at(-1);
    const way = isUncorrected ? "uncorrected" : hasBoth(curves, subject) ? "corrected" : "";
    const name = isAlone ? "" : endName(subject.configuration, { isWide, isBare: way === "" });
    const text = [name, way].filter((part) => part !== "").join(" ");
    return last === undefined ? [] : [{ text, x: last.x, color: subject.color, px: y.apply(last.seconds) as number }];
  }).toSorted((a, b) => a.px - b.px);
  let above = -Infinity;
  return ends.map(({ px, ...label }) => {
    above = Math.max(px, above + LABEL_HEIGHT_PX);
    return { ...label, y: y.invert?.(above) as number };
  });
}
