/**
 * The check command: says of each history whether it is linearizable, and what contradicts itself where it is not.
 *
 * @module
 */
import { type CheckedHistory, checkHistory } from "../check/check.ts";
import { checkJson, checkText } from "../report/check_text.ts";
import type { CheckCommand } from "./command.ts";
import { EXIT_FAILURE, EXIT_NOT_HELD } from "./exit.ts";
import { print, stdoutStyle } from "./terminal.ts";

/**
 * Runs the command and returns the exit code. Prints nothing unless all histories can be read.
 *
 * @throws {PersistError} when one cannot be read, or is no history
 */
export async function checkCommand({ files, format }: CheckCommand): Promise<number> {
  const histories: CheckedHistory[] = [];
  for (const file of files) histories.push(await checkHistory(file));
  print(format === "json" ? checkJson(histories) : checkText(histories, stdoutStyle()));
  if (histories.some(({ judgement }) => judgement === "not linearizable")) return EXIT_NOT_HELD;
  return histories.some(({ judgement }) => judgement === "undecided") ? EXIT_FAILURE : 0;
}
