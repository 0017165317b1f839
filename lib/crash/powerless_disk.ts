/**
 * A disk whose power can be cut: an ext4 file system in an image on a loop device, shut down by ext4's own ioctl. It
 * needs Linux and root.
 *
 * @module
 */
import { DISK_NAME, IMAGE_SUFFIX } from "../system/left_disks.ts";
import { command, loopDevices, tryCommand, unmount } from "../system/mounts.ts";
import { makeOwnedDirectory, removeTemporaryDirectory } from "../system/temporary_directory.ts";
import { afterFailureSync } from "../sync/clean_up.ts";

/** What a power cut does with the part of the journal in memory: it still reaches the device, or is lost as well. */
export type CutKind = "flush-log" | "drop-log";

/** The flags of ext4's shutdown ioctl. */
const SHUTDOWN_FLAGS: Readonly<Record<CutKind, number>> = { "flush-log": 1, "drop-log": 2 };
const SHUTDOWN_SCRIPT = 'open(my $d, "<", $ARGV[0]) or die "$!\\n"; ' +
  'ioctl($d, 0x8004587d, pack("L", $ARGV[1])) or die "$!\\n"';

/** An ext4 file system in an image file on a loop device, whose power can be cut. */
export class PowerlessDisk implements Disposable {
  readonly path: string;
  readonly #directory: string;
  #images = 0;
  #image: string;
  #mounted = false;

  /**
   * Makes the file system and mounts it.
   *
   * @param directory an existing directory for the image and the mount point
   */
  constructor({ bytes, directory }: { readonly bytes: number; readonly directory: string }) {
    this.#directory = directory;
    this.#image = this.#nextImage();
    this.path = `${directory}/${DISK_NAME}`;
    Deno.mkdirSync(this.path);
    Deno.createSync(this.#image).close();
    try {
      Deno.truncateSync(this.#image, bytes);
      command("mkfs.ext4", ["-q", "-F", this.#image]);
      this.#mount();
    } catch (error) {
      afterFailureSync(() => this[Symbol.dispose]());
      throw error;
    }
  }

  /** Cuts the power: from now on the device keeps what it has, and every access fails. */
  cut(kind: CutKind): void {
    command("perl", ["-e", SHUTDOWN_SCRIPT, this.path, String(SHUTDOWN_FLAGS[kind])]);
  }

  /** Writes everything to the device. */
  sync(): void {
    command("sync", ["--file-system", this.path]);
  }

  /**
   * Starts again from what is on the device. No file may be open any more.
   *
   * A mount namespace that someone has created in the meantime may keep the dead file system alive; mounting the same
   * image would only bring it back, still shut down. So the image is copied and the copy mounted; the system lets go of
   * the original when it can.
   */
  restart(): void {
    unmount(this.path);
    this.#mounted = false;
    if (loopDevices(this.#image).length > 0) {
      const copy = this.#nextImage();
      command("cp", ["--sparse=always", this.#image, copy]);
      Deno.removeSync(this.#image);
      this.#image = copy;
    }
    this.#mount();
  }

  [Symbol.dispose](): void {
    try {
      if (this.#mounted) unmount(this.path);
    } finally {
      for (const device of loopDevices(this.#image)) tryCommand("losetup", ["-d", device]);
      Deno.removeSync(this.#image);
      Deno.removeSync(this.path);
    }
  }

  #nextImage(): string {
    return `${this.#directory}/${this.#images++}${IMAGE_SUFFIX}`;
  }

  #mount(): void {
    command("mount", ["-o", "loop", this.#image, this.path]);
    this.#mounted = true;
  }
}

/** Why the power of a disk cannot be cut here; `undefined` if it can. */
export function missingPower(): string | undefined {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "only root can mount";
  const directory = makeOwnedDirectory("kvlab-power-");
  try {
    using disk = new PowerlessDisk({ bytes: PROBE_BYTES, directory });
    disk.cut("drop-log");
    return undefined;
  } catch (error) {
    return `a file system cannot be mounted or cut: ${error instanceof Error ? error.message : error}`;
  } finally {
    removeTemporaryDirectory(directory);
  }
}

/** Enough for an empty file system. */
const PROBE_BYTES = 8 << 20;
