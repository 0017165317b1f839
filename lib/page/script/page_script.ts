/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The part of the page's script that starts the others, and copies commands; see `script_text.ts`.
 *
 * @module
 */
import { startMap } from "./map_script.ts";
import type { PageData } from "./page_data.ts";
import { startPointing } from "./pointing_script.ts";
import { startTables } from "./table_script.ts";

/** Sets the page up. */
export function startPage(): void {
  const text = document.getElementById("data")?.textContent;
  const { configurations } = JSON.parse(text ?? '{"configurations":[]}') as PageData;
  startMap(configurations);
  startPointing(configurations);
  startTables();
  for (const button of document.querySelectorAll<HTMLElement>(".copy")) button.hidden = false;
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>(".copy") : null;
    if (button !== null) copyCommand(button);
  });
}

/** Copies the command next to a button, or selects it if the browser does not allow that. */
export function copyCommand(button: HTMLElement): void {
  const code = button.parentElement?.querySelector("code");
  if (code === null || code === undefined) return;
  const say = (text: string) => {
    button.textContent = text;
    setTimeout(() => button.textContent = "Copy", 1500);
  };
  const select = () => {
    getSelection()?.selectAllChildren(code);
    say("Selected");
  };
  if (navigator.clipboard === undefined) return select();
  navigator.clipboard.writeText(code.textContent ?? "").then(() => say("Copied"), select);
}
