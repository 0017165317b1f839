/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The page's script: shows the details of a configuration that is pointed at or selected, switches between the views of
 * the map, sorts and filters tables, and copies commands.
 *
 * It runs in the browser. `page.ts` copies the exported functions there as source text, so all are exported, and each
 * may use only the others and the browser; nothing else of this module is there.
 *
 * @module
 */
import type { Fact, PageConfiguration, PageData } from "./section/page_data.ts";

/** Sets the page up. */
export function startPage(): void {
  const text = document.getElementById("data")?.textContent;
  const { configurations } = JSON.parse(text ?? '{"configurations":[]}') as PageData;
  startMap(configurations);
  startPointing(configurations);
  startTables();
  for (const button of document.querySelectorAll<HTMLElement>(".copy")) button.hidden = false;
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>(".copy") : null;
    if (button !== null) copyCommand(button);
  });
}

/** Copies the command next to a button, or selects it if the browser does not allow that. */
export function copyCommand(button: HTMLElement): void {
  const code = button.parentElement?.querySelector("code");
  if (code === null || code === undefined) return;
  const say = (text: string) => {
    button.textContent = text;
    setTimeout(() => button.textContent = "Copy", 1500);
  };
  const select = () => {
    getSelection()?.selectAllChildren(code);
    say("Selected");
  };
  if (navigator.clipboard === undefined) return select();
  navigator.clipboard.writeText(code.textContent ?? "").then(() => say("Copied"), select);
}

/** Shows the selected view, and lets the arrow keys move from point to point. */
export function startMap(configurations: readonly PageConfiguration[]): void {
  const map = document.querySelector<HTMLElement>(".map");
  if (map === null) return;
  const views = [...map.querySelectorAll<HTMLElement>("[data-view]")];
  const show = () => {
    const [crash, unit] = ["crash", "unit"].map((name) =>
      map.querySelector<HTMLInputElement>(`input[name=${name}]:checked`)?.value
    );
    for (const view of views) view.hidden = view.dataset.view !== `${crash} ${unit}`;
  };
  for (const input of map.querySelectorAll("input")) input.addEventListener("change", show);
  // A browser may restore the selection when the page is reloaded.
  show();
  for (const svg of map.querySelectorAll<SVGSVGElement>("svg.plot")) startKeys(svg, configurations);
}

