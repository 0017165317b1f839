/**
 * Whether the tests can have a disk of kvlab's own: what a machine has may still not be permitted, as in a container.
 *
 * @module
 */
import type { FileSystemName } from "../../lib/disk/file_system.ts";
import { missingDisk } from "../../lib/disk/file_system.ts";
import { RecordingDisk } from "../../lib/disk/recording_disk.ts";
import { thenCleanUp } from "../../lib/sync/clean_up.ts";
import { temporaryDirectory } from "../run/files.ts";

/** Enough for an ext4. */
const PROBE_BYTES = 16 << 20;

const notPermitted = missingDisk("ext4") === undefined ? await tryDisk() : undefined;

/** Why there can be no disk with this file system here; `undefined` if there can. */
export function whyNoDisk(name: FileSystemName): string | undefined {
  return missingDisk(name) ?? notPermitted;
}

async function tryDisk(): Promise<string | undefined> {
  using directory = temporaryDirectory();
  try {
    const fileSystem = { name: "ext4" } as const;
    const disk = await RecordingDisk.make({ directory: directory.path, bytes: PROBE_BYTES, fileSystem });
    await thenCleanUp(() => disk.mount(), () => disk.close());
    return undefined;
  } catch (error) {
    return `a disk cannot be made: ${error instanceof Error ? error.message : error}`;
  }
}
