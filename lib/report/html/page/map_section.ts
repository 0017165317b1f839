/**
 * The section of the map: its views, the controls to switch between them, and the legend.
 *
 * @module
 */
import { type Html, html } from "../html.ts";
import { type MapView, viewName } from "../map_view.ts";
import type { Look } from "../palette.ts";
import { mapPicture } from "../picture/map_picture.ts";
import { CRASH_NAMES, UNIT_NAMES } from "../wording.ts";
import { legend, picture, section, symbolSvg } from "./parts.ts";

const READING =
  "Up is faster, left loses less: a point is worth choosing when no other one lies above it and no further " +
  "to the right. The stepped line, the frontier, joins those.";

/** The section; the first of `views` is shown first. */
export function mapSection(views: readonly MapView[], looks: readonly Look[]): Html {
  const [first] = views;
  if (first === undefined) return html``;
  return html`${
    section(
      { id: "map", title: "What speed each degree of risk buys", reading: READING },
      html`<div class="map">
<div class="switches">
${switchHtml("crash", "When what dies", CRASH_NAMES, first.crash)}
${switchHtml("unit", "Loss counted in", UNIT_NAMES, first.unit)}
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
<li>A point stands at the median of its runs, and at what it may lose: what is promised or the worst moment measured, whichever is more. Filled: on the frontier; hollow: tied with it within noise; faint: dominated.</li>
<li>Upright lines: solid, where the median lies with 95% confidence; dotted, where fewer than six runs allow no interval,
from the slowest run to the fastest. Level lines: what the gauge showed of the loss, from its 99th percentile to its worst moment.</li>
<li>The axis of losses begins at nothing, and is logarithmic from its first mark on (a symlog scale); what has no bound stands behind the dotted line.</li>
</ul>
<div class="detail" aria-live="polite"><p class="reading">Point at a point, or choose one, for what it is and the command that runs it. By keyboard: the arrow keys go from point to point, Enter chooses.</p></div>
</div>`,
    )
  }`;
}

function titleOf(view: MapView): string {
  const what = view.unit === "writes" ? "acknowledged writes" : "age of the oldest write";
  return `Operations per second, over what a ${CRASH_NAMES[view.crash]} loses: ${what}`;
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
    <p class="reading">Not on this map (${viewName(view)}), since nothing says in numbers what they lose: ${view.unknown
      .map((
        { id },
      ) => id).join(", ")}.</p>
  `;
}
