/**
 * The kills as a strip chart: what each cost, next to what the gauge had said.
 *
 * @module
 */
import type { Html } from "../html.ts";
import type { KillDocument } from "../../crash/crash_document.ts";
import { killsOf } from "../measures.ts";
import { lossScale } from "./loss_scale.ts";
import { configurationMark, Plot, svgOf, type Width, xName } from "./plot.ts";
import { rowsFrame } from "./rows.ts";
import type { Subject } from "./subject.ts";

/** The most kills drawn per configuration; if there are more, those that cost most. */
export const KILLS_MAX = 60;

const KILL_HEIGHT_PX = 6;
const ROW_PADDING_PX = 14;

/** Half the length of a gauge's stroke, as a fraction of a kill's line. */
const STROKE_HALF = 0.45;

/** The kills of all configurations, each on its own line within its configuration's row. */
export function killsPicture(subjects: readonly Subject[], width: Width): Html {
  const killed = subjects.map((subject) => ({ ...subject, kills: shownKills(killsOf(subject.configuration)) }))
    .filter(({ kills }) => kills.length > 0);
  const most = Math.max(1, ...killed.map(({ kills }) => kills.length));
  const kills = killed.flatMap(({ kills, ...subject }) => kills.map((kill, at) => ({ ...subject, kill, at })));
  const scale = lossScale(kills.flatMap(({ kill }) => [kill.lost, kill.gauge ?? 0]), {
    unit: "writes",
    ticksMax: width === "wide" ? 9 : 5,
  });
  const rowHeight = most * KILL_HEIGHT_PX + ROW_PADDING_PX;
  const { y, ...frame } = rowsFrame(killed, { width, rowHeight });
  const withGauge = kills.filter(({ kill }) => kill.gauge !== undefined);
  type Row = typeof kills[number];
  return svgOf({
    ...frame,
    label: `What each of ${kills.length} kills cost, compared with what the gauge said`,
    fy: { domain: y?.domain ?? [], label: null, tickFormat: y?.tickFormat ?? null, padding: 0.1, axis: "left" },
    y: { domain: [-1, most], axis: null },
    x: { ...scale.axis, label: null, grid: true },
    facet: { marginLeft: frame.marginLeft ?? 0 },
    marks: [
      xName("acknowledged writes lost (dot), and at risk by the gauge (stroke) →"),
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
        y1: ({ at }: Row) => at - STROKE_HALF,
        y2: ({ at }: Row) => at + STROKE_HALF,
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
