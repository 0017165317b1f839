/**
 * Reads a history that was recorded elsewhere, line by line: kvlab's JSON lines, Jepsen's log, or its `history.edn`;
 * any of them may be packed with gzip.
 *
 * @module
 */
import type { RecordedHistory } from "../history/recorded_history.ts";
import { LineSplitter } from "../replay/lines.ts";
import { PersistError } from "../system/persist_error.ts";
import { unpackedChunks } from "../system/unpacked_file.ts";
import { EdnLines } from "./edn_lines.ts";
import { JepsenLines } from "./jepsen_lines.ts";
import { JsonLines } from "./json_lines.ts";
import { LineError } from "./registers.ts";

/** The longest line that is taken for one, in bytes. */
const LINE_BYTES_MAX = 2 ** 24;

/** What reads the lines of a history, from the first to the last. */
interface HistoryLines {
  /** How many operations were called. */
  readonly operations: number;
  /** @throws {LineError} when it is no line of such a history */
  add(text: string, number: number): void;
  /** The history of each register, none of them empty. */
  end(): RecordedHistory[];
}

/**
 * Reads a history, which may be larger than a string can be.
 *
 * @returns the history of each register, none of them empty
 * @throws {PersistError} naming the line, when it cannot be read or is none
 */
export async function readHistory(path: string): Promise<RecordedHistory[]> {
  let lines: HistoryLines | undefined;
  let number = 0;
  const decoder = new TextDecoder();
  const splitter = new LineSplitter({
    line(bytes, start, end) {
      number++;
      if (end - start > LINE_BYTES_MAX) throw new LineError(`it is longer than ${LINE_BYTES_MAX} bytes`);
      const text = decoder.decode(bytes.subarray(start, end));
      if (text.trim() === "") return;
      lines ??= linesLike(text);
      lines.add(text, number);
    },
  });
  try {
    for await (const chunk of unpackedChunks(path)) splitter.add(chunk);
    splitter.end();
  } catch (error) {
    if (error instanceof LineError) throw new PersistError("read", path, `line ${number}: ${error.message}`);
    throw error instanceof PersistError ? error : new PersistError("read", path, error);
  }
  if (lines === undefined) throw new PersistError("read", path, "it is empty");
  if (lines.operations === 0) throw new PersistError("read", path, `none of its ${number} lines is an operation`);
  return lines.end();
}

/** What reads lines of which this is the first. */
function linesLike(text: string): HistoryLines {
  if (/^\s*(?:#\S*)?\{\s*:/.test(text)) return new EdnLines();
  return /^\s*\{/.test(text) ? new JsonLines() : new JepsenLines();
}
