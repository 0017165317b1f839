/**
 * The export command: prints all entries of a directory as one document.
 *
 * @module
 */
import type { ExportCommand } from "../cli/command.ts";
import { exportDirectory } from "../inspect/export.ts";
import { print, warn } from "./terminal.ts";

/** Runs the command and returns the exit code. */
export function exportCommand({ directory, forceRead, format }: ExportCommand): number {
  const onWarning = (message: string) => warn(`kvlab: warning: ${message}`);
  for (const piece of exportDirectory(directory, { forceRead, format, onWarning })) {
    if (!print(piece)) break;
  }
  return 0;
}
