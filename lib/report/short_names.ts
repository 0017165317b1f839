/**
 * Shortens file paths by dropping what they have in common.
 *
 * @module
 */
import { escapeControls } from "../result/format.ts";

const SEPARATOR = "/";
const EXTENSION = ".json";

/**
 * The paths without their common leading folders and common trailing parts, as long as something is left of each, and
 * without `.json` if all have it: `runs/a/result.json` and `runs/b/result.json` become `a` and `b`.
 */
export function shortNames(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split(SEPARATOR));
  while (haveCommon(split, 0)) split.forEach((parts) => parts.shift());
  while (haveCommon(split, -1)) split.forEach((parts) => parts.pop());
  const names = split.map((parts) => parts.join(SEPARATOR));
  const bare = names.every((name) => name.length > EXTENSION.length && name.endsWith(EXTENSION));
  return bare ? names.map((name) => name.slice(0, -EXTENSION.length)) : names;
}

/** The short names, with control characters escaped so that each stays on its line. */
export function fileNames(paths: readonly string[]): string[] {
  return shortNames(paths).map(escapeControls);
}

/** Whether all have more than one part, and the same one at that end. */
function haveCommon(split: readonly (readonly string[])[], place: 0 | -1): boolean {
  const common = split[0]?.at(place);
  return common !== undefined && split.every((parts) => parts.length > 1 && parts.at(place) === common);
}
