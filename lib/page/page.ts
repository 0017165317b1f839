/**
 * Writes results as one self-contained HTML page.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Html, html, NOTHING, scriptJson } from "./html.ts";
import { mapViews } from "./map_view.ts";
import { pageData } from "./section/page_data.ts";
import { checksSection } from "./section/contradiction_sections.ts";
import { comparisonSection, figuresSection } from "./section/figures_section.ts";
import { configurationsSection } from "./section/configurations_section.ts";
import { environmentSection } from "./section/environment_section.ts";
import { answerHtml, footerHtml, headerHtml, titleOf, warningsSection } from "./section/head.ts";
import { mapSection } from "./section/map_section.ts";
import { pictureSections } from "./section/picture_sections.ts";
import { STYLE } from "./section/style.ts";
import { looksOf, subjectsOf } from "./palette.ts";
import { standaloneMap } from "./picture/map_picture.ts";
import { medianOpsPerSec, reportData } from "./report_data.ts";
import * as script from "./script.ts";
import type { Source } from "./source.ts";

/**
 * The page. The same sources give the same text. Nothing is fetched, and a Content-Security-Policy allows no scripts or
 * styles but its own.
 *
 * @param sources at least one
 */
export function reportHtml(sources: readonly Source[]): string {
  const data = reportData(sources);
  const { configurations, sweeps, comparisons } = data;
  const looks = looksOf(configurations);
  const measured = configurations.filter((configuration) => medianOpsPerSec(configuration) !== undefined);
  const views = measured.length > 1 ? mapViews(data) : [];
  const view = views[0];
  const subjects = subjectsOf(configurations, { looks, view });
  const sections = [
    // A sweep's answer already counts what failed in it; of a single result it must be known before the figures.
    ...(sweeps.length > 0 ? [answerHtml(data), warningsSection(data)] : [warningsSection(data), answerHtml(data)]),
    checksSection(data.checks),
    mapSection(views, looks),
    configurations.length > 1 ? configurationsSection(configurations, { looks, view }) : NOTHING,
    ...pictureSections(subjects, sweeps),
    ...comparisons.map(comparisonSection),
    figuresSection(configurations),
    environmentSection(data),
  ];
  const scriptText = `"use strict";(()=>{\n${Object.values(script).join("\n")}\n${script.startPage.name}();\n})();`;
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(scriptText)}`,
    `style-src ${hashOf(STYLE)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="data:,">
        <title>${titleOf(data)} – kvlab</title>
        <style>${new Html(STYLE)}</style>
      </head>
      <body>
        ${headerHtml(data)}
        <main>${sections}</main>
        ${footerHtml()}
        <script type="application/json" id="data">${scriptJson(pageData(configurations, views))}</script>
    <script>${new Html(scriptText)}</script>
      </body>
    </html>
  `.text.trimStart();
}

/**
 * The map alone, as a self-contained SVG that follows the reader's light or dark mode.
 *
 * @returns `undefined` if fewer than two configurations were measured
 */
export function mapSvg(sources: readonly Source[]): string | undefined {
  const data = reportData(sources);
  const [view] = mapViews(data);
  return view === undefined || view.points.length < 2 ? undefined : standaloneMap(view, looksOf(data.configurations));
}

/** The hash of a text in the form used by a Content-Security-Policy. */
function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
