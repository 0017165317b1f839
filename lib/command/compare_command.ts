/**
 * The compare command: shows the results of several runs side by side, and holds them against limits.
 *
 * @module
 */
import type { CompareCommand } from "./command.ts";
import { compareFiles } from "../compare/comparison.ts";
import { type GateVerdict, judge } from "../compare/gate.ts";
import { comparisonJson } from "../report/comparison_json.ts";
import { checkText, comparisonText, comparisonWarnings } from "../report/comparison_text.ts";
import { EXIT_FAILURE, EXIT_WORSE } from "./exit.ts";
import { print, stdoutStyle, warn } from "./terminal.ts";

/** Without a verdict nothing is known to be worse, but nobody may believe that it was found not to be. */
const EXIT_CODES: Readonly<Record<GateVerdict, number>> = { held: 0, exceeded: EXIT_WORSE, undecided: EXIT_FAILURE };

/** Runs the command and returns the exit code. */
export function compareCommand({ files, format, limits }: CompareCommand): number {
  const comparison = compareFiles(files);
  const gate = limits === undefined ? undefined : judge(comparison, limits);
  for (const warning of comparisonWarnings(comparison)) warn(`kvlab: warning: ${warning}`);
  print(
    format === "json" ? comparisonJson(comparison, gate) : comparisonText(comparison, { gate, style: stdoutStyle() }),
  );
  if (gate === undefined) return 0;
  for (const check of gate.checks) {
    if (check.verdict !== "held") warn(`kvlab: ${checkText(check, comparison.documents)}`);
  }
  return EXIT_CODES[gate.verdict];
}
