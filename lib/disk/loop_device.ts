/**
 * A loop device: the block device that a file is made, so that a file system can be on it.
 *
 * @module
 */
import { type DirtyLimits, setLimits, USUAL_LIMITS } from "../system/left_disks.ts";
import { ERRNO, libC, OPEN_EXCLUSIVE, OPEN_READ, OPEN_READ_WRITE, SystemCallError } from "./libc.ts";

/** Requests of `man 4 loop`, and of block devices. */
const LOOP_CTL_GET_FREE = 0x4c82;
const LOOP_CONFIGURE = 0x4c0a;
const LOOP_CLR_FD = 0x4c01;
const BLKFLSBUF = 0x1261;

/** Bytes of a `struct loop_config`, which is all zeros but for the file. */
const CONFIG_BYTES = 304;

/** Between the choice of a free device and its configuration another process may take it. */
const ATTEMPTS_MAX = 20;

/**
 * How much unsynced data the device may make wait, in bytes. By default it may be a good part of the memory, for half a
 * minute: none of it would reach the device before the cut, and nothing could be lost out of order.
 */
const DIRTY_BYTES_MAX = 1 << 20;

/** A device, of which there is a file behind it. */
export class LoopDevice {
  /** Such as `/dev/loop0`. */
  readonly path: string;
  readonly #name: string;

  private constructor(number: number) {
    this.#name = `loop${number}`;
    this.path = `/dev/${this.#name}`;
  }

  /**
   * Takes a free device for a file.
   *
   * @throws {SystemCallError} when there is none, or it cannot be used
   */
  static attach(file: string): LoopDevice {
    const libc = libC();
    const fd = libc.open(file, OPEN_READ_WRITE);
    try {
      for (let attempt = 1;; attempt++) {
        try {
          return new LoopDevice(attachFree(fd));
        } catch (error) {
          const isTaken = error instanceof SystemCallError && error.errno === ERRNO.EBUSY;
          if (!isTaken || attempt === ATTEMPTS_MAX) throw error;
        }
      }
    } finally {
      libc.close(fd);
    }
  }

  /**
   * Forgets what is cached of it.
   *
   * @throws {SystemCallError} when something on it is mounted
   */
  dropCache(): void {
    withOpen(
      this.path,
      OPEN_READ | OPEN_EXCLUSIVE,
      (fd) => libC().ioctl(fd, BLKFLSBUF, null, `drop the cache of ${this.path}`),
    );
  }

  /** Hurries what is written to it, or no longer. */
  hurry(isHurried: boolean): void {
    setLimits(this.#name, isHurried ? HURRIED_LIMITS : USUAL_LIMITS);
  }

  /** Gives it back. */
  detach(): void {
    this.hurry(false);
    withOpen(this.path, OPEN_READ, (fd) => libC().ioctl(fd, LOOP_CLR_FD, null, `detach ${this.path}`));
  }
}

const HURRIED_LIMITS: DirtyLimits = { strict_limit: "1", max_bytes: String(DIRTY_BYTES_MAX) };

/** Attaches an open file to a free device, and returns the device's number. */
function attachFree(file: number): number {
  const libc = libC();
  const number = withOpen(
    "/dev/loop-control",
    OPEN_READ_WRITE,
    (fd) => libc.ioctl(fd, LOOP_CTL_GET_FREE, null, "find a free loop device"),
  );
  const config = new DataView(new ArrayBuffer(CONFIG_BYTES));
  config.setUint32(0, file, true);
  const path = `/dev/loop${number}`;
  withOpen(path, OPEN_READ_WRITE, (fd) => libc.ioctl(fd, LOOP_CONFIGURE, new Uint8Array(config.buffer), `use ${path}`));
  return number;
}

function withOpen<T>(path: string, flags: number, use: (fd: number) => T): T {
  const fd = libC().open(path, flags);
  try {
    return use(fd);
  } finally {
    libC().close(fd);
  }
}
