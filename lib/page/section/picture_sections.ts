/**
 * The sections of the charts below the map; each is left out if there are no measurements for it.
 *
 * @module
 */
import { type Html, html, NOTHING } from "../html.ts";
import {
  killsOf,
  latencyCurves,
  reopenTimes,
  resurrectedBy,
  statesOf,
  timeShares,
  writeAmplification,
} from "../measures.ts";
import {
  amplificationPicture,
  causeColors,
  KILLS_MAX,
  killsPicture,
  reopenPicture,
  statesPicture,
  timePicture,
} from "../picture/row_pictures.ts";
import { latencyPicture, timedOperations } from "../picture/latency_picture.ts";
import { noisePicture, seriesOf, seriesPictures } from "../picture/series_pictures.ts";
import type { Width } from "../picture/plot.ts";
import type { Subject } from "../palette.ts";
import type { SweepSource } from "../source.ts";
import { readableCount, readableNumber } from "../../result/format.ts";
import { contradictionsSection } from "./contradiction_sections.ts";
import { calledIn } from "../../report/sweep_text.ts";
import { failureName } from "../wording.ts";
import { legend, picture, section, swatchSvg } from "./parts.ts";

/** All of them, in the order of the page. */
export function pictureSections(subjects: readonly Subject[], sweeps: readonly SweepSource[]): Html[] {
  return [
    contradictionsSection(subjects),
    latencySection(subjects),
    seriesSection(subjects),
    timeSection(subjects),
    amplificationSection(subjects),
    killsSection(subjects),
    statesSection(subjects),
    reopenSection(subjects),
    noiseSection(subjects, sweeps),
  ];
}

function latencySection(subjects: readonly Subject[]): Html {
  const operations = timedOperations(subjects);
  if (operations.length === 0) return NOTHING;
  const isFaint = subjects.some(({ stands, configuration }) => !stands && latencyCurves(configuration).length > 0);
  const isOpen = subjects.some(({ configuration }) =>
    latencyCurves(configuration).some((curve) => curve.isUncorrected)
  );
  const reading =
    "With each mark to the right, a tenth of the operations remain; the lower the line stays, the fewer had to wait. " +
    "A line ends at the slowest operation." +
    (isOpen
      ? " Solid: counted from the intended start, so that a stall counts against every operation that it delayed; " +
        "dotted: from the actual start (uncorrected)."
      : "") +
    (isFaint ? " Coloured: the frontier; grey: all others." : "");
  return section(
    { id: "latency", title: "Latency by percentile", reading },
    ...operations.map((operation) =>
      html`<h3>${operation.replaceAll("_", " ")}</h3>${picture((width) => latencyPicture(subjects, operation, width))}`
    ),
  );
}

/** The maximum number of configurations whose series are in the page. */
const SERIES_MAX = 12;

function seriesSection(subjects: readonly Subject[]): Html {
  const all = subjects.filter(({ configuration }) => seriesOf(configuration).length > 1);
  const shown = all.filter(({ stands }) => stands).slice(0, SERIES_MAX);
  if (shown.length === 0) return NOTHING;
  const left = all.length - shown.length;
  const reading =
    "A level stretch is steady work; a notch in the first row with a peak in the others is a stall. Rates are for " +
    "each interval; what is at risk and queued is as of its end. Of several runs, the middle one is shown." +
    (left === 0 ? "" : ` This shows ${shown.length} of ${all.length} configurations, those on the frontier.`);
  return section(
    { id: "series", title: "Over time", reading },
    ...shown.map((subject) => {
      const { called, title } = subject.configuration;
      const pictures = seriesPictures(subject).map(({ title, svg }) => html`<div><h4>${title}</h4>${svg}</div>`);
      const heading = subjects.length === 1 ? undefined : html`<h3>${called} <code>${title}</code></h3>`;
      return html`${heading}<div class="series">${pictures}</div>`;
    }),
  );
}

/** With more rows than this, those that do not stand out are hidden at first. */
const ROWS_MAX = 16;

/**
 * A chart with a row for each configuration. If there are many, it shows those that stand out, and all of them on
 * request.
 */
function standingFirst(
  subjects: readonly Subject[],
  drawn: (subjects: readonly Subject[], width: Width) => Html,
): Html[] {
  const all = picture((width) => drawn(subjects, width));
  const standing = subjects.filter(({ stands }) => stands);
  if (subjects.length <= ROWS_MAX || standing.length === 0) return [all];
  return [
    html`<p class="reading">Those on the frontier:</p>${picture((width) => drawn(standing, width))}`,
    html`<details><summary>All ${subjects.length} configurations</summary>${all}</details>`,
  ];
}

