/**
 * The report command: shows results as one HTML page.
 *
 * @module
 */
import type { ReportCommand } from "./command.ts";
import { readText } from "../system/file_io.ts";
import { PersistError } from "../system/persist_error.ts";
import { parseSource } from "../page/source.ts";
import { checkOutputFiles, identityOf, writeOutputFile } from "./output_file.ts";
import { warn } from "./terminal.ts";

/**
 * Runs the command and returns the exit code. Writes nothing unless all results can be read.
 *
 * @throws {PersistError} when a result cannot be read, or a file cannot be written
 */
export async function reportCommand({ files, output, mapFile }: ReportCommand): Promise<number> {
  const outputs = [
    { flag: "--output", path: output },
    ...(mapFile === undefined ? [] : [{ flag: "--map", path: mapFile }]),
  ];
  checkOutputFiles(outputs);
  const sources = files.map((path) => parseSource(path, readText(path)));
  for (const { path } of outputs) refuseOverwriting(path, files);
  const { mapSvg, reportHtml } = await import("../page/page.ts");
  writeOutputFile(output, reportHtml(sources));
  if (mapFile !== undefined) {
    const svg = mapSvg(sources);
    if (svg === undefined) throw new PersistError("write", mapFile, "a map needs two measured configurations");
    writeOutputFile(mapFile, svg);
  }
  warn(`kvlab: wrote ${outputs.map(({ path }) => path).join(" and ")}`);
  return 0;
}

/** A path may lead to one of the results through a link or another directory. */
function refuseOverwriting(path: string, files: readonly string[]): void {
  const identity = identityOf(path);
  if (identity !== undefined && files.some((file) => identityOf(file) === identity)) {
    throw new PersistError("write", path, "it is one of the results");
  }
}