/** The tab key reaches one point of a chart; from there the arrow keys reach the others. */
export function startKeys(svg: SVGSVGElement, configurations: readonly PageConfiguration[]): void {
  const center = (point: Element) => {
    const { left, top, width, height } = point.getBoundingClientRect();
    return [left + width / 2, top + height / 2] as const;
  };
  const points = [...svg.querySelectorAll<SVGElement>("[data-configuration]")];
  points[0]?.setAttribute("tabindex", "0");
  svg.addEventListener("keydown", (event) => {
    const at = points.indexOf(event.target as SVGElement);
    if (at < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(Number(points[at]?.dataset.configuration), configurations);
      return;
    }
    // From left to right, and upwards among those that lose the same.
    const order = points.toSorted((a, b) => center(a)[0] - center(b)[0] || center(b)[1] - center(a)[1]);
    const place = order.indexOf(points[at]!);
    const steps: Record<string, number> = {
      ArrowRight: place + 1,
      ArrowUp: place + 1,
      ArrowLeft: place - 1,
      ArrowDown: place - 1,
      Home: 0,
      End: order.length - 1,
    };
    const next = order[steps[event.key] ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    points[at]?.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
}

/** Describes a point when it is pointed at or focused, and selects it when it is clicked. */
export function startPointing(configurations: readonly PageConfiguration[]): void {
  const tip = newElement("div", { className: "tip", hidden: true });
  // Screen readers get the same text from the points themselves.
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  const hide = () => tip.hidden = true;
  const markUnder = (event: Event): Element | undefined => {
    const target = event.target instanceof Element ? event.target : undefined;
    const svg = target?.closest("svg.plot");
    if (svg === null || svg === undefined) return undefined;
    const own = target?.closest("[data-configuration]");
    if (own !== null && own !== undefined) return own;
    return svg.closest(".map") !== null && event instanceof MouseEvent ? nearest(svg, event) : undefined;
  };
  const show = (mark: Element, at?: MouseEvent) => {
    const configuration = configurations[Number(mark.getAttribute("data-configuration"))];
    if (configuration === undefined) return;
    fillTip(tip, configuration);
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    // A line or a bar may be as wide as the whole chart.
    const isWide = box.width > 40 && at !== undefined;
    placeTip(
      tip,
      isWide ? { x: at.clientX, top: at.clientY, bottom: at.clientY } : {
        x: box.left + box.width / 2,
        top: box.top,
        bottom: box.bottom,
      },
    );
  };
  document.addEventListener("pointermove", (event) => {
    const mark = markUnder(event);
    if (mark === undefined) hide();
    else show(mark, event);
  });
  document.addEventListener("focusin", (event) => {
    const mark = event.target instanceof SVGElement ? event.target.closest("[data-configuration]") : null;
    if (mark === null) hide();
    else show(mark);
  });
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : undefined;
    const mark = markUnder(event) ?? target?.closest("tr[data-configuration]");
    if (mark === undefined || mark === null) return;
    choose(Number(mark.getAttribute("data-configuration")), configurations);
    if (mark instanceof SVGElement) show(mark, event);
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
  // The page scrolls by itself to what gets the focus.
  const follow = () => {
    const focused = document.activeElement?.closest("svg.plot [data-configuration]");
    if (focused === null || focused === undefined) hide();
    else show(focused);
  };
  addEventListener("scroll", follow, { passive: true });
}

/** The point of the map near a finger or the mouse. */
export function nearest(svg: Element, { clientX, clientY }: MouseEvent): Element | undefined {
  const reachPx = 22;
  let found: Element | undefined;
  let least = reachPx;
  for (const point of svg.querySelectorAll("[data-configuration]")) {
    const { left, top, width, height } = point.getBoundingClientRect();
    const distance = Math.hypot(left + width / 2 - clientX, top + height / 2 - clientY);
    if (distance < least) [found, least] = [point, distance];
  }
  return found;
}

/** An element that is in no document yet. */
export function newElement<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
): HTMLElementTagNameMap[Name] {
  return Object.assign(document.createElement(name), properties);
}

export function fillTip(tip: HTMLElement, { called, title, rate, command, views }: PageConfiguration): void {
  const [loss, basis, state] = views[currentView()] ?? [];
  const line = (name: keyof HTMLElementTagNameMap, text = "") => {
    return text === "" ? [] : [newElement(name, { textContent: text })];
  };
  tip.replaceChildren(
    ...line("b", title === "" ? called : `${called}: ${title}`),
    ...line("div", rate),
    ...line("div", loss),
    ...line("small", basis),
    ...line("small", state),
    ...line("code", command),
  );
}

/** Puts the tip above a place, or below it if there is no room, and always inside the window. */
export function placeTip(tip: HTMLElement, { x, top, bottom }: { x: number; top: number; bottom: number }): void {
  const edgePx = 8, gapPx = 10;
  const { width, height } = tip.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const left = Math.min(Math.max(edgePx, x - width / 2), clientWidth - width - edgePx);
  const above = top - height - gapPx;
  const y = above >= edgePx ? above : Math.min(bottom + gapPx, clientHeight - height - edgePx);
  tip.style.left = `${Math.max(edgePx, left)}px`;
  tip.style.top = `${Math.max(edgePx, y)}px`;
}

/** The view of the map that is shown. */
export function currentView(): string {
  return document.querySelector<HTMLElement>(".map [data-view]:not([hidden])")?.dataset.view ?? "";
}

/** Marks a configuration in all charts and tables, and shows its details below the map. */
export function choose(index: number, configurations: readonly PageConfiguration[]): void {
  for (const element of document.querySelectorAll(".chosen")) element.classList.remove("chosen");
  for (const element of document.querySelectorAll(`[data-configuration="${index}"]`)) element.classList.add("chosen");
  const detail = document.querySelector<HTMLElement>(".detail");
  const configuration = configurations[index];
  if (detail === null || configuration === undefined) return;
  const { called, title, command, rate, views, facts, figures } = configuration;
  const heading = newElement("h3", { textContent: title === "" ? called : `${called}: ${title}` });
  const box = newElement("div", { className: "command" });
  const button = newElement("button", { type: "button", className: "copy", textContent: "Copy" });
  button.setAttribute("aria-label", `Copy the command of ${called}`);
  box.append(newElement("code", { textContent: command }), button);
  const [loss, basis, state] = views[currentView()] ?? [];
  const shown = [
    ["throughput", rate],
    ["loss", loss ?? ""],
    ["based on", basis ?? ""],
    ["standing", state ?? ""],
    ...facts,
  ];
  const list = newElement("dl", { className: "facts" });
  for (const [name, value] of shown as readonly Fact[]) {
    if (value === "") continue;
    list.append(newElement("dt", { textContent: name }), newElement("dd", { textContent: value }));
  }
  detail.replaceChildren(heading, ...(command === "" ? [] : [box]), list, allFigures(figures));
  detail.hidden = false;
}

export function allFigures(figures: readonly Fact[]): HTMLElement {
  const details = newElement("details", { hidden: figures.length === 0 });
  const list = newElement("ul", { className: "columns" });
  for (const [name, value] of figures) {
    const item = newElement("li", {});
    item.append(newElement("span", { textContent: name }), value);
    list.append(item);
  }
  details.append(newElement("summary", { textContent: `All ${figures.length} figures, medians over the runs` }), list);
  return details;
}

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
