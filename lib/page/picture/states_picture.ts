/**
 * The states that cuts of the power may have left, as a strip for each kind: what each cost.
 *
 * @module
 */
import type { StateDocument } from "../../crash/states_document.ts";
import { STATE_KINDS } from "../../disk/state_kinds.ts";
import type { Html } from "../html.ts";
import { statesOf } from "../measures.ts";
import { lossScale } from "./axes.ts";
import { configurationMark, Plot, svgOf, type Width, xName } from "./plot.ts";
import { rowsFrame } from "./row_pictures.ts";
import type { Subject } from "../palette.ts";

const KIND_HEIGHT_PX = 12;
const ROW_PADDING_PX = 14;

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
  const scale = lossScale(states.map(({ state }) => state.lost), {
    unit: "writes",
    ticksMax: width === "wide" ? 9 : 5,
  });
  const { y, ...frame } = rowsFrame(cut, { width, rowHeight: kinds.length * KIND_HEIGHT_PX + ROW_PADDING_PX });
  type Row = Subject & { readonly state: StateDocument };
  const lineOf = ({ state }: Row) => kinds.findIndex((kind) => kind === state.kind);
  return svgOf({
    ...frame,
    marginRight: KINDS_PX,
    label: `What each of ${states.length} states cost in which a cut of the power may have left the disk`,
    fy: { domain: y?.domain ?? [], label: null, tickFormat: y?.tickFormat ?? null, padding: 0.1, axis: "left" },
    y: { domain: [-1, kinds.length], axis: null },
    x: { ...scale.axis, label: null, grid: true },
    facet: { marginLeft: frame.marginLeft ?? 0 },
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
