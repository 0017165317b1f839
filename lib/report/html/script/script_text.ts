/**
 * The page's script as text: the sources of its functions, and the call that starts it.
 *
 * @module
 */
import * as functions from "./page_script.ts";

export function scriptText(): string {
  const sources = Object.values(functions).map(String);
  return `"use strict";(()=>{\n${sources.join("\n")}\n${functions.startPage.name}();\n})();`;
}
