/**
 * The data embedded in the page, which its script shows for a configuration that is pointed at or selected.
 *
 * @module
 */
import { type MapView, STATE_TEXTS } from "../map_view.ts";
import { killsOf, medianOf, mostLost, resurrectedBy } from "../measures.ts";
import { type Configuration, medianInterval, medianOpsPerSec } from "../report_data.ts";
import { readableCount } from "../../result/format.ts";
import { CRASH_NAMES, failureName, figureName, figureText, lossBasis, lossText, rateText } from "../wording.ts";
import { figureNames } from "./figures_section.ts";

/** What the script reads. */
export interface PageData {
  readonly configurations: readonly PageConfiguration[];
}

/** A name and a value, as shown. */
export type Fact = readonly [name: string, value: string];

/** One configuration, as shown. */
export interface PageConfiguration {
  readonly called: string;
  readonly title: string;
  /** Empty if unknown. */
  readonly command: string;
  /** Throughput and everything else that is the same in all views. */
  readonly rate: string;
  /** By view of the map: what the configuration loses in it, what that is based on, and its state. */
  readonly views: Readonly<Record<string, readonly [loss: string, basis: string, state: string]>>;
  readonly facts: readonly Fact[];
  /** All figures. */
  readonly figures: readonly Fact[];
}

/** The data of all configurations, in order. */
export function pageData(configurations: readonly Configuration[], views: readonly MapView[]): PageData {
  return {
    configurations: configurations.map((configuration, index) => pageConfiguration(configuration, index, views)),
  };
}

function pageConfiguration(configuration: Configuration, index: number, views: readonly MapView[]): PageConfiguration {
  const { called, title, command, runs, promises } = configuration;
  const interval = medianInterval(configuration);
  const median = medianOpsPerSec(configuration);
  const spread = interval === undefined ? "" : `, 95% interval ${rateText(interval.low)} to ${rateText(interval.high)}`;
  const count = readableCount(runs.length, "run");
  return {
    called,
    title,
    command: command ?? "",
    rate: median === undefined ? "not measured" : `${rateText(median)}${spread} (${count})`,
    views: Object.fromEntries(views.flatMap((view) => viewEntry(view, index))),
    facts: [
      ...(promises === null ? [] : [
        ["promised for a process crash", promises.process_crash] as const,
        ["promised for a power loss", promises.power_loss] as const,
      ]),
      ...killFacts(configuration),
    ],
    figures: figureNames(configuration).map((name) => {
      const value = medianOf(runs, name) ?? 0;
      return [figureName(name), figureText(name, value)] as const;
    }),
  };
}

function viewEntry(view: MapView, index: number): [string, readonly [string, string, string]][] {
  const point = view.points.find((point) => point.index === index);
  if (point === undefined) return [];
  const { crash, unit } = view;
  const basis = lossBasis(point.configuration.loss[crash], unit);
  const loss = `a ${CRASH_NAMES[crash]} loses ${lossText(point.loss, unit)}`;
  return [[`${crash} ${unit}`, [loss, basis, STATE_TEXTS[point.state]]]];
}

function killFacts(configuration: Configuration): Fact[] {
  const kills = killsOf(configuration);
  if (kills.length === 0) return [];
  const held = kills.filter(({ held }) => held).length;
  const resurrected = resurrectedBy(configuration);
  const back = resurrected === 0 ? "" : `; ${readableCount(resurrected, "deleted key")} resurrected`;
  return [[
    `${failureName([configuration])}s`,
    `${held} of ${kills.length} cost no more than promised; the worst lost ${mostLost(configuration)} writes${back}`,
  ]];
}
