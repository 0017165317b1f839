/**
 * Says how a result would be set on stdout.
 *
 * @module
 */
import { print, stdoutStyle } from "../../lib/command/terminal.ts";

print(stdoutStyle().bold("rate") + "\n");
