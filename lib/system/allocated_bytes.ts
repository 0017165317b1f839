/**
 * How much of a device a directory takes.
 *
 * @module
 */
import { readDirectory } from "./file_io.ts";

/** The unit in which systems count what files occupy. */
const BLOCK_BYTES = 512;

/**
 * Bytes of the blocks that a directory and everything in it occupy, as `du` counts them; `undefined` if the system does
 * not tell, or something in it cannot be read. What vanishes meanwhile does not count.
 */
export function allocatedBytes(path: string): number | undefined {
  try {
    const { blocks, isDirectory } = Deno.lstatSync(path);
    if (blocks === null) return undefined;
    let bytes = blocks * BLOCK_BYTES;
    if (!isDirectory) return bytes;
    for (const { name } of readDirectory(path)) {
      const inner = allocatedBytes(`${path}/${name}`);
      if (inner === undefined) return undefined;
      bytes += inner;
    }
    return bytes;
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? 0 : undefined;
  }
}