function timeSection(subjects: readonly Subject[]): Html {
  if (!subjects.some(({ configuration }) => timeShares(configuration) !== undefined)) return NOTHING;
  return section(
    {
      id: "time",
      title: "Where the time went",
      reading:
        "Each bar is the load threads' whole time. The coloured parts are what they were blocked on; the rest is " +
        "operations and, in a pattern or an open loop, the intended waits.",
    },
    legend(causeColors(subjects).map(({ cause, color }) => ({ sign: swatchSvg(color), text: cause }))),
    ...standingFirst(subjects, timePicture),
  );
}

function amplificationSection(subjects: readonly Subject[]): Html {
  if (!subjects.some(({ configuration }) => (writeAmplification(configuration) ?? 0) > 0)) return NOTHING;
  return section(
    {
      id: "amplification",
      title: "Bytes written per byte put",
      reading:
        "At 1, a store writes only the keys and values that it is given; at 100, the device does a hundred times the " +
        "work.",
    },
    ...standingFirst(subjects, amplificationPicture),
  );
}

function killsSection(subjects: readonly Subject[]): Html {
  const killed = subjects.filter(({ configuration }) => killsOf(configuration).length > 0);
  if (killed.length === 0) return NOTHING;
  const isCut = killed.some(({ configuration }) => killsOf(configuration).length > KILLS_MAX);
  const name = failureName(killed.map(({ configuration }) => configuration));
  const broken = killed.flatMap(({ configuration }) => killsOf(configuration).filter(({ held }) => !held)).length;
  const resurrected = killed.reduce((sum, { configuration }) => sum + resurrectedBy(configuration), 0);
  const hasGauge = killed.some(({ configuration }) => killsOf(configuration).some(({ gauge }) => gauge !== undefined));
  return section(
    {
      id: "kills",
      title: `Real ${name}s`,
      reading: `Each line is one ${name}: the dot is what it really cost` +
        (hasGauge
          ? ", the vertical stroke is what the gauge had said just before. A dot to the right of its stroke would " +
            "mean that the gauge was wrong."
          : ".") +
        (resurrected === 0 ? "" : ` They brought ${readableCount(resurrected, "deleted key")} back.`) +
        (isCut ? ` Only the ${KILLS_MAX} costliest of each configuration are shown.` : ""),
    },
    broken === 0
      ? undefined
      : html`<p class="warning">${broken} of the ${name}s cost more than promised or tore files.</p>`,
    picture((width) => killsPicture(killed, width)),
  );
}

function statesSection(subjects: readonly Subject[]): Html {
  const cut = subjects.filter(({ configuration }) => statesOf(configuration).length > 0);
  if (cut.length === 0) return NOTHING;
  const findings = cut.flatMap(({ configuration }) => configuration.crash?.findings ?? []);
  return section(
    {
      id: "states",
      title: "States after power cuts",
      reading:
        "Of what was not flushed when the power fails, a disk may have kept any part, in any order, torn between its " +
        "sectors. Each stroke is one such state, on the line of its kind, and what the store had lost in it; a red " +
        "dot is one that broke the promise.",
    },
    picture((width) => statesPicture(cut, width)),
    ...findings.map((finding) => html`<p class="warning">${finding}</p>`),
  );
}

function reopenSection(subjects: readonly Subject[]): Html {
  const reopened = subjects.filter(({ configuration }) => reopenTimes(configuration).length > 0);
  if (reopened.length === 0) return NOTHING;
  return section(
    {
      id: "reopen",
      title: "Time to reopen",
      reading:
        "Each dot is one time that a store was opened with what a run or a kill had left in it: how long until it " +
        "could be used. The vertical stroke is the median.",
    },
    picture((width) => reopenPicture(reopened, width)),
  );
}

function noiseSection(all: readonly Subject[], sweeps: readonly SweepSource[]): Html {
  // Runs at different rates show no noise.
  const subjects = all.filter(({ configuration: { opsPerSec } }) => opsPerSec !== undefined);
  if (!subjects.some(({ configuration: { runs } }) => runs.length > 1)) return NOTHING;
  const drifts = sweeps.flatMap(({ header, summary }) => {
    const drift = summary?.baseline_drift ?? undefined;
    return drift === undefined ? [] : [{ ...drift, called: calledIn(header)(drift.configuration) }];
  });
  return section(
    {
      id: "noise",
      title: "How noisy the machine was",
      reading:
        "Each dot is one run, relative to its configuration's median: a narrow band means a quiet machine, a slope " +
        "one whose speed drifts." + (drifts.length > 0 ? " The line is the first configuration, the baseline." : ""),
    },
    picture((width) => noisePicture(subjects, width)),
    ...drifts.map(({ called, runs, ratio, spread }) =>
      html`<p>Baseline ${called}, ${runs} runs: the last third at ${
        (100 * ratio).toFixed(1)
      }% of the first, the fastest run at ${readableNumber(Number(spread.toPrecision(3)))} times the slowest.</p>`
    ),
  );
}
