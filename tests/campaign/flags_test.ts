/**
 * The campaign of flags: random argument vectors mean a command, or are refused in a single line; nothing else comes
 * out of them.
 *
 * @module
 */
import { assert, assertGreater } from "@std/assert";
import type { Command } from "../../lib/command/command.ts";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { COMMAND_WORDS, FLAG_LIST, SWITCH_LIST } from "../../lib/command/commands.ts";
import { UsageError } from "../../lib/option/wording.ts";
import { Rng } from "../../lib/load/rng.ts";
import { report, rounds } from "./campaign.ts";

const VECTORS = { small: 10_000, full: 200_000 };
const ARGUMENTS_MAX = 9;
const SEED = 20_260_303;

const HELP_AND_VERSION = ["--help", "-h", "--version", "-V"];
/** Without those that win over all others, which are among the oddities. */
const NAMES = [...FLAG_LIST, ...SWITCH_LIST]
  .flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])])
  .filter((name) => !HELP_AND_VERSION.includes(name));
const WORDS = ["memory", "file", ...COMMAND_WORDS, "file", "memory"];
const VALUES = [
  "1",
  "2",
  "10",
  "0.5",
  "json",
  "cbor",
  "text",
  "rename",
  "alternate",
  "in-place",
  "none",
  "data",
  "full",
  "unthrottled",
  "bursty",
  "4MiB",
  "DIR",
  "seed",
  "b",
  "d",
  "e",
  "0.99",
  "64-1KiB",
  "16B",
  "10k",
  "1.5M",
  "zipfian",
  "hotspot",
  "500ms",
  "2s",
  "csv",
  "a.json",
];
const ODDITIES = [
  ...HELP_AND_VERSION,
  "",
  " ",
  "-",
  "--",
  "---",
  "=",
  "--=",
  "--=1",
  "-=",
  "--threads==1",
  "--no-help",
  "--no-threads=1",
  "--no-no-preload=1",
  "-1",
  "1e3",
  "1e999",
  "0x10",
  "1000M",
  "1.0000001M",
  "5-3",
  "0s",
  "NaN",
  "Infinity",
  "-0",
  "99999999999999999999",
  "4294967296",
  "\0",
  "\n",
  "a\nb",
  "--fo\no",
  "\u2028",
  "\u001b[31m",
  "é",
  "\ud800",
  "__proto__",
  "--__proto__",
  "--constructor=1",
  "toString",
  "--hasOwnProperty",
  "x".repeat(5000),
  "--" + "y".repeat(5000),
];

/** Text in which nothing breaks the line or controls the terminal. */
const ONE_LINE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

/** What a command line may begin with. */
const BEGINNINGS = [
  "",
  "memory",
  "file --file-count=3 --queue-depth=8",
  "file --file-count=3 --flush-period-us=8",
  "crash file --file-count=3 --write-period-us=8",
  "inspect DIR",
  "export DIR",
  "compare a.json b.json",
  "--workload=d memory",
  "--workload=b --rate=10k memory",
];

/** Random argument vectors, of which most are nearly right: the parser's depths lie behind its first checks. */
class Vectors {
  readonly #rng = new Rng(SEED, 0);

  next(): string[] {
    const args = this.#any(BEGINNINGS).split(" ").filter((arg) => arg !== "");
    const count = this.#rng.below(ARGUMENTS_MAX + 1);
    for (let i = 0; i < count; i++) args.splice(this.#rng.below(args.length + 1), 0, ...this.#argument());
    return args;
  }

  #argument(): string[] {
    switch (this.#rng.below(8)) {
      case 0:
        return [this.#any(WORDS)];
      case 1:
        return [this.#any(NAMES)];
      case 2:
        return [this.#any(NAMES), this.#any(VALUES)];
      case 3:
      case 4:
        return [`${this.#any(NAMES)}=${this.#any(VALUES)}`];
      case 5:
        return [`${this.#any(NAMES)}=${this.#any(ODDITIES)}`];
      case 6:
        return [this.#any(NAMES).replace(/^--?/, "--no-")];
      default:
        return [this.#rng.below(2) === 0 ? this.#any(ODDITIES) : this.#misspelt(this.#any([...NAMES, ...WORDS]))];
    }
  }

  #any(texts: readonly string[]): string {
    return texts[this.#rng.below(texts.length)] ?? "";
  }

  /** With one character gone, doubled or changed. */
  #misspelt(text: string): string {
    const at = this.#rng.below(text.length);
    const middle = ["", (text[at] ?? "").repeat(2), "?"][this.#rng.below(3)];
    return text.slice(0, at) + middle + text.slice(at + 1);
  }
}

Deno.test("random argument vectors mean a command or are refused in one line", () => {
  const vectors = new Vectors();
  const total = rounds(VECTORS);
  const counts: Record<string, number> = {};
  for (let i = 0; i < total; i++) {
    const args = vectors.next();
    const outcome = outcomeOf(args);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  report("flags", { vectors: total, ...counts });
  for (const kind of ["run", "crash", "inspect", "export", "compare", "help", "version", "refused"]) {
    assertGreater(counts[kind] ?? 0, 0, kind);
  }
});

/** The command's kind, or that it was refused. */
function outcomeOf(args: readonly string[]): Command["kind"] | "refused" {
  try {
    const command = parseCommand(args, { threads: 4, seed: 1 });
    JSON.stringify(command);
    return command.kind;
  } catch (error) {
    assert(error instanceof UsageError, `${JSON.stringify(args).slice(0, 500)}: ${error}`);
    assert(ONE_LINE.test(error.message), `not one line for ${JSON.stringify(args).slice(0, 500)}: ${error.message}`);
    return "refused";
  }
}
