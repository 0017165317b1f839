/**
 * Formats rows of text in aligned columns.
 *
 * @module
 */
import { widthOf } from "./text_style.ts";

/** One column of a table. */
export interface Column {
  readonly heading: string;
  /** Numbers, and placeholders for them, are aligned right. */
  readonly align: "left" | "right";
}

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
