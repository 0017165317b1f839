/**
 * What contradicts itself: in the histories of configurations, and in those that were recorded elsewhere.
 *
 * @module
 */
import type { ShownContradiction, ShownOperation } from "../../history/recorded_history.ts";
import { contradictionTitle, operationText, timeText } from "../../report/contradiction_text.ts";
import { readableCount } from "../../result/format.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { contradictionsOf } from "../measures.ts";
import type { Subject } from "../palette.ts";
import { Plot, svgOf, type Width, WIDTHS } from "../picture/plot.ts";
import type { CheckSource } from "../source.ts";
import { picture, section } from "./parts.ts";

/** The most contradictions of a configuration, or a history, in the page. */
const CONTRADICTIONS_MAX = 5;

/** How to read the pictures. */
const CONTRADICTIONS_READING =
  "Each bar is an operation, from its call to its return, behind the thread that did it. No order of these that " +
  "keeps to the times explains what was read. Only the order of calls and returns is to scale.";

/** A picture of each contradiction, below its name. */
function contradictionPictures(found: readonly ShownContradiction[]): Html[] {
  return found.slice(0, CONTRADICTIONS_MAX).map((one) =>
    html`<h4>${contradictionTitle(one)}</h4>${picture((width) => contradictionPicture(one, width))}`
  );
}

/** What the check command has found. */
export function checksSection(checks: readonly CheckSource[]): Html {
  const histories = checks.flatMap(({ histories }) => histories);
  if (histories.length === 0) return NOTHING;
  const isWrong = histories.some(({ contradictions }) => contradictions.length > 0);
  return section(
    { id: "histories", title: "Checked histories", ...(isWrong ? { reading: CONTRADICTIONS_READING } : {}) },
    ...histories.map(({ path, judgement, operations, contradictions }) =>
      html`
        <h3><code>${path}</code></h3>
        <p>${judgement}, ${readableCount(operations, "operation")}${contradictions.length > CONTRADICTIONS_MAX
          ? `; the first ${CONTRADICTIONS_MAX} contradictions:`
          : ""}</p>
        ${contradictionPictures(contradictions)}
      `
    ),
  );
}

/** What contradicts itself in the histories of configurations; empty if nothing does. */
export function contradictionsSection(subjects: readonly Subject[]): Html {
  const all = subjects.map(({ configuration }) => ({ configuration, found: contradictionsOf(configuration) }))
    .filter(({ found }) => found.length > 0);
  if (all.length === 0) return NOTHING;
  return section(
    { id: "contradictions", title: "What contradicts itself", reading: CONTRADICTIONS_READING },
    ...all.map(({ configuration: { called, title }, found }) =>
      html`
        ${subjects.length === 1 ? undefined : html`<h3>${called} <code>${title}</code></h3>`}
        ${contradictionPictures(found)}
      `
    ),
  );
}

const ROW_HEIGHT_PX = 40;
const BAR_HEIGHT_PX = 10;

/** An operation with its place in the picture. */
interface Bar {
  readonly row: number;
  readonly operation: ShownOperation;
  /** Numbers of the moments at which it was called and returned. */
  readonly call: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Draws operations that contradict each other, as bars from call to return, one below the other. Only the order of
 * calls and returns counts, and times may lie far apart, so each has the same distance from the next.
 */
function contradictionPicture(contradiction: ShownContradiction, width: Width): Html {
  const bars = barsOf(contradiction, width);
  const moments = Math.max(...bars.map(({ end }) => end)) + 1;
  const isLeft = ({ call }: Bar) => 2 * call < moments;
  return svgOf({
    label: `${contradictionTitle(contradiction)}: ${bars.map(({ text }) => text).join("; ")}`,
    width: WIDTHS[width],
    height: bars.length * ROW_HEIGHT_PX + 10,
    margin: 5,
    axis: null,
    x: { domain: [0, moments] },
    y: { domain: [-0.5, bars.length - 0.5], reverse: true },
    marks: [
      Plot.ruleX(Array.from({ length: moments }, (_, at) => at), { stroke: "currentColor", strokeOpacity: 0.1 }),
      Plot.ruleY(bars, {
        y: "row",
        x1: "call",
        x2: "end",
        dy: 8,
        stroke: ({ operation }: Bar) => operation.operation === "read" ? "var(--color-4)" : "var(--color-0)",
        strokeWidth: BAR_HEIGHT_PX,
        strokeOpacity: ({ operation }: Bar) => operation.return === null ? 0.5 : 1,
      }),
      // A text stays within the picture: it begins with its bar in the left half, and ends with it in the right one.
      Plot.text(bars.filter(isLeft), { y: "row", x: "call", dy: -8, textAnchor: "start", text: "text" }),
      Plot.text(bars.filter((bar) => !isLeft(bar)), { y: "row", x: "end", dy: -8, textAnchor: "end", text: "text" }),
    ],
  });
}

function barsOf({ operations, unit }: ShownContradiction, width: Width): Bar[] {
  const times = operations.flatMap(({ call, return: returned }) => [call, returned ?? call]).filter(Number.isFinite);
  const moments = [...new Set(times)].sort((a, b) => a - b);
  const placeOf = (time: number) => Number.isFinite(time) ? moments.indexOf(time) : 0;
  return operations.map((operation, row) => {
    const { process, call, return: returned } = operation;
    const end = returned === null ? "no return known" : timeText(returned, unit);
    const time = width === "wide" ? `, ${timeText(call, unit)} to ${end}` : "";
    return {
      row,
      operation,
      call: placeOf(call),
      end: returned === null ? moments.length : placeOf(returned),
      text: `${process === "" ? "" : `${process}: `}${operationText(operation)}${time}`,
    };
  });
}
