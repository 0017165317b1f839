/**
 * Temporary directories that runs have left behind which were killed.
 *
 * @module
 */
import { DEVICE_PROBE_NAMES } from "./device_probe.ts";
import { takeReadLock } from "./directory_lock.ts";
import { markedEngine } from "./engine_marker.ts";
import { isSetAsideLogName } from "./layout/log/log_file_name.ts";
import { isSetAsideName } from "./shard_file.ts";
import { storeFileNames } from "./store_files.ts";

/** What the names of a run's directories begin with: by this, and by what is in it, one is known that was left behind. */
export const RUN_PREFIX = "kvlab-run-";

/** A directory left behind has not changed for so long, in milliseconds: whoever has just made one is about to lock it. */
const LEFT_AFTER_MS = 60_000;

/**
 * Removes the directories that runs have left behind which could not do so themselves: those beside `path` that belong to
 * the same user, hold nothing but what a run writes or are marked as an engine's, and are not locked. Links are not
 * followed; what cannot be removed stays.
 */
export function removeLeftDirectories(path: string): void {
  const parent = path.slice(0, path.lastIndexOf("/"));
  try {
    const { uid } = Deno.lstatSync(path);
    for (const { name, isDirectory } of Deno.readDirSync(parent)) {
      const other = `${parent}/${name}`;
      if (isDirectory && name.startsWith(RUN_PREFIX) && other !== path) removeIfLeft(other, uid);
    }
  } catch {
    // It is only tidying up.
  }
}

function isLeft(path: string, uid: number | null): boolean {
  const info = Deno.lstatSync(path);
  if (info.uid !== uid || Date.now() - (info.mtime?.getTime() ?? Date.now()) < LEFT_AFTER_MS) return false;
  const entries = [...Deno.readDirSync(path)];
  if (!entries.some(({ name }) => name === "LOCK")) return false;
  return entries.every(({ name, isFile }) => isFile && isOurs(name)) || markedEngine(path) !== undefined;
}

function isOurs(name: string): boolean {
  return name === "LOCK" || DEVICE_PROBE_NAMES.includes(name) || isSetAsideName(name) || isSetAsideLogName(name) ||
    storeFileNames([name]).size > 0;
}

/** One that cannot be looked at or removed keeps none of the others from going. */
function removeIfLeft(path: string, uid: number | null): void {
  try {
    if (!isLeft(path, uid)) return;
    // A kvlab that still runs has it locked.
    using _lock = takeReadLock(path);
    Deno.removeSync(path, { recursive: true });
  } catch {
    // It is only tidying up.
  }
}
