/**
 * What went wrong: configurations that failed, promises that were broken, runs that ended early, limits exceeded.
 *
 * @module
 */
import { type Html, html, NOTHING } from "../html.ts";
import type { Configuration, ReportData } from "../report_data.ts";
import { failureName } from "../wording.ts";
import { section } from "./parts.ts";

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
  const ofRuns = runs.flatMap(({ run: { brokenBounds, usedUp } }) => [
    ...brokenBounds,
    ...(usedUp === undefined ? [] : [`it ended early: ${usedUp}`]),
  ]);
  const notHeld = crash?.held === false
    ? [`at least one ${failureName([configuration])} cost more than was promised, or tore files`]
    : [];
  return [...new Set([...failures, ...ofRuns, ...notHeld])];
}
