/**
 * Room of the descriptor limit: how many files this process may hold open.
 *
 * @module
 */

/** The usual soft limit, assumed where the system does not tell. */
const DESCRIPTORS_USUAL = 1024;
/** What the runtime itself, the workers and short-lived files take. */
const DESCRIPTORS_RESERVED = 128;
const DESCRIPTORS_PER_THREAD = 8;

/**
 * How many files each of a number of writing threads may keep open, so that together they stay below the limit.
 *
 * @param threads all worker threads of the process
 */
export function openFilesPerWriter(writers: number, threads: number): number {
  const available = descriptorLimit() - DESCRIPTORS_RESERVED - DESCRIPTORS_PER_THREAD * threads;
  return Math.max(1, Math.floor(available / writers));
}

function descriptorLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(Deno.readTextFileSync("/proc/self/limits"))?.[1];
    return soft === undefined ? DESCRIPTORS_USUAL : Number(soft);
  } catch {
    return DESCRIPTORS_USUAL;
  }
}
