/**
 * Reads a history that was recorded elsewhere, line by line: kvlab's JSON lines, or Jepsen's log.
 *
 * @module
 */
import type { RecordedHistory } from "../history/recorded_history.ts";
import { PersistError } from "../system/persist_error.ts";
import { JepsenLines } from "./jepsen_lines.ts";
import { JsonLines } from "./json_lines.ts";
import { LineError } from "./registers.ts";

/** The longest line that is taken for one, in characters. */
const LINE_LENGTH_MAX = 2 ** 24;

/**
 * Reads a history, which may be larger than a string can be.
 *
 * @returns the history of each register, none of them empty
 * @throws {PersistError} naming the line, when it cannot be read or is none
 */
export async function readHistory(path: string): Promise<RecordedHistory[]> {
  let lines: JepsenLines | JsonLines | undefined;
  let number = 0;
  try {
    for await (const line of linesOf(await Deno.open(path))) {
      number++;
      if (line.length > LINE_LENGTH_MAX) throw new LineError(`it is longer than ${LINE_LENGTH_MAX} characters`);
      if (line.trim() === "") continue;
      lines ??= line.trimStart().startsWith("{") ? new JsonLines() : new JepsenLines();
      lines.add(line, number);
    }
  } catch (error) {
    if (!(error instanceof LineError)) throw new PersistError("read", path, error);
    throw new PersistError("read", path, `line ${number}: ${error.message}`);
  }
  if (lines === undefined) throw new PersistError("read", path, "it is empty");
  if (lines.operations === 0) throw new PersistError("read", path, `none of its ${number} lines is an operation`);
  return lines.end();
}

async function* linesOf(file: Deno.FsFile): AsyncGenerator<string> {
  let rest = "";
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = text.split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > LINE_LENGTH_MAX) break;
  }
  if (rest !== "") yield rest;
}
