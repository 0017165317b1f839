/**
 * Removal of the temporary directories that killed runs left behind.
 *
 * @module
 */
import { DEVICE_PROBE_NAMES } from "./device_probe.ts";
import { takeReadLock } from "./directory_lock.ts";
import { markedEngine } from "./engine_marker.ts";
import { isSetAsideLogName } from "./layout/log/log_file_name.ts";
import { isSetAsideName } from "./shard_file.ts";
import { storeFileNames } from "./store_files.ts";

/** Prefix of a run's directories. A directory that was left behind is recognized by this and by its contents. */
export const RUN_PREFIX = "kvlab-run-";

/**
 * Only directories that have not changed for this long, in milliseconds, count as left behind: a run that has just
 * created one may not have locked it yet.
 */
const LEFT_AFTER_MS = 60_000;

/**
 * Removes the directories that runs left behind when they could not clean up: those next to `path` that belong to the
 * same user, are not locked, and either hold nothing but what a run writes or are marked as an engine's. Links are not
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

/** A directory that cannot be read or removed does not keep the others from being removed. */
function removeIfLeft(path: string, uid: number | null): void {
  try {
    if (!isLeft(path, uid)) return;
    // A kvlab that is still running holds the lock.
    using _lock = takeReadLock(path);
    Deno.removeSync(path, { recursive: true });
  } catch {
    // It is only tidying up.
  }
}
