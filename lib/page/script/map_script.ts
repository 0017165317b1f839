/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The part of the page's script for the map's views and keys; see `script_text.ts`.
 *
 * @module
 */
import { choose } from "./details_script.ts";
import type { PageConfiguration } from "./page_data.ts";

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
    for (const note of document.querySelectorAll<HTMLElement>("[data-note]")) {
      note.hidden = note.dataset.note !== `${crash} ${unit}`;
    }
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
