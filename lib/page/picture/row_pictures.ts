/**
 * Charts with a row for each configuration: where the time went, bytes written per byte put, time to reopen, what each
 * kill cost, next to what the gauge had said, and what each state cost that cuts of the power may have left.
 *
 * @module
 */
import { median } from "simple-statistics";
import type { Html } from "../html.ts";
import { killsOf, reopenTimes, statesOf, timeShares, WORKING, writeAmplification } from "../measures.ts";
import { durationText } from "../wording.ts";
import { logAxis, lossScale } from "./axes.ts";
import { CAUSE_COLORS_MAX } from "../section/style.ts";
import { configurationMark, type PictureOptions, Plot, svgOf, type Width, WIDTHS, xName } from "./plot.ts";
import { shortened, type Subject } from "../palette.ts";
import type { KillDocument } from "../../crash/crash_document.ts";
import type { StateDocument } from "../../crash/states_document.ts";
import { STATE_KINDS } from "../../disk/state_kinds.ts";

/** A cause of the load threads' time, and its colour. */
interface CauseColor {
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

const ROW_PADDING_PX = 14;

/** The frame of a chart of lost writes with several lines in each row, at 0, 1 and so on. */
function linesFrame(
  subjects: readonly Subject[],
  losses: readonly number[],
  { width, lines, lineHeight }: { readonly width: Width; readonly lines: number; readonly lineHeight: number },
) {
  const scale = lossScale(losses, { unit: "writes", ticksMax: width === "wide" ? 9 : 5 });
  const { y, ...frame } = rowsFrame(subjects, { width, rowHeight: lines * lineHeight + ROW_PADDING_PX });
  return {
    ...frame,
    fy: { domain: y?.domain ?? [], label: null, tickFormat: y?.tickFormat ?? null, padding: 0.1, axis: "left" },
    y: { domain: [-1, lines], axis: null },
    x: { ...scale.axis, label: null, grid: true },
    facet: { marginLeft: frame.marginLeft ?? 0 },
  } satisfies Partial<PictureOptions>;
}

/** The most kills drawn per configuration; if there are more, those that cost most. */
export const KILLS_MAX = 60;

const KILL_HEIGHT_PX = 6;

/** Half the length of a gauge's stroke, as a fraction of a kill's line. */
const GAUGE_HALF = 0.45;

/** The kills of all configurations, each on its own line within its configuration's row. */
export function killsPicture(subjects: readonly Subject[], width: Width): Html {
  const killed = subjects.map((subject) => ({ ...subject, kills: shownKills(killsOf(subject.configuration)) }))
    .filter(({ kills }) => kills.length > 0);
  const most = Math.max(1, ...killed.map(({ kills }) => kills.length));
  const kills = killed.flatMap(({ kills, ...subject }) => kills.map((kill, at) => ({ ...subject, kill, at })));
  const losses = kills.flatMap(({ kill }) => [kill.lost, kill.gauge ?? 0]);
  const withGauge = kills.filter(({ kill }) => kill.gauge !== undefined);
  type Row = typeof kills[number];
  return svgOf({
    ...linesFrame(killed, losses, { width, lines: most, lineHeight: KILL_HEIGHT_PX }),
    label: `What each of ${kills.length} kills cost${
      withGauge.length === 0 ? "" : ", compared with what the gauge said"
    }`,
    marks: [
      xName(`acknowledged writes lost${withGauge.length === 0 ? "" : " (dot), and at risk by the gauge (stroke)"} →`),
      Plot.ruleY(withGauge, {
        fy: "index",
        y: "at",
        x1: ({ kill }: Row) => Math.min(kill.lost, kill.gauge ?? 0),
        x2: ({ kill }: Row) => Math.max(kill.lost, kill.gauge ?? 0),
        stroke: "color",
        strokeOpacity: 0.35,
      }),
      Plot.dot(kills, {
        fy: "index",
        y: "at",
        x: ({ kill }: Row) => kill.lost,
        r: 3,
        fill: ({ kill, color }: Row) => kill.held ? color : "var(--bad)",
        ariaLabel: ({ index }: Row) => configurationMark(index),
      }),
      Plot.ruleX(withGauge, {
        fy: "index",
        y1: ({ at }: Row) => at - GAUGE_HALF,
        y2: ({ at }: Row) => at + GAUGE_HALF,
        x: ({ kill }: Row) => kill.gauge,
        stroke: "var(--ink)",
        strokeWidth: 1.5,
      }),
    ],
  });
}

/** Those that cost most, in the order of the kills. */
function shownKills(kills: readonly KillDocument[]): KillDocument[] {
  if (kills.length <= KILLS_MAX) return [...kills];
  return kills.toSorted((a, b) => b.lost - a.lost).slice(0, KILLS_MAX).toSorted((a, b) => a.kill - b.kill);
}

const KIND_HEIGHT_PX = 12;

/** Room for the names of the kinds, to the right of their lines. */
const KINDS_PX = 84;

/** Half the length of a state's stroke, as a fraction of its kind's line. */
const STROKE_HALF = 0.4;

/** Many states cost the same: each is drawn so faint that it shows how many. */
const STROKE_OPACITY = 0.35;

/** The states of all configurations, each kind on its own line within its configuration's row. */
export function statesPicture(subjects: readonly Subject[], width: Width): Html {
  const cut = subjects.filter(({ configuration }) => statesOf(configuration).length > 0);
  const states = cut.flatMap((subject) => statesOf(subject.configuration).map((state) => ({ ...subject, state })));
  const kinds = STATE_KINDS.filter((kind) => states.some(({ state }) => state.kind === kind));
  const losses = states.map(({ state }) => state.lost);
  type Row = Subject & { readonly state: StateDocument };
  const lineOf = ({ state }: Row) => kinds.findIndex((kind) => kind === state.kind);
  return svgOf({
    ...linesFrame(cut, losses, { width, lines: kinds.length, lineHeight: KIND_HEIGHT_PX }),
    marginRight: KINDS_PX,
    label: `What each of ${states.length} states cost in which a cut of the power may have left the disk`,
    marks: [
      xName("acknowledged writes lost →"),
      Plot.ruleX(states.filter(({ state }) => state.held), {
        fy: "index",
        x: ({ state }: Row) => state.lost,
        y1: (row: Row) => lineOf(row) - STROKE_HALF,
        y2: (row: Row) => lineOf(row) + STROKE_HALF,
        stroke: "color",
        strokeWidth: 2,
        strokeOpacity: STROKE_OPACITY,
      }),
      Plot.dot(states.filter(({ state }) => !state.held), {
        fy: "index",
        x: ({ state }: Row) => state.lost,
        y: lineOf,
        r: 3,
        fill: "var(--bad)",
        ariaLabel: ({ index }: Row) => configurationMark(index),
      }),
      Plot.text(kinds.flatMap((kind, line) => cut.map(({ index }) => ({ index, kind, line }))), {
        fy: "index",
        y: "line",
        frameAnchor: "right",
        textAnchor: "start",
        dx: 10,
        text: "kind",
        fill: "var(--soft)",
      }),
    ],
  });
}
