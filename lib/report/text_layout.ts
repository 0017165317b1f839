/**
 * The layout of the text reports: groups of lines, each behind a label, within 80 columns; tables; and how they
 * emphasize what decides: bold on a terminal, not at all elsewhere.
 *
 * ```text
 * blocked     3.1% of the time on the queue, 0.07% on locks
 * files       120 of JSON, 625 MB, 78,509 snapshots written, 298,825 superseded,
 *             drained in 10 ms
 * ```
 *
 * @module
 */

/**
 * A line of a group: phrases, shown with commas between them. If it is too long, it continues on an indented line,
 * broken between phrases if possible.
 */
type Phrases = readonly string[];

/** What a report says about one subject. */
export interface Group {
  /** At most {@linkcode LABEL_WIDTH} - 2 characters. */
  readonly label: string;
  /** Lines without a phrase are left out, and so is a group without a line. */
  readonly lines: readonly Phrases[];
}

/** Lines that are already laid out, such as a table's. An empty block is left out. */
export type Block = Group | readonly string[];

/** The maximum width of a line, unless a single word is wider. */
export const TEXT_WIDTH = 80;

/** The column at which the text of every group starts. */
export const LABEL_WIDTH = 12;

const INDENT = "  ";

/** The blocks, one below the other, in lines without newlines. */
export function blockLines(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => "label" in block ? groupLines(block) : block);
}

function groupLines({ label, lines }: Group): string[] {
  const text = lines.flatMap((phrases) => wrapped(phrases, TEXT_WIDTH - LABEL_WIDTH));
  return text.map((line, index) => (index === 0 ? label : "").padEnd(LABEL_WIDTH) + line);
}

/** The phrases in as few lines as possible. */
function wrapped(phrases: Phrases, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [index, phrase] of phrases.entries()) {
    const text = index + 1 < phrases.length ? `${phrase},` : phrase;
    // A phrase too long for any line is broken at its spaces.
    const pieces = widthOf(INDENT + text) > width ? text.split(" ") : [text];
    for (const piece of pieces) {
      if (line !== "" && widthOf(`${line} ${piece}`) > width) {
        lines.push(line);
        line = INDENT + piece;
      } else {
        line += line === "" ? piece : ` ${piece}`;
      }
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** One column of a table. */
export interface Column {
  readonly heading: string;
  /** Numbers, and placeholders for them, are aligned right. */
  readonly align: "left" | "right";
}

/** Between two columns. */
const GAP = "  ";

/** The headings and the rows in lines without newlines; each column is as wide as its widest cell. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, column) =>
    all.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? "")), 0)
  );
  return all.map((row) => {
    const cells = columns.map(({ align }, column) => {
      const cell = row[column] ?? "";
      const padding = " ".repeat((widths[column] ?? 0) - widthOf(cell));
      return align === "left" ? cell + padding : padding + cell;
    });
    return cells.join(GAP).trimEnd();
  });
}

/** How text is styled. */
export interface TextStyle {
  /** Emphasizes text. */
  bold(text: string): string;
}

/** For pipes, files, and terminals whose user wants no escape sequences. */
export const PLAIN: TextStyle = { bold: (text) => text };

/** For terminals (ECMA-48's "select graphic rendition"). */
export const STYLED: TextStyle = { bold: (text) => `\x1b[1m${text}\x1b[22m` };

// deno-lint-ignore no-control-regex
const ESCAPES = /\x1b\[\d+m/g;

/**
 * How many columns a text takes: one per character, even if it is two UTF-16 units, and none for an escape sequence.
 */
export function widthOf(text: string): number {
  return Array.from(text.replace(ESCAPES, "")).length;
}
