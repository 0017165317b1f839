/**
 * The inspect command: shows what a directory holds.
 *
 * @module
 */
import type { InspectCommand } from "../cli/command.ts";
import { inspectDirectory, isDamaged } from "../inspect/inspect.ts";
import { inspectionJson, inspectionText } from "../report/inspection_text.ts";
import { EXIT_DAMAGED } from "./error_line.ts";
import { print, stdoutStyle } from "./terminal.ts";

/** Runs the command and returns the exit code. */
export function inspectCommand({ directory, forceRead, format }: InspectCommand): number {
  const inspection = inspectDirectory(directory, { forceRead });
  print(format === "json" ? inspectionJson(inspection) : inspectionText(inspection, stdoutStyle()));
  return isDamaged(inspection) ? EXIT_DAMAGED : 0;
}
