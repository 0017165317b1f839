/**
 * Charts of one run over time: throughput, what was at risk, and the queue. Each is drawn once, at phone width.
 *
 * @module
 */
import { readableNumber } from "../../result/format.ts";
import type { IntervalDocument } from "../../result/run_document.ts";
import type { Html } from "../html.ts";
import { middleRun } from "../measures.ts";
import type { Configuration } from "../report_data.ts";
import { durationText, shortRate } from "../wording.ts";
import { Plot, svgOf, WIDTHS, xName } from "./plot.ts";
import type { Subject } from "./subject.ts";

/** One chart of a series. */
export interface SeriesPicture {
  readonly title: string;
  readonly svg: Html;
}

/** A figure of the intervals, and how it is drawn. */
interface Line {
  readonly name: Exclude<keyof IntervalDocument, "endSec">;
  readonly color: string;
  readonly label: string;
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** Whether it covers the whole interval, rather than its end. */
  readonly ofInterval: boolean;
}

/** The intervals of the configuration's middle run; empty if no series was asked for. */
export function seriesOf(configuration: Configuration): readonly IntervalDocument[] {
  return middleRun(configuration)?.run.series ?? [];
}

/** The charts of a configuration's series for which it has figures. */
export function seriesPictures({ configuration, color }: Subject): SeriesPicture[] {
  const rows = seriesOf(configuration);
  if (rows.length < 2) return [];
  const crash = { color, label: "process crash" };
  const power = { color: "var(--soft)", label: "power loss" };
  const panels: Panel[] = [
    {
      title: "Operations per second",
      lines: [{ name: "opsPerSec", color, label: "" }],
      format: shortRate,
      ofInterval: true,
    },
    {
      title: "Writes at risk",
      lines: [{ name: "processCrashWrites", ...crash }, { name: "powerLossWrites", ...power }],
      format: readableNumber,
      ofInterval: false,
    },
    {
      title: "Age of the oldest write at risk",
      lines: [{ name: "processCrashAgeSec", ...crash }, { name: "powerLossAgeSec", ...power }],
      format: durationText,
      ofInterval: false,
    },
    {
      title: "Queue",
      lines: [{ name: "queued", color, label: "" }],
      format: readableNumber,
      ofInterval: false,
    },
  ];
  return panels.flatMap((panel) => {
    const lines = panel.lines.filter(({ name }) => rows.some((row) => row[name] !== undefined));
    return lines.length === 0 ? [] : [{ title: panel.title, svg: panelSvg({ ...panel, lines }, rows, configuration) }];
  });
}

const HEIGHT_PX = 150;

function panelSvg(
  { title, lines, format, ofInterval }: Panel,
  rows: readonly IntervalDocument[],
  { called }: Configuration,
): Html {
  const points = lines.flatMap((line) =>
    rows.flatMap((row, at) => {
      const end = row.endSec, value = row[line.name];
      if (value === undefined) return [];
      const point = { line, end, value };
      // The first interval begins at zero.
      return at === 0 && ofInterval ? [{ ...point, end: 0 }, point] : [point];
    })
  );
  const few = points.length <= 120;
  const greatest = Math.max(...points.map(({ value }) => value));
  type Point = typeof points[number];
  return svgOf({
    label: `${title} over time, ${called}`,
    width: WIDTHS.narrow,
    height: HEIGHT_PX,
    marginLeft: 52,
    marginRight: 14,
    marginTop: 22,
    marginBottom: 34,
    x: { domain: [0, Math.max(...points.map(({ end }) => end))], ticks: 4, label: null },
    y: {
      domain: [0, greatest > 0 ? greatest : 1],
      nice: true,
      ...(greatest > 0 ? { ticks: 3 } : { ticks: [0] }),
      tickFormat: format,
      label: null,
      grid: true,
    },
    marks: [
      xName("seconds →"),
      Plot.line(points, {
        x: "end",
        y: "value",
        z: ({ line }: Point) => line.name,
        stroke: ({ line }: Point) => line.color,
        strokeWidth: 1.5,
        ...(ofInterval ? { curve: "step-before" } : {}),
      }),
      ...(few && !ofInterval
        ? [Plot.dot(points, { x: "end", y: "value", r: 1.8, fill: ({ line }: Point) => line.color })]
        : []),
      ...(lines.length < 2 ? [] : lines.map(({ label, color }, at) =>
        Plot.text([label], {
          frameAnchor: "top-right",
          textAnchor: "end",
          dx: at === 0 ? -76 : 0,
          dy: -18,
          fill: color,
        })
      )),
    ],
  });
}
