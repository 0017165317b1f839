/**
 * What went wrong: configurations that failed, promises that were broken, runs that ended early, limits exceeded.
 *
 * @module
 */
import { fieldsIn, rowsIn, textIn } from "../fields.ts";
import { type Html, html, NOTHING } from "../html.ts";
import type { Configuration, ReportData } from "../report_data.ts";
import { section } from "./parts.ts";

/** The section; empty if all went well. */
export function warningsSection({ configurations, comparisons }: ReportData): Html {
  const warnings = configurations.flatMap((configuration) =>
    warningsOf(configuration).map((warning) => ({ configuration, warning }))
  );
  const checks = comparisons.flatMap(({ result }) => rowsIn(fieldsIn(result, "gate") ?? {}, "checks"))
    .filter(({ verdict }) => verdict !== "held");
  if (warnings.length === 0 && checks.length === 0) return NOTHING;
  return section(
    { id: "warnings", title: "What went wrong" },
    checks.map((check) => html`<p class="warning">${textIn(check, "text")}</p>`),
    warnings.map(({ configuration: { called, title }, warning }) =>
      html`
        <p class="warning"><b>${called}</b> <code>${title}</code><br>${warning}</p>
      `
    ),
  );
}

function warningsOf({ failures, runs, crash }: Configuration): string[] {
  const ofRuns = runs.flatMap(({ result }) => [
    ...(Array.isArray(result.broken_bounds) ? result.broken_bounds.map(String) : []),
    ...(textIn(result, "ended_early") === undefined ? [] : [`it ended early: ${textIn(result, "ended_early")}`]),
  ]);
  const notHeld = fieldsIn({ crash }, "crash")?.held === false
    ? ["a kill cost more than was promised, or tore files"]
    : [];
  return [...new Set([...failures, ...ofRuns, ...notHeld])];
}
