/**
 * The descriptor budget: how many files a writing thread may keep open.
 *
 * @module
 */

/** Descriptors for the runtime itself, the workers and short-lived files. */
const DESCRIPTORS_RESERVED = 128;
const DESCRIPTORS_PER_THREAD = 8;
/** More would be useless: a shard has at most two files. */
const OPEN_FILES_MAX = 2 ** 20;

/**
 * How many files each writing thread may keep open, so that all together stay below the limit.
 *
 * @param options `limit` is the process's limit on open files, `threads` the number of its worker threads, `writers` of
 * which write files
 */
export function openFilesPerWriter({ limit, threads, writers }: {
  limit: number;
  threads: number;
  writers: number;
}): number {
  const available = limit - DESCRIPTORS_RESERVED - DESCRIPTORS_PER_THREAD * threads;
  return Math.max(1, Math.min(OPEN_FILES_MAX, Math.floor(available / writers)));
}
