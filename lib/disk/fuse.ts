/**
 * The server's side of the FUSE protocol (`man 4 fuse`, `include/uapi/linux/fuse.h`), for a directory that holds
 * nothing but one file, which a loop device makes a disk of: what the device writes, discards and flushes arrives here.
 *
 * @module
 */
import { ERRNO, libC, OPEN_NONBLOCK, OPEN_READ_WRITE } from "./libc.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The name of the file by its number. All are the same file, but only the one of the greatest number that has been
 * looked up is served: what has opened one before, and cannot be made to let go of it, reads zeros, and writes in vain.
 */
export function fuseFileName(number: number): string {
  return `disk-${number}`;
}

const FILE_NAME = /^disk-(\d+)$/;

/** What the file's reads, writes and flushes do. */
export interface FuseFile {
  readonly bytes: number;
  read(offset: number, into: Bytes): void;
  /** @param data the caller's own, to be kept without a copy */
  write(offset: number, data: Bytes): void;
  discard(offset: number, length: number): void;
  flush(): void;
}

/** The operations that arrive, by number. */
const OP = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  opendir: 27,
  releasedir: 29,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  fallocate: 43,
} as const;

const IN_HEADER_BYTES = 40;
const OUT_HEADER_BYTES = 16;
/** The most that one write may carry, and one read may ask for, in bytes. */
const TRANSFER_BYTES_MAX = 1 << 20;
const PAGE_BYTES = 4096;
const BUFFER_BYTES = TRANSFER_BYTES_MAX + 2 * PAGE_BYTES;
/** Protocol 7.31, and what is made use of: asynchronous reads, writes of more than a page, `max_pages`. */
const VERSION = [7, 31] as const;
const INIT_FLAGS = 1 << 0 | 1 << 5 | 1 << 22;
const INIT_BYTES = 64;
const ROOT_NODE = 1;
/** The node of the file with number 0. */
const FIRST_NODE = 2;
const FILE_MODE = 0o100600;
const DIRECTORY_MODE = 0o40700;
const ATTRIBUTE_BYTES = 88;
/** Nothing here ever changes its attributes, in seconds. */
const VALID_SEC = 3600n;
/** A message to the system that some of a file has changed. */
const NOTIFY_INVALID_INODE = 2;
/** Modes of `fallocate` that make zeros: PUNCH_HOLE and ZERO_RANGE. */
const ZEROING_MODES = 2 | 16;

/** Serves one file, from a directory that it is mounted on. */
export class FuseServer {
  readonly fd: number;
  readonly #libc = libC();
  readonly #file: FuseFile;
  readonly #in: Bytes = new Uint8Array(BUFFER_BYTES);
  readonly #inView = new DataView(this.#in.buffer);
  readonly #out: Bytes = new Uint8Array(BUFFER_BYTES);
  readonly #outView = new DataView(this.#out.buffer);
  /** The node of the file that is served. */
  #node = FIRST_NODE;

  /**
   * Mounts it. Nobody gets an answer before {@linkcode serve} is called.
   *
   * @throws {SystemCallError} when that fails
   */
  constructor(directory: string, file: FuseFile) {
    this.#file = file;
    this.fd = this.#libc.open("/dev/fuse", OPEN_READ_WRITE | OPEN_NONBLOCK);
    const data = `fd=${this.fd},rootmode=40000,user_id=0,group_id=0,max_read=${TRANSFER_BYTES_MAX}`;
    this.#libc.mount("kvlab", directory, "fuse", { flags: 0, data });
  }

  /**
   * Serves the requests that have arrived.
   *
   * @returns whether it is still mounted
   */
  serve(): boolean {
    for (;;) {
      const length = this.#libc.read(this.fd, this.#in);
      if (length >= IN_HEADER_BYTES) this.#answer(length);
      else if (length === -ERRNO.EAGAIN) return true;
      else if (length === -ERRNO.ENODEV) return false;
      // Any other error: a request was taken back before it could be read.
    }
  }

