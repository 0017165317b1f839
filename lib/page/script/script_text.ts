/**
 * The page's script as text: the sources of its functions, and the call that starts it.
 *
 * It runs in the browser. Its functions are those of the modules here, copied as source text, so each may use only the
 * others and the browser; nothing else of its module is there.
 *
 * @module
 */
import * as details from "./details_script.ts";
import * as map from "./map_script.ts";
import * as page from "./page_script.ts";
import * as pointing from "./pointing_script.ts";
import * as tables from "./table_script.ts";

export function scriptText(): string {
  const sources = [details, map, pointing, tables, page].flatMap((functions) => Object.values(functions).map(String));
  return `"use strict";(()=>{\n${sources.join("\n")}\n${page.startPage.name}();\n})();`;
}
