/**
 * The child's watch on its parent: a child that is to be killed must not outlive whoever was to kill it.
 *
 * @module
 */

/**
 * Ends this process as soon as its parent has ended, in whatever way: the parent holds the other end of stdin, which
 * the system closes then. What comes on stdin is ignored.
 *
 * @param exit how it ends; at once when absent
 */
export function exitWithParent(exit: () => void = () => Deno.exit(1)): void {
  void watch(exit);
}

async function watch(exit: () => void): Promise<void> {
  const ignored = new Uint8Array(64);
  try {
    while (await Deno.stdin.read(ignored) !== null);
  } finally {
    exit();
  }
}
