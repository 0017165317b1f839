/**
 * The table of all configurations, including those that failed.
 *
 * @module
 */
import type { CrashKind } from "../../result/run_document.ts";
import type { ConfigurationState, LossUnit } from "../../sweep/lines.ts";
import { readableNumber } from "../../result/format.ts";
import { type Html, html } from "../html.ts";
import type { MapView } from "../map_view.ts";
import { killsOf, latencyCurves, mostLost, writeAmplification } from "../measures.ts";
import { type Look, lookOf } from "../palette.ts";
import { type Configuration, medianInterval, medianOpsPerSec } from "../report_data.ts";
import { CRASH_NAMES, durationText, rateText, shortLoss, shortRate } from "../wording.ts";
import {
  flagsHtml,
  numberCell,
  section,
  symbolSvg,
  type TableCell,
  type TableColumn,
  tableHtml,
  type TableRow,
} from "./parts.ts";
import { OPERATIONS } from "../../load/operation.ts";

const LOSSES: readonly (readonly [CrashKind, LossUnit])[] = [
  ["process_crash", "age_ms"],
  ["process_crash", "writes"],
  ["power_loss", "age_ms"],
  ["power_loss", "writes"],
];

const columns = (isByRate: boolean): readonly TableColumn[] => [
  { heading: "Configuration", isText: true },
  { heading: "Standing", isText: true },
  { heading: isByRate ? "Highest rate/s" : "Median ops/s" },
  { heading: "95% interval" },
  { heading: "Runs" },
  ...LOSSES.map(([crash, unit]) => ({
    heading: `${crash === "process_crash" ? "Crash" : "Power"} loses, ${unit === "writes" ? "writes" : "time"}`,
  })),
  { heading: "Write p99" },
  { heading: "Bytes per byte put" },
  { heading: "Kills held" },
  { heading: "Worst kill, writes" },
];

/** The section. The states are those of the map view that is shown first. */
export function configurationsSection(
  configurations: readonly Configuration[],
  { looks, view }: { readonly looks: readonly Look[]; readonly view: MapView | undefined },
): Html {
  const rows = [...configurations.entries()].map(([index, configuration]): TableRow => ({
    configuration: index,
    cells: cellsOf(index, configuration, { looks, view }),
  }));
  const sorted = rows.toSorted((a, b) => rateOf(configurations, b) - rateOf(configurations, a));
  const reading = view === undefined
    ? "A row for each configuration; press a heading to sort by it."
    : `Fastest first; the standing is for a ${CRASH_NAMES[view.crash]}, counted in ` +
      `${view.unit === "writes" ? "writes" : "time"}. Press a heading to sort by it, a row for all of its figures.`;
  return section(
    { id: "configurations", title: "All configurations", reading },
    tableHtml({
      id: "configurations-table",
      label: "All configurations",
      columns: columns(configurations.some(({ summary }) => summary?.rate_per_sec !== undefined)),
      rows: sorted,
      filterExample: "such as: log frontier",
    }),
  );
}

function rateOf(configurations: readonly Configuration[], { configuration: index }: TableRow): number {
  const configuration = configurations[index ?? 0];
  return (configuration && medianOpsPerSec(configuration)) ?? -1;
}

function cellsOf(
  index: number,
  configuration: Configuration,
  { looks, view }: { readonly looks: readonly Look[]; readonly view: MapView | undefined },
): TableCell[] {
  const { id, called, title, runs, loss } = configuration;
  const state = stateOf(index, configuration, view);
  const interval = medianInterval(configuration);
  const kills = killsOf(configuration);
  const look = lookOf(looks, configuration);
  return [
    {
      shown: html`<button type="button" class="name">${symbolSvg(look)} <b>${called}</b> ${flagsHtml(title)}</button>`,
      value: id,
    },
    state === undefined
      ? { shown: "" }
      : { shown: html`<span class="state ${state}">${state.replace("_", " ")}</span>`, value: state },
    numberCell(medianOpsPerSec(configuration), (rate) => rateText(rate).replace(" ops/s", "")),
    interval === undefined
      ? { shown: "–" }
      : { shown: `${shortRate(interval.low)} – ${shortRate(interval.high)}`, value: interval.low },
    numberCell(runs.length === 0 ? undefined : runs.length, String),
    ...LOSSES.map(([crash, unit]) => lossCell(loss[crash][unit], unit, runs.length > 0)),
    numberCell(writeLatencyP99(configuration), durationText),
    numberCell(writeAmplification(configuration), (ratio) => `${readableNumber(Number(ratio.toPrecision(3)))}×`),
    kills.length === 0
      ? { shown: "–" }
      : { shown: `${kills.filter(({ held }) => held).length} of ${kills.length}`, value: kills.length },
    numberCell(kills.length === 0 ? undefined : mostLost(configuration), readableNumber),
  ];
}

function lossCell(loss: number | "everything" | null, unit: LossUnit, isMeasured: boolean): TableCell {
  if (loss === null || !isMeasured) return { shown: "–" };
  return { shown: shortLoss(loss, unit), value: loss === "everything" ? Number.MAX_VALUE : loss };
}

/** The configuration's state in a view of the map; undefined if it is not on it. */
function stateOf(
  index: number,
  configuration: Configuration,
  view: MapView | undefined,
): ConfigurationState | undefined {
  if (medianOpsPerSec(configuration) === undefined) {
    const { summary, failures } = configuration;
    if (summary?.state === "too_slow") return "too_slow";
    return failures.length > 0 || summary?.state === "failed" ? "failed" : undefined;
  }
  return view?.points.find((point) => point.index === index)?.state;
}

/** The kinds of operations that write, in order of preference. */
const WRITING = OPERATIONS.filter(({ writes }) => writes).map(({ name }) => name);

/** The 99th percentile of write latencies, in seconds. */
export function writeLatencyP99(configuration: Configuration): number | undefined {
  const curves = latencyCurves(configuration).filter(({ isUncorrected }) => !isUncorrected);
  const curve = WRITING.map((name) => curves.find(({ operation }) => operation === name)).find((curve) =>
    curve !== undefined
  );
  return curve?.points.find(({ percent }) => percent === 99)?.seconds;
}
