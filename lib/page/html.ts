/**
 * Builds HTML with automatic escaping: whatever is not already HTML is treated as text.
 *
 * @module
 */

/** A piece of HTML. */
export class Html {
  constructor(readonly text: string) {}
}

/** What a template may contain: text and numbers are escaped, undefined is left out. */
export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

/** The empty piece. */
export const NOTHING = new Html("");

/** The tag for template literals of HTML: `` html`<p>${text}</p>` ``. Attributes must be in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.map((string, at) => unindented(string) + textOf(values[at])).join(""));
}

/** The template's own text without its indentation in the source. */
function unindented(string: string): string {
  return string.replace(/\s*\n\s*/g, "\n");
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(textOf).join("");
  return escapeHtml(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for use in an element or a quoted attribute. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A value as JSON that is safe inside a `<script>` element: no text in it can end the element. */
export function scriptJson(value: unknown): Html {
  return new Html(
    JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  );
}
