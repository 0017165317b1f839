/**
 * Says how a result would be set on stdout.
 *
 * @module
 */
import { print, stdoutStyle } from "../../lib/entry/terminal.ts";

print(stdoutStyle().bold("rate") + "\n");
