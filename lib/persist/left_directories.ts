/**
 * Temporary directories that runs have left behind which were killed.
 *
 * @module
 */
import { DEVICE_PROBE_NAMES } from "./device_probe.ts";
import { takeReadLock } from "./directory_lock.ts";
import { removeQuietly } from "./file_io.ts";
import { isSetAsideName, parseShardFileName } from "./shard_file.ts";

/** What the names of a run's directories begin with: by this, and by what is in it, one is known that was left behind. */
export const RUN_PREFIX = "kvlab-run-";

/** A directory left behind has not changed for so long, in milliseconds: whoever has just made one is about to lock it. */
const LEFT_AFTER_MS = 60_000;

/**
 * Removes the directories that runs have left behind which could not do so themselves: those beside `path` that belong to
 * the same user, hold nothing but what a run writes, and are not locked. Links are not followed; what cannot be removed
 * stays.
 */
export function removeLeftDirectories(path: string): void {
  const parent = path.slice(0, path.lastIndexOf("/"));
  try {
    const { uid } = Deno.lstatSync(path);
    for (const { name, isDirectory } of Deno.readDirSync(parent)) {
      const other = `${parent}/${name}`;
      if (isDirectory && name.startsWith(RUN_PREFIX) && other !== path && isLeft(other, uid)) removeLeft(other);
    }
  } catch {
    // It is only tidying up.
  }
}

function isLeft(path: string, uid: number | null): boolean {
  const info = Deno.lstatSync(path);
  if (info.uid !== uid || Date.now() - (info.mtime?.getTime() ?? Date.now()) < LEFT_AFTER_MS) return false;
  const entries = [...Deno.readDirSync(path)];
  return entries.some(({ name }) => name === "LOCK") && entries.every(({ name, isFile }) => isFile && isOurs(name));
}

function isOurs(name: string): boolean {
  return name === "LOCK" || DEVICE_PROBE_NAMES.includes(name) || isSetAsideName(name) ||
    parseShardFileName(name) !== undefined;
}

function removeLeft(path: string): void {
  // A kvlab that still runs has it locked.
  const lock = takeReadLock(path);
  try {
    for (const { name } of Deno.readDirSync(path)) removeQuietly(`${path}/${name}`);
    removeQuietly(path);
  } finally {
    lock?.close();
  }
}
