/**
 * Room of the file system's kind: where syncing proves nothing.
 *
 * @module
 */

/** File systems in memory: what is synced there is lost with the power all the same. */
const VOLATILE_TYPES = ["tmpfs", "ramfs"];

/**
 * The type of the file system that holds a directory, if it is one that loses everything with the power; `undefined`
 * otherwise, and where the system does not tell.
 */
export function volatileFileSystem(directory: string): string | undefined {
  try {
    const type = typeAt(Deno.realPathSync(directory), Deno.readTextFileSync("/proc/self/mounts"));
    return type !== undefined && VOLATILE_TYPES.includes(type) ? type : undefined;
  } catch {
    return undefined;
  }
}

/** The type of the mount that is the longest prefix of the path, of several there the last. */
function typeAt(path: string, mounts: string): string | undefined {
  let longest = -1;
  let type: string | undefined;
  for (const line of mounts.split("\n")) {
    const [, escapedPoint, mountType] = line.split(" ");
    if (escapedPoint === undefined) continue;
    const point = escapedPoint.replaceAll(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
    const isPrefix = point === "/" || path === point || path.startsWith(point + "/");
    if (isPrefix && point.length >= longest) {
      longest = point.length;
      type = mountType;
    }
  }
  return type;
}
