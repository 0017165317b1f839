/**
 * The child's watch on its parent: a child that is to be killed must not outlive whoever was to kill it.
 *
 * @module
 */

/**
 * Ends this process as soon as its parent has ended, in whatever way: the parent holds the other end of stdin, which
 * the system closes then. What comes on stdin is ignored.
 */
export function exitWithParent(): void {
  void watch();
}

async function watch(): Promise<never> {
  const ignored = new Uint8Array(64);
  try {
    while (await Deno.stdin.read(ignored) !== null);
  } finally {
    Deno.exit(1);
  }
}
