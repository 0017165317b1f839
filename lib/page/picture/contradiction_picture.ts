/**
 * Operations that contradict each other, as bars from call to return, one below the other. Only the order of calls and
 * returns counts, and times may lie far apart, so each has the same distance from the next.
 *
 * @module
 */
import type { ShownContradiction, ShownOperation } from "../../history/recorded_history.ts";
import { contradictionTitle, operationText, timeText } from "../../report/contradiction_text.ts";
import type { Html } from "../html.ts";
import { Plot, svgOf, type Width, WIDTHS } from "./plot.ts";

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

/** Draws a contradiction. */
export function contradictionPicture(contradiction: ShownContradiction, width: Width): Html {
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
