/**
 * Looks programs up as the system does.
 *
 * @module
 */

/** The directories of PATH. */
export function pathDirectories(): string[] {
  return (Deno.env.get("PATH") ?? "").split(":").filter((directory) => directory !== "");
}

/** Whether there is such a file. Links count, as packages make them. */
export function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Whether a program of this name is in PATH. */
export function isInPath(name: string): boolean {
  return pathDirectories().some((directory) => isFile(`${directory}/${name}`));
}
