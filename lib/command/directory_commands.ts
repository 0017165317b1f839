/**
 * The commands that read a directory: inspect shows what it holds, export prints all of its entries as one document.
 *
 * @module
 */
import type { ExportCommand, InspectCommand } from "./command.ts";
import { inspectDirectory, isDamaged } from "../inspect/inspect.ts";
import { inspectionJson, inspectionText } from "../report/inspection_text.ts";
import { EXIT_DAMAGED } from "./exit.ts";
import { print, stdoutStyle, warn } from "./terminal.ts";
import { exportDirectory } from "../inspect/export.ts";

/** Runs the command and returns the exit code. */
export function inspectCommand({ directory, forceRead, format }: InspectCommand): number {
  const inspection = inspectDirectory(directory, { forceRead });
  print(format === "json" ? inspectionJson(inspection) : inspectionText(inspection, stdoutStyle()));
  return isDamaged(inspection) ? EXIT_DAMAGED : 0;
}

/** Runs the command and returns the exit code. */
export function exportCommand({ directory, forceRead, format }: ExportCommand): number {
  const onWarning = (message: string) => warn(`kvlab: warning: ${message}`);
  for (const piece of exportDirectory(directory, { forceRead, format, onWarning })) {
    if (!print(piece)) break;
  }
  return 0;
}
