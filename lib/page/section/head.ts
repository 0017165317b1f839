/**
 * The page's head and the top of its body: its subject, the answer, and what went wrong: configurations that failed,
 * promises that were broken, runs that ended early, limits exceeded.
 *
 * @module
 */
import type { CrashDocument } from "../../crash/crash_document.ts";
import type { ShownContradiction } from "../../history/recorded_history.ts";
import { contradictionTitle } from "../../report/contradiction_text.ts";
import { VERSION } from "../../version.ts";
import type { SummaryLine } from "../../sweep/lines.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { killsOf, resurrectedBy } from "../measures.ts";
import type { Configuration, ReportData } from "../report_data.ts";
import { readableCount, readableNumber } from "../../result/format.ts";
import { textIn } from "../../result/json.ts";
import { allowedText, CRASH_NAMES, durationText, failureName, lossText, rateText } from "../wording.ts";
import { writeLatencyP99 } from "./configurations_section.ts";
import { commandHtml, section } from "./parts.ts";

/** What the report is about, in a few words. */
export function titleOf({ configurations, sweeps, checks }: ReportData): string {
  const histories = checks.flatMap(({ histories }) => histories);
  if (configurations.length === 0) return histories.length === 1 ? "A history" : `${histories.length} histories`;
  const [only] = configurations;
  if (only !== undefined && configurations.length === 1) return only.title === "" ? only.id : only.title;
  const count = configurations.length;
  return sweeps.length > 0 ? `A sweep over ${count} configurations` : `${count} configurations side by side`;
}

/** The top of the page. */
export function headerHtml(data: ReportData): Html {
  const runs = data.configurations.reduce((sum, { runs }) => sum + runs.length, 0);
  const kills = data.configurations.reduce((sum, configuration) => sum + killsOf(configuration).length, 0);
  const machine = data.environments[0]?.machine ?? {};
  const cpus = typeof machine.cpu_count === "number" ? [`${machine.cpu_count} CPUs`] : [];
  const parts = [
    ...(runs === 0 ? [] : [readableCount(runs, "run")]),
    ...(kills === 0 ? [] : [readableCount(kills, failureName(data.configurations))]),
    ...data.sweeps.map(({ header }) => header.started_at.replace("T", " ").replace(/(:\d\d)(\.\d+)?Z$/, "$1 UTC")),
    ...["cpu_model", "os", "arch"].flatMap((name) => textIn(machine, name) ?? []),
    ...cpus,
  ];
  return html`
    <header>
      <p class="eyebrow">kvlab report</p>
      <h1>${titleOf(data)}</h1>
      <p class="lede">${parts.join(" · ")}</p>
    </header>
  `;
}

/** The answer of a sweep, or the main figures of a single result. */
export function answerHtml(data: ReportData): Html {
  const [only] = data.configurations;
  if (data.sweeps.length > 0) return html`${data.sweeps.map((sweep) => sweepAnswer(sweep, data))}`;
  return only !== undefined && data.configurations.length === 1 ? singleAnswer(only) : NOTHING;
}

const ENDINGS = {
  separated: "It ended because no further run could have changed the frontier.",
  budget: "It ended because its time was up: some configurations may be closer than they look.",
  interrupted: "It was interrupted: what had been measured by then is shown.",
} as const;

function sweepAnswer({ summary }: ReportData["sweeps"][number], { configurations }: ReportData): Html {
  if (summary === undefined) {
    return html`
      <section class="answer">
        <p>This sweep was cut off before it ended.</p>
        <p class="reading">What had been measured by then is shown; run it again with --resume to go on.</p>
      </section>
    `;
  }
  return html`
    <section class="answer" aria-label="The answer">
    ${summary.answer.split("\n").map((line) => html`<p>${line}</p>`)}
    ${answering(summary, configurations).map(({ command, called }) => commandHtml(command, called))}
    <p class="reading">${ENDINGS[summary.ended]}</p>
    </section>
  `;
}

/** The configurations that a sweep answers with, each once. */
function answering({ answered }: SummaryLine, configurations: readonly Configuration[]): Configuration[] {
  const ids = [...new Set(answered)];
  return ids.flatMap((id) => configurations.find((configuration) => configuration.id === id) ?? []);
}

