/**
 * Checks histories that were recorded elsewhere: is each of them linearizable, and if not, why? They are kvlab's JSON
 * lines, Jepsen's log, or its `history.edn`; any of them may be packed with gzip.
 *
 * @module
 */
import type { Judgement } from "../history/history.ts";
import { judge } from "../history/judge.ts";
import { type RecordedHistory, showContradiction, type ShownContradiction } from "../history/recorded_history.ts";
import { LineSplitter } from "../replay/lines.ts";
import { PersistError } from "../system/persist_error.ts";
import { unpackedChunks } from "../system/unpacked_file.ts";
import { JepsenHistory, parseEdnLine, parseLogLine } from "./jepsen.ts";
import { JsonLines } from "./json_lines.ts";
import { LineError } from "./registers.ts";

/** What came of one history. */
export interface CheckedHistory {
  readonly path: string;
  /** Not linearizable if one of its registers is not; undecided if one of them is and the others are linearizable. */
  readonly judgement: Judgement;
  readonly registers: number;
  readonly operations: number;
  /** Operations of which it is not known whether they took effect. */
  readonly unknown: number;
  /** One for each register that is not linearizable. */
  readonly contradictions: readonly ShownContradiction[];
  /** The keys of registers that were not decided. */
  readonly undecided: readonly string[];
  /** How long it took to judge it, once it was read, in milliseconds. */
  readonly judgedMs: number;
}

/**
 * Checks one history.
 *
 * @throws {PersistError} when it cannot be read
 */
export async function checkHistory(path: string): Promise<CheckedHistory> {
  const recorded = await readHistory(path);
  const startedAtMs = performance.now();
  const contradictions: ShownContradiction[] = [];
  const undecided: string[] = [];
  let operations = 0, unknown = 0;
  for (const register of recorded) {
    const { history } = register;
    operations += history.kinds.length;
    for (const returned of history.returns) if (returned === Infinity) unknown++;
    const judgement = judge(history);
    if (judgement === "not linearizable") contradictions.push(showContradiction(register));
    if (judgement === "undecided") undecided.push(register.key);
  }
  return {
    path,
    judgement: contradictions.length > 0 ? "not linearizable" : undecided.length > 0 ? "undecided" : "linearizable",
    registers: recorded.length,
    operations,
    unknown,
    contradictions,
    undecided,
    judgedMs: performance.now() - startedAtMs,
  };
}

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
async function readHistory(path: string): Promise<RecordedHistory[]> {
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
  if (/^\s*(?:#\S*)?\{\s*:/.test(text)) return new JepsenHistory(parseEdnLine);
  return /^\s*\{/.test(text) ? new JsonLines() : new JepsenHistory(parseLogLine);
}
