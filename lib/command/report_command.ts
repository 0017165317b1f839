/**
 * The report command: shows results as one HTML page.
 *
 * @module
 */
import type { ReportCommand } from "./command.ts";
import { PersistError } from "../system/persist_error.ts";
import { parseSource, type Source } from "../page/source.ts";
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
  const sources = files.map(readSource);
  for (const { path } of outputs) refuseOverwriting(path, files);
  const { mapSvg, reportHtml } = await import("../page/page.ts");
  writeOutputFile(output, reportHtml(sources));
  if (mapFile !== undefined) writeOutputFile(mapFile, mapOf(sources, { mapFile, mapSvg }));
  warn(`kvlab: wrote ${outputs.map(({ path }) => path).join(" and ")}`);
  return 0;
}

function readSource(path: string): Source {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw new PersistError("read", path, error);
  }
  return parseSource(path, text);
}

/** A path may lead to one of the results through a link or another directory. */
function refuseOverwriting(path: string, files: readonly string[]): void {
  const identity = identityOf(path);
  if (identity !== undefined && files.some((file) => identityOf(file) === identity)) {
    throw new PersistError("write", path, "it is one of the results");
  }
}

function mapOf(
  sources: readonly Source[],
  { mapFile, mapSvg }: { mapFile: string; mapSvg: (sources: readonly Source[]) => string | undefined },
): string {
  const svg = mapSvg(sources);
  if (svg === undefined) throw new PersistError("write", mapFile, "a map needs two measured configurations");
  return svg;
}
