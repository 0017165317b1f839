/**
 * Charts with a row for each configuration: where the time went, bytes written per byte put, time to reopen.
 *
 * @module
 */
import { median } from "simple-statistics";
import type { Html } from "../html.ts";
import { reopenTimes, timeShares, WORKING, writeAmplification } from "../measures.ts";
import { durationText } from "../wording.ts";
import { logAxis } from "./log_axis.ts";
import { CAUSE_COLORS_MAX } from "../section/style.ts";
import { configurationMark, Plot, svgOf, type Width, xName } from "./plot.ts";
import { rowsFrame } from "./rows.ts";
import type { Subject } from "./subject.ts";

/** A cause of the load threads' time, and its colour. */
export interface CauseColor {
  readonly cause: string;
  readonly color: string;
}

/** All causes, in the order of the bars. */
export function causeColors(subjects: readonly Subject[]): CauseColor[] {
  const causes = new Set(
    subjects.flatMap(({ configuration }) => timeShares(configuration) ?? []).map(({ cause }) => cause),
  );
  const blocked = [...causes].filter((cause) => cause !== WORKING);
  return [
    { cause: WORKING, color: "var(--working)" },
    ...blocked.map((cause, at) => ({ cause, color: `var(--cause-${at % CAUSE_COLORS_MAX})` })),
  ];
}

/** A bar for each configuration that shows how the load threads' time was divided. */
export function timePicture(subjects: readonly Subject[], width: Width): Html {
  const parts = subjects.flatMap(({ index, configuration }) =>
    (timeShares(configuration) ?? []).map(({ cause, share }) => ({ index, cause, share }))
  );
  const shown = subjects.filter(({ index }) => parts.some((part) => part.index === index));
  const causes = causeColors(subjects);
  return svgOf({
    ...rowsFrame(shown, { width }),
    label: `Where the load threads' time went, for ${shown.length} configurations`,
    x: { domain: [0, 1], percent: false, tickFormat: "%", ticks: 5, label: null },
    color: { domain: causes.map(({ cause }) => cause), range: causes.map(({ color }) => color) },
    marks: [
      xName("share of the load threads' time →"),
      Plot.barX(parts, {
        x: "share",
        y: "index",
        fill: "cause",
        order: causes.map(({ cause }) => cause),
        ariaLabel: (part: { index: number }) => configurationMark(part.index),
      }),
    ],
  });
}

/** A dot for each configuration: bytes written to files per byte put. */
export function amplificationPicture(subjects: readonly Subject[], width: Width): Html {
  const dots = subjects.flatMap((subject) => {
    const ratio = writeAmplification(subject.configuration);
    return ratio === undefined || ratio <= 0 ? [] : [{ ...subject, ratio }];
  });
  const least = Math.min(1, ...dots.map(({ ratio }) => ratio));
  const greatest = Math.max(10, ...dots.map(({ ratio }) => ratio));
  return svgOf({
    ...rowsFrame(dots, { width }),
    label: `Bytes written to files per byte put, for ${dots.length} configurations`,
    x: {
      ...logAxis([least, greatest * 1.6]),
      tickFormat: (value: number) => value.toLocaleString("en-US"),
    },
    marks: [
      xName("bytes written per byte put (log scale) →"),
      Plot.ruleX([1], { stroke: "var(--line)", strokeWidth: 1.5 }),
      Plot.ruleY(dots, { y: "index", x1: 1, x2: "ratio", stroke: "color", strokeOpacity: 0.5 }),
      Plot.dot(dots, {
        x: "ratio",
        y: "index",
        r: 4.5,
        fill: "color",
        ariaLabel: ({ index }: Subject) => configurationMark(index),
      }),
      Plot.text(dots, {
        x: "ratio",
        y: "index",
        dx: 9,
        textAnchor: "start",
        text: ({ ratio }: { ratio: number }) => `${Number(ratio.toPrecision(3)).toLocaleString("en-US")}×`,
      }),
    ],
  });
}

/** A dot for each time that a store was opened again, in the row of its configuration. */
export function reopenPicture(subjects: readonly Subject[], width: Width): Html {
  const dots = subjects.flatMap((subject) =>
    reopenTimes(subject.configuration).map((seconds) => ({ ...subject, seconds }))
  );
  const shown = subjects.filter(({ index }) => dots.some((dot) => dot.index === index));
  const medians = shown.map((subject) => ({
    ...subject,
    middle: median(dots.filter(({ index }) => index === subject.index).map(({ seconds }) => seconds)),
  }));
  return svgOf({
    ...rowsFrame(shown, { width }),
    label: `Time to reopen the store, ${dots.length} times`,
    x: {
      domain: [0, Math.max(1e-6, ...dots.map(({ seconds }) => seconds))],
      nice: true,
      ticks: width === "wide" ? 6 : 3,
      tickFormat: durationText,
      label: null,
      grid: true,
    },
    marks: [
      xName("time to reopen the store →"),
      Plot.dot(dots, {
        x: "seconds",
        y: "index",
        r: 4,
        fill: "color",
        fillOpacity: 0.55,
        ariaLabel: ({ index }: Subject) => configurationMark(index),
      }),
      Plot.tickX(medians, { x: "middle", y: "index", stroke: "var(--ink)", strokeWidth: 2 }),
    ],
  });
}
