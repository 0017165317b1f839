/**
 * Tests of what is written to the terminal: that a line which gives way does so first.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { print, setStatusLine, warn } from "../../lib/command/terminal.ts";

/** Takes what is written to stdout and stderr, until it is disposed of. */
class WrittenText implements Disposable {
  readonly pieces: string[] = [];
  readonly #streams = [Deno.stdout, Deno.stderr];

  constructor() {
    for (const stream of this.#streams) {
      stream.writeSync = (bytes) => {
        this.pieces.push(new TextDecoder().decode(bytes));
        return bytes.length;
      };
    }
  }

  [Symbol.dispose](): void {
    // What was assigned hid the real one.
    for (const stream of this.#streams) delete (stream as Partial<typeof stream>).writeSync;
  }
}

Deno.test("warn() and print() have the status line cleared before they write", () => {
  using written = new WrittenText();
  setStatusLine({ clear: () => void written.pieces.push("first") });
  setStatusLine({ clear: () => void written.pieces.push("cleared") });
  warn("a\x1bb");
  print("result\n");
  assertEquals(written.pieces, ["cleared", "a\\x1bb\n", "cleared", "result\n"]);
});

Deno.test("print() writes all, in order, to a stream that takes some, and is interrupted", () => {
  using written = new WrittenText();
  const { stdout } = Deno;
  const { Interrupted } = Deno.errors;
  const failures = [undefined, Interrupted, Interrupted, undefined, Interrupted];
  stdout.writeSync = (bytes) => {
    const Failure = failures.shift();
    if (Failure !== undefined) throw new Failure("not now");
    written.pieces.push(new TextDecoder().decode(bytes.subarray(0, 3)));
    return Math.min(3, bytes.length);
  };
  assert(print("all of it"));
  assertEquals(written.pieces.join(""), "all of it");
  assertEquals(failures, []);
});
