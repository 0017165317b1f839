/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The part of the page's script that describes what is pointed at; see `script_text.ts`.
 *
 * @module
 */
import { choose, currentView } from "./details_script.ts";
import type { PageConfiguration } from "./page_data.ts";

/** Describes a point when it is pointed at or focused, and selects it when it is clicked. */
export function startPointing(configurations: readonly PageConfiguration[]): void {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
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

export function fillTip(tip: HTMLElement, { id, title, rate, command, views }: PageConfiguration): void {
  const [loss, basis, state] = views[currentView()] ?? [];
  const line = (name: string, text: string | undefined) => {
    const element = document.createElement(name);
    element.textContent = text ?? "";
    return text === undefined || text === "" ? [] : [element];
  };
  tip.replaceChildren(
    ...line("b", title === "" ? id : `${id}: ${title}`),
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
