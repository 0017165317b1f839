/**
 * A disk whose power can be cut: an ext4 file system in an image on a loop device, shut down by ext4's own ioctl. It
 * needs Linux and root.
 *
 * @module
 */
import { systemCommand } from "../persist/command.ts";
import { afterFailureSync } from "../sync/clean_up.ts";

const UNMOUNT_ATTEMPTS = 100;
const UNMOUNT_RETRY_MS = 50;

/** What a power cut does with the part of the journal in memory: it still reaches the device, or is lost as well. */
export type CutKind = "flush-log" | "drop-log";

/** The flags of ext4's shutdown ioctl. */
const SHUTDOWN_FLAGS: Readonly<Record<CutKind, number>> = { "flush-log": 1, "drop-log": 2 };
const SHUTDOWN_SCRIPT = 'open(my $d, "<", $ARGV[0]) or die "$!\\n"; ' +
  'ioctl($d, 0x8004587d, pack("L", $ARGV[1])) or die "$!\\n"';

/** An ext4 file system in an image file on a loop device, whose power can be cut. */
export class PowerlessDisk implements Disposable {
  readonly path: string;
  readonly #scratch: string | undefined;
  #image: string;
  #mounted = false;

  /**
   * Makes the file system and mounts it.
   *
   * @param options its size in bytes, and the directory of the image, by default that of temporary files
   */
  constructor({ bytes, scratch }: { readonly bytes: number; readonly scratch?: string }) {
    this.#scratch = scratch;
    this.#image = newImage(scratch);
    this.path = Deno.makeTempDirSync({ prefix: "kvlab-power-" });
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
      const copy = newImage(this.#scratch);
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

  #mount(): void {
    command("mount", ["-o", "loop", this.#image, this.path]);
    this.#mounted = true;
  }
}

function newImage(scratch: string | undefined): string {
  const dir = scratch === undefined ? {} : { dir: scratch };
  return Deno.makeTempFileSync({ ...dir, prefix: "kvlab-power-", suffix: ".ext4" });
}

/** Why the power of a disk cannot be cut here; `undefined` if it can. */
export function missingPower(scratch?: string): string | undefined {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "only root can mount";
  try {
    using disk = new PowerlessDisk({ bytes: PROBE_BYTES, ...(scratch === undefined ? {} : { scratch }) });
    disk.cut("drop-log");
    return undefined;
  } catch (error) {
    return `a file system cannot be mounted or cut: ${error instanceof Error ? error.message : error}`;
  }
}

/** Enough for an empty file system. */
const PROBE_BYTES = 8 << 20;

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

function loopDevices(image: string): string[] {
  const { stdout } = systemCommand("losetup", { args: ["-n", "-O", "NAME", "-j", image], stdin: "null" })
    .outputSync();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

/** @throws {Error} when the command fails, with its output */
export function command(name: string, args: readonly string[]): void {
  const failure = tryCommand(name, args);
  if (failure !== undefined) throw new Error(`${name} ${args.join(" ")}: ${failure}`);
}

/** Why a command failed; `undefined` if it did not. */
function tryCommand(name: string, args: readonly string[]): string | undefined {
  try {
    const { success, stderr } = systemCommand(name, { args, stdin: "null" }).outputSync();
    return success ? undefined : new TextDecoder().decode(stderr).trim() || "it failed";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
