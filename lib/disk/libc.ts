/**
 * The system calls that a disk of one's own takes, and that Deno has no functions for: those of Linux, through its C
 * library.
 *
 * @module
 */

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  mount: { parameters: ["buffer", "buffer", "buffer", "usize", "buffer"], result: "i32" },
  umount2: { parameters: ["buffer", "i32"], result: "i32" },
  sync_file_range: { parameters: ["i32", "i64", "i64", "u32"], result: "i32", nonblocking: true },
  prctl: { parameters: ["i32", "usize", "usize", "usize", "usize"], result: "i32" },
  setsid: { parameters: [], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
  strerror: { parameters: ["i32"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

type Bytes = Uint8Array<ArrayBuffer>;

/** Numbers of errors (`man errno`). */
export const ERRNO = { ENOENT: 2, EINTR: 4, EAGAIN: 11, EBUSY: 16, ENODEV: 19, ENOSYS: 38, EOPNOTSUPP: 95 } as const;

/** Flags of {@linkcode LibC.open}. */
export const OPEN_READ = 0;
export const OPEN_READ_WRITE = 2;
/** Of a device: only if nothing is mounted from it. */
export const OPEN_EXCLUSIVE = 0x80;
export const OPEN_NONBLOCK = 0x800;
const OPEN_CLOEXEC = 0x80000;

/** A call of the system that failed. */
export class SystemCallError extends Error {
  override name = "SystemCallError";
  readonly errno: number;

  constructor(what: string, errno: number, reason: string) {
    super(`Cannot ${what}: ${reason} (os error ${errno})`);
    this.errno = errno;
  }
}

let loaded: LibC | undefined;

/**
 * The C library, loaded once.
 *
 * @throws {Error} when there is none, as elsewhere than on Linux, or FFI is not permitted
 */
export function libC(): LibC {
  return loaded ??= new LibC();
}

/** The C library of this process. */
class LibC {
  readonly #symbols = Deno.dlopen("libc.so.6", SYMBOLS).symbols;

  /** @throws {SystemCallError} when it cannot be opened */
  open(path: string, flags: number): number {
    return this.#checked(this.#symbols.open(cString(path), flags | OPEN_CLOEXEC), `open ${path}`);
  }

  close(fd: number): void {
    this.#symbols.close(fd);
  }

  /** Reads up to as many bytes as fit; a negative number is that of an error. */
  read(fd: number, into: Bytes): number {
    return this.#orErrno(Number(this.#symbols.read(fd, into, BigInt(into.length))));
  }

  /** Writes once; a negative number is that of an error. */
  write(fd: number, bytes: Bytes): number {
    return this.#orErrno(Number(this.#symbols.write(fd, bytes, BigInt(bytes.length))));
  }

  /**
   * Waits until one of the files can be read, or has been closed at its other end.
   *
   * @returns for each of them, whether it can
   */
  waitToRead(fds: readonly number[]): boolean[] {
    const polled = new DataView(new ArrayBuffer(POLL_BYTES * fds.length));
    for (const [at, fd] of fds.entries()) {
      polled.setInt32(POLL_BYTES * at, fd, true);
      polled.setInt16(POLL_BYTES * at + 4, POLL_IN, true);
    }
    this.#symbols.poll(new Uint8Array(polled.buffer), BigInt(fds.length), -1);
    return fds.map((_, at) => polled.getInt16(POLL_BYTES * at + 6, true) !== 0);
  }

  /** @throws {SystemCallError} when it fails */
  ioctl(fd: number, request: number, argument: Bytes | null, what: string): number {
    return this.#checked(this.#symbols.ioctl(fd, BigInt(request), argument), what);
  }

  /** @throws {SystemCallError} when it cannot be mounted */
  mount(source: string, target: string, type: string, { flags, data }: { flags: number; data: string }): void {
    const result = this.#symbols.mount(cString(source), cString(target), cString(type), BigInt(flags), cString(data));
    this.#checked(result, `mount ${source} on ${target} as ${type}${data === "" ? "" : ` with ${data}`}`);
  }

  /**
   * @param isLazy whether what still uses it keeps it for itself, out of sight
   * @throws {SystemCallError} when it cannot be unmounted
   */
  unmount(target: string, isLazy = false): void {
    this.#checked(this.#symbols.umount2(cString(target), isLazy ? MNT_DETACH : 0), `unmount ${target}`);
  }

  /** Has the system begin to write what is unwritten of an open file. It may have to wait for others' writing. */
  async beginWriteBack(fd: number): Promise<void> {
    await this.#symbols.sync_file_range(fd, 0n, 0n, SYNC_FILE_RANGE_WRITE);
  }

  /**
   * Tells the system that its own writing may wait for this thread, so that the thread never has to wait for that when
   * memory is short. Where CAP_SYS_RESOURCE is missing, it is not told.
   */
  becomeIoFlusher(): void {
    this.#symbols.prctl(PR_SET_IO_FLUSHER, 1n, 0n, 0n, 0n);
  }

  /** Leaves the terminal, whose signals are not for this process. */
  leaveTerminal(): void {
    this.#symbols.setsid();
  }

  #checked(result: number, what: string): number {
    if (result >= 0) return result;
    const errno = this.#errno();
    const message = this.#symbols.strerror(errno);
    const reason = message === null ? "it failed" : Deno.UnsafePointerView.getCString(message);
    throw new SystemCallError(what, errno, reason);
  }

  #orErrno(result: number): number {
    return result < 0 ? -this.#errno() : result;
  }

  #errno(): number {
    const at = this.#symbols.__errno_location();
    return at === null ? 0 : new Deno.UnsafePointerView(at).getInt32();
  }
}

const MNT_DETACH = 2;
const SYNC_FILE_RANGE_WRITE = 2;
const POLL_IN = 1;
/** Bytes of a `struct pollfd`. */
const POLL_BYTES = 8;
const PR_SET_IO_FLUSHER = 57;

function cString(text: string): Bytes {
  return new TextEncoder().encode(text + "\0");
}
