/**
 * Elements that several sections of the page share.
 *
 * @module
 */
import { type Html, html, type HtmlValue } from "../html.ts";
import { Plot, svgOf, type Width } from "../picture/plot.ts";

/** A section with its heading and one sentence on how to read it. */
export function section(
  { id, title, reading }: { readonly id: string; readonly title: string; readonly reading?: string },
  ...content: readonly HtmlValue[]
): Html {
  return html`
    <section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${reading === undefined ? undefined : html`<p class="reading">${reading}</p>`}
    ${content}
    </section>
  `;
}

/** A chart in both widths, one of which the style sheet shows. */
export function picture(drawn: (width: Width) => Html): Html {
  return html`
    <div class="picture">
      <div class="wide">${drawn("wide")}</div>
      <div class="narrow">${drawn("narrow")}</div>
    </div>
  `;
}

/** A command that can be copied; nothing where it is not known. */
export function commandHtml(command: string | undefined, of: string): Html | undefined {
  if (command === undefined) return undefined;
  return html`
    <div class="command"><code>${command}</code>
    <button type="button" class="copy" aria-label="Copy the command of ${of}" hidden>Copy</button></div>
  `;
}

/** Arguments, each of which stays on one line. */
export function flagsHtml(title: string): Html {
  return html`<span class="flags">${
    title.split(" ").map((argument) =>
      html`
        <i>${argument}</i>
      `
    )
  }</span>`;
}

/** One of Plot's symbols, as an image of its own. */
export function symbolSvg({ color, symbol }: { readonly color: string; readonly symbol: string }): Html {
  const svg = svgOf({
    label: "",
    width: 16,
    height: 16,
    margin: 0,
    axis: null,
    marks: [
      Plot.dot([{}], { symbol: symbol as Plot.SymbolType, r: 5, fill: color, stroke: color, frameAnchor: "middle" }),
    ],
  });
  return html`<span aria-hidden="true">${svg}</span>`;
}

/** A patch of a colour. */
export function swatchSvg(color: string): Html {
  return html`
    <svg class="swatch" viewBox="0 0 14 14" aria-hidden="true">
      <rect width="14" height="14" rx="3" fill="${color}" />
    </svg>
  `;
}

/** A list that explains colours. */
export function legend(entries: readonly { readonly sign: Html; readonly text: string }[]): Html {
  return html`
    <ul class="legend">${entries.map(({ sign, text }) => html`<li>${sign}${text}</li>`)}</ul>
  `;
}
