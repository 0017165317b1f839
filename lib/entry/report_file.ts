/**
 * The report file: a result as an HTML page.
 *
 * @module
 */
import { errorLine } from "./error_line.ts";
import { writeOutputFile } from "./output_file.ts";
import { warn } from "./terminal.ts";

/**
 * Writes a result as a page; if that fails, says why on stderr.
 *
 * @param document the result as JSON
 * @returns whether it was written
 */
export async function deliverReport(path: string, document: string): Promise<boolean> {
  try {
    // Loaded only when there is something to draw, because it takes longer to import than the rest of kvlab.
    const { parseSource } = await import("../page/source.ts");
    const { reportHtml } = await import("../page/page.ts");
    writeOutputFile(path, reportHtml([parseSource(pageName(path), document)]));
    return true;
  } catch (error) {
    warn(errorLine(error));
    return false;
  }
}

/** The page's name for its only result: its own file name. */
function pageName(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.html?$/, "");
}
