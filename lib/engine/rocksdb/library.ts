/**
 * RocksDB's C interface (`rocksdb/c.h`), as far as kvlab uses it, in the shared library that the machine has.
 *
 * It rather than a package for Node.js, because no such package lets its user say what the write-ahead log is to do.
 *
 * @module
 */
import { HarnessError } from "../engine_error.ts";

/** A C pointer as a number: an address is less than 2^48. */
const ADDRESS = "usize";
/** Where a function puts the address of a message when it fails. */
const ERROR = "buffer";

const PUT = {
  parameters: [ADDRESS, ADDRESS, "buffer", "usize", "buffer", "usize", ERROR],
  result: "void",
} as const;

const DELETE = { parameters: [ADDRESS, ADDRESS, "buffer", "usize", ERROR], result: "void" } as const;

const SYMBOLS = {
  rocksdb_open: { parameters: [ADDRESS, "buffer", ERROR], result: ADDRESS },
  rocksdb_close: { parameters: [ADDRESS], result: "void" },
  rocksdb_put: PUT,
  rocksdb_delete: DELETE,
  /** The same on a thread of Deno's own. */
  rocksdb_put_elsewhere: { name: "rocksdb_put", nonblocking: true, ...PUT },
  rocksdb_delete_elsewhere: { name: "rocksdb_delete", nonblocking: true, ...DELETE },
  rocksdb_get: { parameters: [ADDRESS, ADDRESS, "buffer", "usize", "buffer", ERROR], result: ADDRESS },
  rocksdb_write: { parameters: [ADDRESS, ADDRESS, ADDRESS, ERROR], result: "void" },
  rocksdb_free: { parameters: [ADDRESS], result: "void" },

  rocksdb_create_iterator: { parameters: [ADDRESS, ADDRESS], result: ADDRESS },
  rocksdb_iter_destroy: { parameters: [ADDRESS], result: "void" },
  rocksdb_iter_seek: { parameters: [ADDRESS, "buffer", "usize"], result: "void" },
  rocksdb_iter_valid: { parameters: [ADDRESS], result: "u8" },
  rocksdb_iter_next: { parameters: [ADDRESS], result: "void" },
  rocksdb_iter_key: { parameters: [ADDRESS, "buffer"], result: ADDRESS },
  rocksdb_iter_value: { parameters: [ADDRESS, "buffer"], result: ADDRESS },
  rocksdb_iter_get_error: { parameters: [ADDRESS, ERROR], result: "void" },

  rocksdb_writebatch_create: { parameters: [], result: ADDRESS },
  rocksdb_writebatch_clear: { parameters: [ADDRESS], result: "void" },
  rocksdb_writebatch_put: { parameters: [ADDRESS, "buffer", "usize", "buffer", "usize"], result: "void" },
  rocksdb_writebatch_destroy: { parameters: [ADDRESS], result: "void" },

  rocksdb_options_create: { parameters: [], result: ADDRESS },
  rocksdb_options_destroy: { parameters: [ADDRESS], result: "void" },
  rocksdb_options_set_create_if_missing: { parameters: [ADDRESS, "u8"], result: "void" },
  rocksdb_options_set_info_log_level: { parameters: [ADDRESS, "i32"], result: "void" },
  rocksdb_options_set_wal_recovery_mode: { parameters: [ADDRESS, "i32"], result: "void" },
  rocksdb_options_set_wal_bytes_per_sync: { parameters: [ADDRESS, "u64"], result: "void" },
  rocksdb_options_set_manual_wal_flush: { parameters: [ADDRESS, "u8"], result: "void" },
  rocksdb_options_set_write_buffer_size: { parameters: [ADDRESS, "usize"], result: "void" },
  rocksdb_options_set_block_based_table_factory: { parameters: [ADDRESS, ADDRESS], result: "void" },
  rocksdb_block_based_options_create: { parameters: [], result: ADDRESS },
  rocksdb_block_based_options_set_block_cache: { parameters: [ADDRESS, ADDRESS], result: "void" },
  rocksdb_block_based_options_destroy: { parameters: [ADDRESS], result: "void" },
  rocksdb_cache_create_lru: { parameters: ["usize"], result: ADDRESS },
  rocksdb_cache_destroy: { parameters: [ADDRESS], result: "void" },

  rocksdb_readoptions_create: { parameters: [], result: ADDRESS },
  rocksdb_readoptions_destroy: { parameters: [ADDRESS], result: "void" },
  rocksdb_writeoptions_create: { parameters: [], result: ADDRESS },
  rocksdb_writeoptions_destroy: { parameters: [ADDRESS], result: "void" },
  rocksdb_writeoptions_set_sync: { parameters: [ADDRESS, "u8"], result: "void" },
  rocksdb_writeoptions_get_sync: { parameters: [ADDRESS], result: "u8" },
  rocksdb_writeoptions_disable_WAL: { parameters: [ADDRESS, "i32"], result: "void" },
  rocksdb_writeoptions_get_disable_WAL: { parameters: [ADDRESS], result: "u8" },

  /** Of the C library, which RocksDB's needs and so brings along. */
  memcpy: { parameters: ["buffer", ADDRESS, "usize"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** A function that takes addresses and sizes as numbers, too. Deno's types leave them out, though those are fast. */
type WithNumbers<F> = F extends (...args: infer Args) => infer Result
  ? (...args: { [At in keyof Args]: Args[At] extends bigint ? number | bigint : Args[At] }) => Result
  : never;

type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** The functions. An address comes back as a bigint. */
export type Rocksdb = { readonly [Name in keyof Symbols]: WithNumbers<Symbols[Name]> };

/**
 * Loads the library, which stays loaded as long as the process lives.
 *
 * @throws {HarnessError} when there is none at that path, or it lacks a function
 */
export function loadLibrary(path: string): Rocksdb {
  try {
    return Deno.dlopen(path, SYMBOLS).symbols as unknown as Rocksdb;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^(Could not open library: )+/, "") : error;
    throw new HarnessError("load", path, reason);
  }
}

/** An address that has come back, as a number. */
export function addressOf(returned: bigint): number {
  return Number(returned);
}

/** Where RocksDB puts the address of a message, in two words so that looking at it allocates nothing. */
export class ErrorSlot {
  /** What its functions take. Small arrays that have no buffer of their own may be moved while a function runs. */
  readonly words = new Uint32Array(new ArrayBuffer(8));

  get isSet(): boolean {
    return this.words[0] !== 0 || this.words[1] !== 0;
  }

  /** The message, which it frees. */
  take(rocksdb: Rocksdb): string {
    const [address = 0n] = new BigUint64Array(this.words.buffer);
    this.words.fill(0);
    const pointer = Deno.UnsafePointer.create(address);
    if (pointer === null) return "it failed and said nothing";
    const message = Deno.UnsafePointerView.getCString(pointer);
    rocksdb.rocksdb_free(address);
    return message;
  }
}

/** A text as C takes it. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