function singleAnswer(configuration: Configuration): Html {
  const { opsPerSec, loss, runs, command } = configuration;
  const kills = killsOf(configuration);
  const tile = (value: string, text: string) => html`<div class="tile"><b>${value}</b><span>${text}</span></div>`;
  const p99 = writeLatencyP99(configuration);
  const interval = opsPerSec?.interval;
  const spread = interval === undefined ? "" : `, 95% interval ${rateText(interval.low)} to ${rateText(interval.high)}`;
  return section(
    { id: "answer", title: "In short" },
    html`<div class="tiles">${[
      ...(opsPerSec === undefined ? [] : [
        tile(
          rateText(opsPerSec.median),
          runs.length === 1 ? "throughput" : `throughput, median of ${runs.length} runs${spread}`,
        ),
      ]),
      ...(p99 === undefined ? [] : [tile(durationText(p99), "99% of writes took at most")]),
      ...(runs.length === 0 ? [] : (["process_crash", "power_loss"] as const).map((crash) => {
        const unit = loss[crash].age_ms === null ? "writes" : "age_ms";
        return tile(lossText(loss[crash][unit], unit), `lost in a ${CRASH_NAMES[crash]}, at most`);
      })),
      ...(kills.length === 0 ? [] : [
        tile(
          `${kills.filter(({ held }) => held).length} of ${kills.length}`,
          `${failureName([configuration])}s cost ${allowedText(configuration)}`,
        ),
        tile(
          readableNumber(Math.max(...kills.map(({ lost }) => lost))),
          `writes lost by the worst ${failureName([configuration])}`,
        ),
        ...(resurrectedBy(configuration) === 0
          ? []
          : [tile(readableNumber(resurrectedBy(configuration)), "deleted keys resurrected")]),
      ]),
    ]}</div>`,
    commandHtml(command, configuration.id),
  );
}

/** The bottom of the page. */
export function footerHtml(): Html {
  return html`
    <footer>
      <p>Made by kvlab ${VERSION}. This file needs no network; all that it shows is within it.</p>
    </footer>
  `;
}

/** The section; empty if all went well. */
export function warningsSection({ configurations, comparisons }: ReportData): Html {
  const warnings = configurations.flatMap((configuration) =>
    warningsOf(configuration).map((warning) => ({ configuration, warning }))
  );
  const checks = comparisons.flatMap(({ checks }) => checks).filter(({ isHeld }) => !isHeld);
  if (warnings.length === 0 && checks.length === 0) return NOTHING;
  return section(
    { id: "warnings", title: "What went wrong" },
    checks.map(({ text }) => html`<p class="warning">${text}</p>`),
    warnings.map(({ configuration: { called, title }, warning }) =>
      html`
        <p class="warning"><b>${called}</b> <code>${title}</code><br>${warning}</p>
      `
    ),
  );
}

function warningsOf(configuration: Configuration): string[] {
  const { failures, runs, crash } = configuration;
  const ofRuns = runs.flatMap(({ run: { brokenBounds, contradictions, usedUp } }) => [
    ...brokenBounds,
    ...contradictionWarning(contradictions),
    ...(usedUp === undefined ? [] : [`it ended early: ${usedUp}`]),
  ]);
  return [...new Set([...failures, ...ofRuns, ...crash === undefined ? [] : crashWarnings(crash, configuration)])];
}

/** A history that contradicts itself may be all that is wrong with a crash. */
function crashWarnings(
  { held, kills, killsHeld, contradictions }: CrashDocument,
  configuration: Configuration,
): string[] {
  const cost = !held && (killsHeld < kills || contradictions.length === 0)
    ? [`at least one ${failureName([configuration])} cost more than was promised, or tore files`]
    : [];
  return [...cost, ...contradictionWarning(contradictions)];
}

function contradictionWarning(contradictions: readonly ShownContradiction[]): string[] {
  return contradictions.slice(0, 1).map((one) => `its history is not linearizable: ${contradictionTitle(one)}`);
}
