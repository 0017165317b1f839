/**
 * The noise: each run relative to the median of its configuration, in the order in which the runs happened.
 *
 * @module
 */
import type { Html } from "../html.ts";
import { configurationMark, Plot, svgOf, type Width, WIDTHS, xName } from "./plot.ts";
import type { Subject } from "./subject.ts";

const HEIGHTS: Readonly<Record<Width, number>> = { wide: 260, narrow: 240 };
const MS_PER_MIN = 60_000;

/** Draws it for all configurations that ran at least twice. */
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
