/**
 * Removal of what killed kvlabs left behind: the temporary directories of runs, and those of crash commands with the
 * disks in them.
 *
 * @module
 */
import { isProbeName } from "./device_probe.ts";
import { takeReadLock } from "../system/directory_lock.ts";
import { markedEngine } from "./engine_marker.ts";
import { entriesIn } from "../system/file_io.ts";
import { releaseDisk } from "../system/left_disks.ts";
import { parseSetAsideName, storeFileNames } from "./store_files.ts";
import { takeFromDeadOwner } from "../system/temporary_directory.ts";

/** Prefix of a run's directories. A directory that was left behind is recognized by this and by its contents. */
export const RUN_PREFIX = "kvlab-run-";

/** Prefix of all others, which are recognized by the lock of their owner. */
const PREFIX = "kvlab-";

/**
 * Only directories that have not changed for this long, in milliseconds, count as left behind: a run that has just
 * created one may not have locked it yet.
 */
const LEFT_AFTER_MS = 60_000;

/**
 * Removes the directories that kvlabs left behind when they could not clean up: those next to `path` that belong to the
 * same user, and of which nobody alive holds the lock. A run's must hold nothing but what a run writes, or be marked as
 * an engine's; the others must have had an owner. Links are not followed; what cannot be removed stays.
 */
export function removeLeftDirectories(path: string): void {
  const parent = path.slice(0, path.lastIndexOf("/"));
  try {
    removeLeftIn(parent, { uid: Deno.lstatSync(path).uid, except: path });
  } catch {
    // It is only tidying up.
  }
}

/** The same for a run that has no directory among the temporary ones itself. */
export function removeAllLeftDirectories(): void {
  try {
    removeLeftIn((Deno.env.get("TMPDIR") || "/tmp").replace(/(?<=.)\/+$/, ""), { uid: Deno.uid() });
  } catch {
    // It is only tidying up.
  }
}

function removeLeftIn(
  parent: string,
  { uid, except }: { readonly uid: number | null; readonly except?: string },
): void {
  for (const { name, isDirectory } of entriesIn(parent)) {
    const other = `${parent}/${name}`;
    if (!isDirectory || other === except || !name.startsWith(PREFIX)) continue;
    if (name.startsWith(RUN_PREFIX)) removeIfLeft(other, uid);
    else removeIfOwnerless(other, uid);
  }
}

function isLeft(path: string, uid: number | null): boolean {
  const info = Deno.lstatSync(path);
  if (info.uid !== uid || Date.now() - (info.mtime?.getTime() ?? Date.now()) < LEFT_AFTER_MS) return false;
  const entries = entriesIn(path);
  if (!entries.some(({ name }) => name === "LOCK")) return false;
  return entries.every(({ name, isFile }) => isFile && isOurs(name)) || markedEngine(path) !== undefined;
}

function isOurs(name: string): boolean {
  return name === "LOCK" || isProbeName(name) || parseSetAsideName(name) !== undefined ||
    storeFileNames([name]).size > 0;
}

/** Removes a directory whose owner has died, with the disk that may be mounted in it. */
function removeIfOwnerless(path: string, uid: number | null): void {
  try {
    if (Deno.lstatSync(path).uid !== uid) return;
    using lock = takeFromDeadOwner(path);
    if (lock === undefined) return;
    releaseDisk(path);
    Deno.removeSync(path, { recursive: true });
  } catch {
    // It is only tidying up.
  }
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
