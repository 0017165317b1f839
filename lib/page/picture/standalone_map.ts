/// <reference lib="dom" />
/**
 * The map as a file of its own, such as for a README, complete with title, legend and colours.
 *
 * @module
 */
import type { MapView } from "../map_view.ts";
import { COLOR_RULES } from "../section/style.ts";
import type { Look } from "../palette.ts";
import { capitalized, CRASH_NAMES } from "../wording.ts";
import { mapElement } from "./map_picture.ts";
import { draw, Plot, WIDTHS } from "./plot.ts";

const HEAD_PX = 34;
const LEGEND_PX = 34;
const LEGEND_START_PX = 84;
const LEGEND_GAP_PX = 40;
/** Mean width of a character of the legend. */
const CHARACTER_PX = 6.4;

export function standaloneMap(view: MapView, looks: readonly Look[]): string {
  const map = mapElement(view, looks, "wide");
  const width = WIDTHS.wide;
  const height = Number(map.getAttribute("height"));
  for (const point of map.querySelectorAll("[tabindex]")) {
    for (const name of ["tabindex", "role", "data-configuration"]) point.removeAttribute(name);
  }
  const title = `${capitalized(view.speed)}, over what a ${CRASH_NAMES[view.crash]} loses` +
    (view.unit === "writes" ? " (writes)" : " (age of the oldest write)");
  const legend = legendElement(looks, width);
  const label = map.getAttribute("aria-label") ?? title;
  const whole = HEAD_PX + height + LEGEND_PX;
  map.setAttribute("y", String(HEAD_PX));
  legend.setAttribute("y", String(HEAD_PX + height));
  for (const inner of [map, legend]) {
    for (const name of ["role", "aria-label"]) inner.removeAttribute(name);
  }
  const heading = draw({
    label: title,
    width,
    height: HEAD_PX,
    margin: 0,
    axis: null,
    marks: [
      Plot.text([title], {
        frameAnchor: "top-left",
        textAnchor: "start",
        dx: 20,
        dy: 14,
        fontSize: 16,
        fontWeight: 600,
        fill: "var(--ink)",
      }),
    ],
  });
  for (const name of ["role", "aria-label"]) heading.removeAttribute(name);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" width="${width}" height="${whole}" role="img">
<title>${escapeXml(label)}</title>
<style>
${COLOR_RULES}svg{color:var(--soft);font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
text{white-space:pre}
</style>
<rect width="${width}" height="${whole}" rx="10" fill="var(--paper)"/>
${[heading, map, legend].map(({ outerHTML }) => outerHTML).join("\n")}
</svg>
`;
}

function legendElement(looks: readonly Look[], width: number): SVGSVGElement {
  let x = LEGEND_START_PX;
  const entries = looks.map((look) => {
    const entry = { ...look, x };
    x += look.group.length * CHARACTER_PX + LEGEND_GAP_PX;
    return entry;
  });
  return draw({
    label: "legend",
    width,
    height: LEGEND_PX,
    margin: 0,
    axis: null,
    x: { type: "identity" },
    y: { type: "identity" },
    marks: [
      Plot.dot(entries, {
        x: "x",
        y: 14,
        r: 5.5,
        fill: "color",
        symbol: ({ symbol }: Look) => symbol as Plot.SymbolType,
      }),
      Plot.text(entries, { x: "x", y: 14, dx: 11, textAnchor: "start", text: "group", fill: "var(--soft)" }),
    ],
  });
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
