/**
 * What the tests of the command line share: the runs that plain command lines mean, and how lines are held against what
 * they mean or are refused with.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import type { Command, RunCommand } from "../../lib/command/command.ts";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { UsageError } from "../../lib/option/wording.ts";
import type { RunOptions } from "../../lib/run/run_options.ts";

export const DEFAULTS = { threads: 8, seed: 42 };

/** What `memory` means. */
export const MEMORY_RUN: RunOptions = {
  threads: 8,
  loadTimeMs: 10_000,
  workload: { kind: "seed" },
  pattern: "consistent",
  latencySample: 1,
  intervalMs: 1000,
  seed: 42,
  backend: { kind: "memory" },
};

/** A file backend on the command line. */
export const FILE = "file --file-count=128 --queue-depth=8192";

/** The backend that it means. */
export const FILE_BACKEND: FileBackendOptions = {
  kind: "file",
  fileCount: 128,
  serializer: "json",
  policy: { kind: "asynchronous", queueDepth: 8192, queueMemoryBytes: 256 * 2 ** 20 },
  layout: { kind: "snapshot", replace: "rename" },
  sync: "none",
  deviceProbe: true,
};

/** The arguments of a command line without quoting. */
export function split(line: string): string[] {
  return line.split(" ").filter((arg) => arg !== "");
}

/** The command that a line means. */
export function parse(line: string): Command {
  return parseCommand(split(line), DEFAULTS);
}

/** The run that a line means. */
export function parseRun(line: string): RunCommand {
  const command = parse(line);
  assert(command.kind === "run", line);
  return command;
}

/** Holds a line against the command that it is to mean. */
export function assertCommand(line: string, command: Command): void {
  assertEquals(parse(line), command, line);
}

/** Holds a line against the run that it is to mean. */
export function assertRun(line: string, options: RunOptions): void {
  assertCommand(line, { kind: "run", options, format: "text", quiet: false, repeat: 1 });
}

/** Holds what a line is refused with against the message. */
export function assertRefused(args: readonly string[] | string, message: string): void {
  const list = typeof args === "string" ? split(args) : args;
  const error = assertThrows(() => parseCommand(list, DEFAULTS), UsageError);
  assertEquals(error.message, message, JSON.stringify(list));
}
