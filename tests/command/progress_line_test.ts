/**
 * Tests of the progress line on the terminal: when it is drawn, and when it goes away.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Progress, ProgressLine } from "../../lib/command/progress_line.ts";
import type { Terminal } from "../../lib/command/terminal.ts";
import { kvlab, succeeds, testWhere } from "../main/kvlab.ts";
import { FakeTime } from "../run/fake_time.ts";

/** A terminal that keeps what is written to it. */
class FakeTerminal implements Terminal {
  written = "";
  width = 80;
  readonly #isTerminal: boolean;

  constructor(isTerminal = true) {
    this.#isTerminal = isTerminal;
  }

  isTerminal(): boolean {
    return this.#isTerminal;
  }

  columns(): number {
    return this.width;
  }

  write(text: string): void {
    this.written += text;
  }

  /** What was written since it was last asked. */
  take(): string {
    const { written } = this;
    this.written = "";
    return written;
  }
}

function at(elapsedMs: number): Progress {
  return { phase: "load", elapsedMs, totalMs: 10_000 };
}

Deno.test("ProgressLine.update() draws over the line before, and erases the rest of it", () => {
  using time = new FakeTime();
  const terminal = new FakeTerminal();
  const line = new ProgressLine({ terminal });
  line.update(at(100));
  time.pass(100);
  line.update(at(200));
  assertEquals(terminal.written, "\rload 0.1 s / 10 s\x1b[K\rload 0.2 s / 10 s\x1b[K");
});

Deno.test("ProgressLine.update() draws at most ten times a second", () => {
  using time = new FakeTime();
  const terminal = new FakeTerminal();
  const line = new ProgressLine({ terminal });
  let draws = 0;
  for (let ms = 0; ms < 1000; ms += 7) {
    line.update(at(ms));
    if (terminal.take() !== "") draws++;
    // Clearing it leads to no more draws.
    line.clear();
    terminal.take();
    time.pass(7);
  }
  assertEquals(draws, 10);
});

Deno.test("ProgressLine.update() draws no wider than the terminal is at the moment", () => {
  using time = new FakeTime();
  const terminal = new FakeTerminal();
  const line = new ProgressLine({ terminal });
  for (const [width, text] of [[18, "load 0.1 s / 10 s"], [10, "load 0.1 "], [80, "load 0.1 s / 10 s"]] as const) {
    terminal.width = width;
    line.update(at(100));
    assertEquals(terminal.take(), `\r${text}\x1b[K`);
    time.pass(100);
  }
});

Deno.test("ProgressLine.clear() erases the line if there is one, and the next update draws it anew", () => {
  using time = new FakeTime();
  const terminal = new FakeTerminal();
  const line = new ProgressLine({ terminal });
  line.clear();
  assertEquals(terminal.take(), "");
  line.update(at(0));
  terminal.take();
  line.clear();
  assertEquals(terminal.take(), "\r\x1b[K");
  line.clear();
  assertEquals(terminal.take(), "");
  time.pass(100);
  line.update(at(100));
  assertEquals(terminal.take(), "\rload 0.1 s / 10 s\x1b[K");
});

Deno.test("ProgressLine writes nothing when it is quiet or stderr is no terminal", () => {
  for (const [quiet, isTerminal] of [[true, true], [false, false], [true, false]] as const) {
    const terminal = new FakeTerminal(isTerminal);
    const line = new ProgressLine({ quiet, terminal });
    line.update(at(0));
    line.clear();
    assertEquals(terminal.written, "");
  }
});

const SCRIPT = new URL("./progress_script.ts", import.meta.url).pathname;
const DENO = `'${Deno.execPath()}' run --quiet '${SCRIPT}'`;
const hasScript = await succeeds("script", ["--quiet", "--return", "--command", "true", "/dev/null"]);

testWhere(
  hasScript ? undefined : "there is no script(1) that gives it a terminal",
  "a progress line on a real terminal gives way to lines on stderr and stdout, and is as wide as the terminal",
  async () => {
    const onTerminal = ["script", "--quiet", "--return", "--command", `stty cols 12; ${DENO}`, "/dev/null"];
    const { stdout } = await kvlab([], { program: onTerminal });
    const erase = "\r\x1b[K";
    assertEquals(stdout, `\rload 0.1 s \x1b[K${erase}a warning\r\n\rdrain 0.0 s\x1b[K${erase}the result\r\n`);
  },
);

Deno.test("a progress line does not show where stderr is no terminal", async () => {
  const ended = await kvlab([], { program: ["sh", "-c", DENO] });
  assertEquals(ended, { code: 0, signal: null, stdout: "the result\n", stderr: "a warning\n" });
});
