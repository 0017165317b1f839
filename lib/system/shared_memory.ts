/**
 * Shared memory for large tables: it begins where a cache line does, and lies in huge pages where the system has them.
 *
 * What a SharedArrayBuffer gets from the C library begins 16 bytes after a line does, so that an entry of two lines
 * touches three. And of pages of 4 KiB, a table of a hundred megabytes takes more than the processor remembers the
 * places of: each operation then waits for page tables as well as for memory.
 *
 * @module
 */
import { LINE_BYTES } from "../sync/layout.ts";

/** A part of a buffer, from a byte on. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  readonly byteOffset: number;
}

/** Less than some of these pages gain nothing from being one. */
const HUGE_PAGE_BYTES = 2 ** 21;
/** `MADV_HUGEPAGE` of Linux, which takes whole pages of its usual size, 4 KiB or a multiple. */
const ADVICE_HUGE_PAGES = 14;
const PAGE_BYTES_MAX = 2 ** 16;

/**
 * Zeroed shared memory of at least this many bytes. Where FFI is not permitted, as `deno task bench` does not permit
 * it, it begins anywhere.
 *
 * @throws {RangeError} when the system does not provide that much
 */
export function createSharedMemory(bytes: number): SharedMemory {
  const buffer = new SharedArrayBuffer(bytes + LINE_BYTES);
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return { buffer, byteOffset: 0 };
  // The types of older Denos, which compile too, take no view of shared memory.
  const view = new Uint8Array(buffer) as Uint8Array as Uint8Array<ArrayBuffer>;
  const address = Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(view)));
  if (buffer.byteLength >= 2 * HUGE_PAGE_BYTES) adviseHugePages(address, buffer.byteLength);
  return { buffer, byteOffset: (LINE_BYTES - address % LINE_BYTES) % LINE_BYTES };
}

/** Asks for huge pages, of which the system gives as many as it likes. */
function adviseHugePages(address: number, bytes: number): void {
  if (Deno.build.os !== "linux") return;
  try {
    const library = Deno.dlopen("libc.so.6", { madvise: { parameters: ["usize", "usize", "i32"], result: "i32" } });
    const start = Math.ceil(address / PAGE_BYTES_MAX) * PAGE_BYTES_MAX;
    const end = Math.floor((address + bytes) / PAGE_BYTES_MAX) * PAGE_BYTES_MAX;
    library.symbols.madvise(BigInt(start), BigInt(end - start), ADVICE_HUGE_PAGES);
    library.close();
  } catch {
    // Without that C library the memory is as good as the system makes it by itself.
  }
}
