/**
 * The section of the map: its views, the controls to switch between them, and the legend.
 *
 * @module
 */
import { type Html, html, NOTHING } from "../html.ts";
import { type MapView, viewName } from "../map_view.ts";
import type { Look } from "../palette.ts";
import { mapPicture } from "../picture/map_picture.ts";
import { capitalized, CRASH_NAMES, UNIT_NAMES } from "../wording.ts";
import { legend, picture, section, symbolSvg } from "./parts.ts";

const READING =
  "Up is faster, left loses less: a point is worth choosing if no other is higher without being further to the " +
  "right. The stepped line, the frontier, joins these points.";

/** The section; the first of `views` is shown first. */
export function mapSection(views: readonly MapView[], looks: readonly Look[]): Html {
  const [first] = views;
  if (first === undefined) return NOTHING;
  const isByRate = first.points.some(({ configuration }) => configuration.summary?.rate_per_sec !== undefined);
  return section(
    { id: "map", title: "What speed each degree of risk buys", reading: READING },
    html`<div class="map">
<div class="switches">
${switchHtml("crash", "Kind of crash", CRASH_NAMES, first.crash)}
${switchHtml("unit", "Loss in", UNIT_NAMES, first.unit)}
</div>
${
      views.map((view) =>
        html`
          <div data-view="${view.crash} ${view.unit}" ${view === first ? undefined : html`
            hidden
          `}>
          <h3>${titleOf(view)}</h3>
          ${view.points.length === 0 ? undefined : picture((width) => mapPicture(view, looks, width))}${unknownNote(
            view,
          )}</div>
        `
      )
    }
${legend(looks.map(({ group, ...look }) => ({ sign: symbolSvg(look), text: group })))}
<ul class="notes">
<li>A point is at ${
      isByRate
        ? "the highest rate at which half of its runs keep the limit on the p99 of each kind of operation"
        : "the median throughput of its runs"
    }, and at what it may lose: what is promised or the worst moment measured, whichever is more. Filled: on the frontier; hollow: tied with it within noise; faint: dominated.</li>
<li>Vertical lines: solid, the 95% confidence interval of that; dotted, if there are fewer than six runs, from the slowest
to the fastest. Horizontal lines: what the gauge showed of the loss, from its 99th percentile to its worst moment.</li>
<li>The axis of losses starts at zero, and is logarithmic from its first mark on (a symlog scale); unbounded losses are beyond the dotted line.</li>
</ul>
<div class="detail" aria-live="polite"><p class="reading">Point at a configuration, or select it, to see its details and the command that runs it. By keyboard: the arrow keys move from point to point, Enter selects.</p></div>
</div>`,
  );
}

function titleOf(view: MapView): string {
  const what = view.unit === "writes" ? "acknowledged writes" : "age of the oldest write";
  return `${capitalized(view.speed)}, over what a ${CRASH_NAMES[view.crash]} loses: ${what}`;
}

function switchHtml(name: string, legend: string, choices: Readonly<Record<string, string>>, chosen: string): Html {
  const inputs = Object.entries(choices).map(([value, text]) => {
    const checked = value === chosen
      ? html`
        checked
      `
      : undefined;
    return html`<label><input type="radio" name="${name}" value="${value}"${checked}><span>${text}</span></label>`;
  });
  return html`
    <fieldset>
      <legend>${legend}</legend>
      <div class="choices">${inputs}</div>
    </fieldset>
  `;
}

function unknownNote(view: MapView): Html | undefined {
  if (view.unknown.length === 0) return undefined;
  return html`
    <p class="reading">Not on this map (${viewName(view)}), since there is no figure for what they lose: ${view.unknown
      .map((
        { called },
      ) => called).join(", ")}.</p>
  `;
}
