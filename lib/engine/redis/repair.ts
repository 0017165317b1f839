/**
 * Repairing an append-only file that a power loss has left unreadable, with the tool that comes with the server.
 *
 * @module
 */
import { systemCommand } from "../../system/command.ts";
import { EngineError } from "../engine_error.ts";

/** How a server that cannot read its append-only file names the remedy: `redis-check-aof --fix`, or Valkey's. */
const NAMES_REPAIR = /-check-aof --fix/;

/** Whether a server's reason for not starting is an append-only file that can be repaired. */
export function isRepairable(error: unknown): boolean {
  return error instanceof EngineError && NAMES_REPAIR.test(error.message);
}

/**
 * Cuts a server's append-only file off where it can no longer be read, as the server's own message advises.
 *
 * @param program the server's, whose tool is next to it
 * @returns what was done, as a clause
 * @throws {EngineError} when the tool is missing or fails
 */
export async function repairAppendOnlyFile(program: string, directory: string): Promise<string> {
  const tool = program.replace(/server(?=[^/]*$)/, "check-aof");
  const { code, stdout, stderr } = await systemCommand("sh", {
    args: ["-c", 'echo y | "$1" --fix "$2"/appendonlydir/*.manifest', "sh", tool, directory],
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  if (code !== 0) throw new EngineError("repair the append-only file in", directory, lastLine(said));
  const [, bytes] = /from \d+ bytes, with (\d+) bytes/.exec(said) ?? [];
  return `${tool} --fix cut off ${bytes === undefined ? "its end" : `${bytes} bytes`}`;
}

function lastLine(text: string): string {
  return text.split("\n").findLast((line) => line.trim() !== "") ?? "it failed and said nothing";
}
