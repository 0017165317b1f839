/// <reference lib="dom" />
/**
 * Draws charts. Observable Plot renders them to SVG when the report is made, in a document provided by linkedom, so
 * that the page needs no library to show them.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { Html } from "../html.ts";

export { Plot };

/** The widths at which a chart is drawn, in CSS pixels: once for a desktop, once for a phone. */
export const WIDTHS = { wide: 1040, narrow: 344 } as const;

export type Width = keyof typeof WIDTHS;

/** The prefix of a mark's `ariaLabel` when it is the index of a configuration; {@linkcode svgOf} converts it. */
const CONFIGURATION_PREFIX = "configuration ";

/** The `ariaLabel` of a mark that belongs to a configuration. */
export function configurationMark(index: number): string {
  return CONFIGURATION_PREFIX + index;
}

/** The name of the horizontal axis, at its right end. */
export function xName(text: string): Plot.Markish {
  return Plot.text([text], {
    // Once for all rows of a chart, not below each.
    facet: "super",
    frameAnchor: "bottom-right",
    dy: 34,
    textAnchor: "end",
    fill: "var(--soft)",
  });
}

/** What {@linkcode svgOf} needs besides Plot's own options. */
export interface PictureOptions extends Plot.PlotOptions {
  /** Describes the chart to screen readers. */
  readonly label: string;
  /**
   * The label of a configuration's marks, if they can be reached with the keyboard; others count as part of the chart.
   */
  readonly pointLabel?: (index: number) => string;
}

const { document } = parseHTML("<!doctype html><html><body></body></html>");

const FONT_SIZE_PX = 12;

/** Draws a chart. A mark whose `ariaLabel` is {@linkcode configurationMark} has its index as `data-configuration`. */
export function draw({ label, pointLabel, ...options }: PictureOptions): SVGSVGElement {
  const svg = Plot.plot({ document, className: "plot", style: { fontSize: `${FONT_SIZE_PX}px` }, ...options });
  for (const style of svg.querySelectorAll("style")) style.remove();
  svg.removeAttribute("style");
  svg.setAttribute("font-size", String(FONT_SIZE_PX));
  svg.setAttribute("role", pointLabel === undefined ? "img" : "group");
  for (const element of svg.querySelectorAll("*")) tidy(element, pointLabel);
  svg.setAttribute("aria-label", label);
  return svg as unknown as SVGSVGElement;
}

/** The chart as HTML. */
export function svgOf(options: PictureOptions): Html {
  return new Html(draw(options).outerHTML);
}

const COORDINATES = ["d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "points"];

function tidy(element: Element, pointLabel: PictureOptions["pointLabel"]): void {
  for (const name of COORDINATES) {
    const value = element.getAttribute(name);
    if (value !== null && value.includes(".")) element.setAttribute(name, value.replace(/\d+\.\d{2,}/g, shortened));
  }
  const label = element.getAttribute("aria-label");
  if (label === null) return;
  element.removeAttribute("aria-label");
  if (!label.startsWith(CONFIGURATION_PREFIX)) return;
  const index = Number(label.slice(CONFIGURATION_PREFIX.length));
  element.setAttribute("data-configuration", String(index));
  if (pointLabel === undefined) return;
  element.setAttribute("role", "button");
  element.setAttribute("tabindex", "-1");
  element.setAttribute("aria-label", pointLabel(index));
}

/** A tenth of a pixel is finer than anyone can see. */
function shortened(number: string): string {
  return String(Number(Number(number).toFixed(1)));
}
