/**
 * Histories that contradict themselves: the operations that do, as pictures; and what came of those that were recorded
 * elsewhere.
 *
 * @module
 */
import type { ShownContradiction } from "../../history/recorded_history.ts";
import { contradictionTitle } from "../../report/contradiction_text.ts";
import { readableCount } from "../../result/format.ts";
import { type Html, html, NOTHING } from "../html.ts";
import { contradictionPicture } from "../picture/contradiction_picture.ts";
import type { CheckSource } from "../source.ts";
import { picture, section } from "./parts.ts";

/** The most contradictions of a configuration, or a history, in the page. */
const CONTRADICTIONS_MAX = 5;

/** How to read the pictures. */
export const CONTRADICTIONS_READING =
  "Each bar is an operation, from its call to its return, behind the thread that did it. No order of these that keeps " +
  "to the times explains what was read. Only the order of calls and returns is to scale.";

/** A picture of each contradiction, below its name. */
export function contradictionPictures(found: readonly ShownContradiction[]): Html[] {
  return found.slice(0, CONTRADICTIONS_MAX).map((one) =>
    html`<h4>${contradictionTitle(one)}</h4>${picture((width) => contradictionPicture(one, width))}`
  );
}

/** What the check command has found. */
export function checksSection(checks: readonly CheckSource[]): Html {
  const histories = checks.flatMap(({ histories }) => histories);
  if (histories.length === 0) return NOTHING;
  const isWrong = histories.some(({ contradictions }) => contradictions.length > 0);
  return section(
    { id: "histories", title: "Checked histories", ...(isWrong ? { reading: CONTRADICTIONS_READING } : {}) },
    ...histories.map(({ path, judgement, operations, contradictions }) =>
      html`
        <h3><code>${path}</code></h3>
        <p>${judgement}, ${readableCount(operations, "operation")}${contradictions.length > CONTRADICTIONS_MAX
          ? `; the first ${CONTRADICTIONS_MAX} contradictions:`
          : ""}</p>
        ${contradictionPictures(contradictions)}
      `
    ),
  );
}
