/**
 * The program that draws a progress line and writes other lines in between, for the tests of how they get on.
 *
 * @module
 */
import { ProgressLine } from "../../lib/command/progress_line.ts";
import { print, warn } from "../../lib/command/terminal.ts";

new ProgressLine().update({ phase: "load", elapsedMs: 100, totalMs: 10_000 });
warn("a warning");
// Another line, because for the same one this is too soon.
new ProgressLine().update({ phase: "drain", elapsedMs: 0 });
print("the result\n");
