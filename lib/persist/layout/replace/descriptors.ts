/**
 * The descriptor budget: how many files a writing thread may keep open.
 *
 * @module
 */

/** What the runtime itself, the workers and short-lived files take. */
const DESCRIPTORS_RESERVED = 128;
const DESCRIPTORS_PER_THREAD = 8;
/** More are of no use: a shard has two files at most. */
const OPEN_FILES_MAX = 2 ** 20;

/**
 * How many files each of a number of writing threads may keep open, so that together they stay below the limit.
 *
 * @param options `limit` is the process's limit on open files, `threads` the number of its worker threads, of which
 * `writers` write files
 */
export function openFilesPerWriter({ limit, threads, writers }: {
  limit: number;
  threads: number;
  writers: number;
}): number {
  const available = limit - DESCRIPTORS_RESERVED - DESCRIPTORS_PER_THREAD * threads;
  return Math.max(1, Math.min(OPEN_FILES_MAX, Math.floor(available / writers)));
}
