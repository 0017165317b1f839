/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The part of the page's script that sorts and filters tables; see `script_text.ts`.
 *
 * @module
 */

/** Tables sort by the column whose heading is pressed, and show the rows that contain all words of the filter. */
export function startTables(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>("table.sortable")) {
    const body = table.tBodies[0];
    if (body === undefined) continue;
    for (const heading of table.querySelectorAll<HTMLTableCellElement>("thead th[aria-sort]")) {
      heading.querySelector("button")?.addEventListener("click", () => sortRows(body, heading));
    }
  }
  for (const filter of document.querySelectorAll<HTMLElement>(".filter")) {
    const input = filter.querySelector("input");
    const table = document.getElementById(filter.dataset.table ?? "");
    const count = filter.querySelector("output");
    if (input === null || table === null) continue;
    filter.hidden = false;
    const rows = [...table.querySelectorAll<HTMLTableRowElement>("tbody tr")];
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
      for (const row of rows) {
        const text = row.textContent?.toLowerCase() ?? "";
        row.hidden = !words.every((word) => text.includes(word));
      }
      const shown = rows.filter((row) => !row.hidden).length;
      if (count !== null) count.textContent = words.length === 0 ? "" : `${shown} of ${rows.length}`;
    });
  }
}

/** Numbers start with the greatest, texts with A; cells without a value come last. */
export function sortRows(body: HTMLTableSectionElement, heading: HTMLTableCellElement): void {
  const isText = heading.classList.contains("text");
  const sorted = heading.getAttribute("aria-sort");
  const ascending = sorted === "none" ? isText : sorted === "descending";
  for (const other of heading.parentElement?.children ?? []) {
    if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
  }
  heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const valueOf = (row: HTMLTableRowElement) => row.cells[heading.cellIndex]?.dataset.value ?? "";
  const direction = ascending ? 1 : -1;
  const rows = [...body.rows].sort((a, b) => {
    const [one, other] = [valueOf(a), valueOf(b)];
    if (one === "" || other === "") return Number(one === "") - Number(other === "");
    const order = isText ? one.localeCompare(other, "en", { numeric: true }) : Number(one) - Number(other);
    return direction * (Number.isNaN(order) ? 0 : order);
  });
  body.append(...rows);
}
