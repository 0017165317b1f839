/**
 * The compare command: shows the results of several runs side by side.
 *
 * @module
 */
import type { CompareCommand } from "../cli/command.ts";
import { compareFiles } from "../compare/comparison.ts";
import { comparisonJson, comparisonText, comparisonWarnings } from "../report/comparison_text.ts";
import { print, stdoutStyle, warn } from "./terminal.ts";

/** Runs the command and returns the exit code. */
export function compareCommand({ files, format }: CompareCommand): number {
  const comparison = compareFiles(files);
  for (const warning of comparisonWarnings(comparison)) warn(`kvlab: warning: ${warning}`);
  print(format === "json" ? comparisonJson(comparison) : comparisonText(comparison, stdoutStyle()));
  return 0;
}
