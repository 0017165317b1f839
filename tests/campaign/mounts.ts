/**
 * The mounts: file systems of the tests' own, which are gone afterwards whatever happens. They need root.
 *
 * @module
 */
import { command, tryCommand } from "../../lib/system/command.ts";

/** A mounted file system, unmounted at the end of its scope. */
export interface Mounted extends Disposable {
  /** Where it is mounted. */
  readonly path: string;
}

/** A file system in memory of this size, which must be in whole pages. */
export function mountMemory(bytes: number): Mounted {
  const path = Deno.makeTempDirSync({ prefix: "kvlab-mount-" });
  try {
    command("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path]);
  } catch (error) {
    Deno.removeSync(path);
    throw error;
  }
  return {
    path,
    [Symbol.dispose]: () => {
      unmount(path);
      Deno.removeSync(path);
    },
  };
}

/** Why file systems of one's own cannot be had here; `undefined` where they can. */
export function missingMounts(): string | undefined {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "only root can mount";
  try {
    using _mounted = mountMemory(1 << 20);
    return undefined;
  } catch (error) {
    return `a file system cannot be mounted: ${error instanceof Error ? error.message : error}`;
  }
}

const UNMOUNT_ATTEMPTS = 100;
const UNMOUNT_RETRY_MS = 50;

/**
 * Unmounts. A process that has just ended may keep the file system busy for another moment; as a last resort it is
 * detached, and goes away when it can.
 *
 * @throws {Error} when it had to be detached and so is not gone yet
 */
export function unmount(path: string): void {
  let failure = tryCommand("umount", [path]);
  for (let attempt = 0; failure !== undefined && attempt < UNMOUNT_ATTEMPTS; attempt++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, UNMOUNT_RETRY_MS);
    failure = tryCommand("umount", [path]);
  }
  if (failure === undefined) return;
  tryCommand("umount", ["-l", path]);
  throw new Error(`umount ${path}: ${failure}`);
}