  /** Makes the system forget what it has cached of the file in a range of bytes. Nobody may be using it. */
  invalidate(offset: number, length: number): void {
    const out = this.#outView;
    const bytes = OUT_HEADER_BYTES + 24;
    out.setUint32(0, bytes, true);
    out.setInt32(4, NOTIFY_INVALID_INODE, true);
    // It is no answer to a request.
    out.setBigUint64(8, 0n, true);
    out.setBigUint64(16, BigInt(this.#node), true);
    out.setBigInt64(24, BigInt(offset), true);
    out.setBigInt64(32, BigInt(length), true);
    // If nothing is cached, there is nothing to forget.
    this.#libc.write(this.fd, this.#out.subarray(0, bytes));
  }

  #answer(length: number): void {
    const view = this.#inView;
    const operation = view.getUint32(4, true);
    switch (operation) {
      case OP.forget:
      case OP.batchForget:
      case OP.interrupt:
        // These want no answer.
        return;
      case OP.init:
        return this.#init();
      case OP.lookup:
        return this.#lookUp(new TextDecoder().decode(this.#in.subarray(IN_HEADER_BYTES, length - 1)));
      case OP.getattr:
      case OP.setattr:
        return this.#getAttributes(Number(view.getBigUint64(16, true)));
      case OP.open:
      case OP.opendir:
        return this.#reply(this.#zeroed(16));
      case OP.read:
        return this.#read();
      case OP.write:
        return this.#write();
      case OP.fsync:
        if (this.#isServed) this.#file.flush();
        return this.#reply(0);
      case OP.fallocate:
        return this.#fallocate();
      case OP.statfs:
        return this.#reply(this.#zeroed(80));
      case OP.flush:
      case OP.release:
      case OP.releasedir:
      case OP.destroy:
        return this.#reply(0);
      default:
        return this.#refuse(ERRNO.ENOSYS);
    }
  }

  /** Whether the request at hand is of the file that is served. */
  get #isServed(): boolean {
    return Number(this.#inView.getBigUint64(16, true)) === this.#node;
  }

  #init(): void {
    const readAheadBytes = this.#inView.getUint32(IN_HEADER_BYTES + 8, true);
    const length = this.#zeroed(INIT_BYTES);
    const out = this.#outView;
    out.setUint32(16, VERSION[0], true);
    out.setUint32(20, VERSION[1], true);
    out.setUint32(24, readAheadBytes, true);
    out.setUint32(28, INIT_FLAGS, true);
    // How many requests may wait, and from how many on the kernel takes it to be busy.
    out.setUint16(32, 64, true);
    out.setUint16(34, 48, true);
    out.setUint32(36, TRANSFER_BYTES_MAX, true);
    out.setUint32(40, 1, true);
    out.setUint16(44, TRANSFER_BYTES_MAX / PAGE_BYTES, true);
    this.#reply(length);
  }

  #lookUp(name: string): void {
    const [, number] = FILE_NAME.exec(name) ?? [];
    if (number === undefined) return this.#refuse(ERRNO.ENOENT);
    const node = FIRST_NODE + Number(number);
    this.#node = Math.max(this.#node, node);
    const length = this.#zeroed(40 + ATTRIBUTE_BYTES);
    const out = this.#outView;
    out.setBigUint64(16, BigInt(node), true);
    out.setBigUint64(32, VALID_SEC, true);
    out.setBigUint64(40, VALID_SEC, true);
    this.#setAttributes(56, node);
    this.#reply(length);
  }

  #getAttributes(node: number): void {
    const length = this.#zeroed(16 + ATTRIBUTE_BYTES);
    this.#outView.setBigUint64(16, VALID_SEC, true);
    this.#setAttributes(32, node);
    this.#reply(length);
  }

  #setAttributes(at: number, node: number): void {
    const out = this.#outView;
    const isFile = node !== ROOT_NODE;
    const bytes = isFile ? this.#file.bytes : 0;
    out.setBigUint64(at, BigInt(node), true);
    out.setBigUint64(at + 8, BigInt(bytes), true);
    out.setBigUint64(at + 16, BigInt(bytes / 512), true);
    out.setUint32(at + 60, isFile ? FILE_MODE : DIRECTORY_MODE, true);
    out.setUint32(at + 64, 1, true);
    out.setUint32(at + 80, PAGE_BYTES, true);
  }

  #read(): void {
    const offset = Number(this.#inView.getBigUint64(48, true));
    const length = Math.max(0, Math.min(this.#inView.getUint32(56, true), this.#file.bytes - offset));
    const into = this.#out.subarray(OUT_HEADER_BYTES, OUT_HEADER_BYTES + length);
    if (this.#isServed) this.#file.read(offset, into);
    else into.fill(0);
    this.#reply(length);
  }

  #write(): void {
    const offset = Number(this.#inView.getBigUint64(48, true));
    const length = this.#inView.getUint32(56, true);
    if (this.#isServed) this.#file.write(offset, this.#in.slice(80, 80 + length));
    const replied = this.#zeroed(8);
    this.#outView.setUint32(16, length, true);
    this.#reply(replied);
  }

  #fallocate(): void {
    const view = this.#inView;
    if ((view.getUint32(64, true) & ZEROING_MODES) === 0) return this.#refuse(ERRNO.EOPNOTSUPP);
    if (this.#isServed) {
      this.#file.discard(Number(view.getBigUint64(48, true)), Number(view.getBigUint64(56, true)));
    }
    this.#reply(0);
  }

  /** Clears the place of a reply of this length, and returns the length. */
  #zeroed(length: number): number {
    this.#out.fill(0, OUT_HEADER_BYTES, OUT_HEADER_BYTES + length);
    return length;
  }

  #refuse(errno: number): void {
    this.#reply(0, errno);
  }

  /** Answers the request at hand with what is in the buffer behind the header. */
  #reply(length: number, errno = 0): void {
    const out = this.#outView;
    out.setUint32(0, OUT_HEADER_BYTES + length, true);
    out.setInt32(4, -errno, true);
    out.setBigUint64(8, this.#inView.getBigUint64(8, true), true);
    // Who has asked may be gone, which is no matter of the server's.
    this.#libc.write(this.fd, this.#out.subarray(0, OUT_HEADER_BYTES + length));
  }
}
