/**
 * Reports the states that were tried of cuts of the power: how many of each kind, what each cost, and what did not
 * hold. Pure functions.
 *
 * @module
 */
import { type CrashResult, statesOf } from "../crash/crash_result.ts";
import { findingText } from "../crash/finding_text.ts";
import { countByKind } from "../crash/states_document.ts";
import { readableCount, readableNumber } from "../result/format.ts";
import { BARS } from "./series_chart.ts";
import type { Group } from "./text_layout.ts";

/** The most columns of the strip. */
const COLUMNS_MAX = 64;
/** A state that lost nothing. */
const NOTHING_LOST = "·";
const NOT_HELD = "×";

/** The most findings that are told in full; the JSON has them all. */
const FINDINGS_MAX = 3;

/** The disk and the states; nothing where no power was cut. */
export function stateGroups({ kills, disk }: CrashResult): Group[] {
  if (disk === undefined) return [];
  const states = statesOf(kills);
  const again = states.filter(({ again }) => again).length;
  const unmountable = states.filter((state) => state.unmountable !== undefined).length;
  const back = states.filter(({ resurrected }) => resurrected > 0).length;
  const fallen = states.filter(({ problem }) => problem !== undefined).length;
  return [
    { label: "disk", lines: [[disk.fileSystem, ...(disk.mountOptions === undefined ? [] : [disk.mountOptions])]] },
    {
      label: "states",
      lines: [
        [`${readableNumber(states.length)} tried`, ...countByKind(states).map(([kind, count]) => `${count} ${kind}`)],
        [
          ...(again === 0 ? [] : [`${readableNumber(again)} after a second cut during recovery`]),
          ...(unmountable === 0 ? [] : [`${readableNumber(unmountable)} that ${disk.fileSystem} could not mount`]),
        ],
        ...stripLines(states.map(({ lost, problem }) => ({ lost, held: problem === undefined }))),
        back === 0 ? [] : [`${readableCount(back, "state")} in which deleted keys were resurrected`],
        fallen === 0 ? [] : [`${readableCount(fallen, "state")} did not hold`],
      ],
    },
  ];
}

/** What did not hold, each as a paragraph. */
export function findingGroups(result: CrashResult): Group[] {
  const texts = result.kills.flatMap((kill) => (kill.findings ?? []).map((found) => findingText(result, kill, found)));
  const more = texts.length - FINDINGS_MAX;
  return [
    ...texts.slice(0, FINDINGS_MAX).map((text) => ({ label: "finding", lines: [[text]] })),
    ...(more > 0
      ? [{ label: "", lines: [[`${readableCount(more, "more finding")} in --format=json and --report`]] }]
      : []),
  ];
}

/**
 * What each state cost, in the order in which they were tried: a column for each, or for several the worst. Heights are
 * logarithmic, so that one write stands out beside thousands.
 */
function stripLines(states: readonly { readonly lost: number; readonly held: boolean }[]): string[][] {
  const most = states.reduce((most, { lost }) => Math.max(most, lost), 0);
  if (most === 0) return [];
  const perColumn = Math.ceil(states.length / COLUMNS_MAX);
  const columns = Array.from(
    { length: Math.ceil(states.length / perColumn) },
    (_, at) => states.slice(at * perColumn, (at + 1) * perColumn),
  );
  const bars = columns.map((states) => {
    const lost = states.reduce((most, { lost }) => Math.max(most, lost), 0);
    return lost === 0 ? NOTHING_LOST : BARS[Math.ceil(Math.log1p(lost) / Math.log1p(most) * BARS.length) - 1];
  });
  const marks = columns.map((states) => states.every(({ held }) => held) ? " " : NOT_HELD).join("").trimEnd();
  const scale = `up to ${readableCount(most, "lost write")}, each column ${readableCount(perColumn, "state")}`;
  return [[bars.join("")], ...(marks === "" ? [] : [[marks]]), [scale]];
}
