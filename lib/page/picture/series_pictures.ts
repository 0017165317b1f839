/**
 * Charts over time: of one run its throughput, what was at risk, and the queue, each drawn once, at phone width; and of
 * all runs the noise.
 *
 * @module
 */
import { max } from "simple-statistics";
import { readableNumber } from "../../result/format.ts";
import type { IntervalDocument } from "../../result/run_document.ts";
import type { Html } from "../html.ts";
import { middleRun } from "../measures.ts";
import type { Configuration } from "../report_data.ts";
import { durationText, shortRate } from "../wording.ts";
import { configurationMark, Plot, svgOf, type Width, WIDTHS, xName } from "./plot.ts";
import type { Subject } from "../palette.ts";

/** One chart of a series. */
interface SeriesPicture {
  readonly title: string;
  readonly svg: Html;
}

/** A figure of the intervals, and how it is drawn. */
interface Line {
  /** In JSON. */
  readonly name: string;
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
      lines: [{ name: "ops_per_sec", color, label: "" }],
      format: shortRate,
      ofInterval: true,
    },
    {
      title: "Writes at risk",
      lines: [{ name: "process_crash_writes", ...crash }, { name: "power_loss_writes", ...power }],
      format: readableNumber,
      ofInterval: false,
    },
    {
      title: "Age of the oldest write at risk",
      lines: [{ name: "process_crash_age_sec", ...crash }, { name: "power_loss_age_sec", ...power }],
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
      const end = row.end_sec, value = row[line.name];
      if (value === undefined) return [];
      const point = { line, end, value };
      // The first interval begins at zero.
      return at === 0 && ofInterval ? [{ ...point, end: 0 }, point] : [point];
    })
  );
  const few = points.length <= 120;
  const greatest = max(points.map(({ value }) => value));
  type Point = typeof points[number];
  return svgOf({
    label: `${title} over time, ${called}`,
    width: WIDTHS.narrow,
    height: HEIGHT_PX,
    marginLeft: 52,
    marginRight: 14,
    marginTop: 22,
    marginBottom: 34,
    x: { domain: [0, max(points.map(({ end }) => end))], ticks: 4, label: null },
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

const HEIGHTS: Readonly<Record<Width, number>> = { wide: 260, narrow: 240 };
const MS_PER_MIN = 60_000;

/**
 * Draws each run relative to the median of its configuration, in the order in which the runs happened, for all
 * configurations that ran at least twice.
 */
export function noisePicture(subjects: readonly Subject[], width: Width): Html {
  const repeated = subjects.filter(({ configuration: { runs } }) => runs.length > 1);
  const runs = repeated.flatMap((subject) => {
    const middle = subject.configuration.opsPerSec?.median ?? 0;
    return middle === 0
      ? []
      : subject.configuration.runs.map((run) => ({ ...subject, run, ratio: run.run.opsPerSec / middle }));
  });
  type Run = typeof runs[number];
  const start = Math.min(...runs.map(({ run }) => run.startedAtMs ?? Infinity));
  const isTimed = runs.every(({ run }) => run.startedAtMs !== undefined);
  const x = ({ run }: Run) => isTimed ? ((run.startedAtMs ?? 0) - start) / MS_PER_MIN : run.round;
  const ratios = runs.map(({ ratio }) => ratio);
  const first = Math.min(...repeated.map(({ index }) => index));
  const baseline = runs.filter(({ index }) => index === first).toSorted((a, b) => x(a) - x(b));
  return svgOf({
    label: `Throughput of each of ${runs.length} runs, over the median of its configuration`,
    width: WIDTHS[width],
    height: HEIGHTS[width],
    marginLeft: 52,
    marginRight: 20,
    marginTop: 24,
    marginBottom: 38,
    x: {
      label: null,
      ...(isTimed ? {} : { tickFormat: (value: number) => Number.isInteger(value) ? String(value) : "" }),
      ticks: width === "wide" ? 8 : 4,
      insetLeft: 10,
      insetRight: 10,
    },
    y: {
      domain: [Math.min(0.9, ...ratios), Math.max(1.1, ...ratios)],
      nice: true,
      ticks: 5,
      tickFormat: "%",
      label: "↑ of the configuration's median",
      grid: true,
    },
    marks: [
      xName(isTimed ? "minutes since the first run →" : "run →"),
      Plot.ruleY([1], { stroke: "var(--soft)" }),
      ...(isTimed ? [Plot.line(baseline, { x, y: "ratio", stroke: "color", strokeWidth: 1.5 })] : []),
      Plot.dot(runs, {
        x,
        y: "ratio",
        r: 3,
        fill: "color",
        fillOpacity: 0.7,
        ariaLabel: ({ index }: Run) => configurationMark(index),
      }),
    ],
  });
}
