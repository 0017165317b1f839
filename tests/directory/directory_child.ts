/**
 * A process of its own that opens the directory named by its argument, says so, and holds it until its input ends.
 *
 * It prints two lines: its user's number, and `held` or why not. Without an argument it prints the first line only.
 *
 * @module
 */
import { ShardDirectory } from "../../lib/directory/directory.ts";

const [path] = Deno.args;
say(String(Deno.uid()));
if (path !== undefined) {
  try {
    const directory = ShardDirectory.open({ path, layout: "snapshot", files: 3, serializer: "json" });
    say("held");
    // A byte at a time until there is none: nobody sends any.
    while (Deno.stdin.readSync(new Uint8Array(1)) !== null);
    directory.close();
  } catch (error) {
    say(String(error));
  }
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
