/**
 * Ends a child together with its parent: a child that is to be killed must not outlive whoever was to kill it.
 *
 * @module
 */

/**
 * Ends this process as soon as its parent has ended, however it ended: the parent holds the other end of stdin, which
 * the system then closes. What arrives on stdin is ignored.
 *
 * @param exit how to end; exits at once if absent
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
