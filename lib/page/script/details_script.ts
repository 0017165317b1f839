/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The part of the page's script that shows the details of a configuration; see `script_text.ts`.
 *
 * @module
 */
import type { Fact, PageConfiguration } from "./page_data.ts";

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
  const { id, title, command, rate, views, facts, figures } = configuration;
  const heading = document.createElement("h3");
  heading.textContent = title === "" ? id : `${id}: ${title}`;
  const box = document.createElement("div");
  box.className = "command";
  const code = document.createElement("code");
  code.textContent = command;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy the command of ${id}`);
  box.append(code, button);
  const [loss, basis, state] = views[currentView()] ?? [];
  const shown = [
    ["throughput", rate],
    ["loss", loss ?? ""],
    ["based on", basis ?? ""],
    ["standing", state ?? ""],
    ...facts,
  ];
  const list = document.createElement("dl");
  list.className = "facts";
  for (const [name, value] of shown as readonly Fact[]) {
    if (value === "") continue;
    const term = document.createElement("dt");
    term.textContent = name;
    const description = document.createElement("dd");
    description.textContent = value;
    list.append(term, description);
  }
  detail.replaceChildren(heading, box, list, allFigures(figures));
  detail.hidden = false;
}

export function allFigures(figures: readonly Fact[]): HTMLElement {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = `All ${figures.length} figures, medians over the runs`;
  const list = document.createElement("ul");
  list.className = "columns";
  for (const [name, value] of figures) {
    const item = document.createElement("li");
    const label = document.createElement("span");
    label.textContent = name;
    item.append(label, value);
    list.append(item);
  }
  details.append(summary, list);
  details.hidden = figures.length === 0;
  return details;
}
