/**
 * Tests of the palette: groups are told apart by their looks.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ENGINE_NAMES } from "../../lib/engine/engines.ts";
import { COLORS, looksOf } from "../../lib/page/palette.ts";
import type { Configuration } from "../../lib/page/report_data.ts";
import { LAYOUT_NAMES } from "../../lib/persist/layout/layouts.ts";

const GROUPS = ["memory", ...LAYOUT_NAMES.map((layout) => `file, ${layout}`), ...ENGINE_NAMES];

function looksOfGroups(groups: readonly string[]) {
  return looksOf(groups.map((group) => ({ group }) as Configuration));
}

Deno.test("looksOf() gives memory, each layout and each engine a symbol of its own, while there are any left", () => {
  const looks = looksOfGroups(GROUPS);
  assertEquals(looks.map(({ group }) => group).toSorted(), GROUPS.toSorted());
  assertEquals(new Set(looks.map(({ symbol }) => symbol)).size, Math.min(GROUPS.length, COLORS.length));
  assertEquals(new Set(looks.map(({ color }) => color)).size, Math.min(GROUPS.length, COLORS.length));
});

Deno.test("looksOf() gives no two groups the same look, and one of kvlab's the same, whatever else is there", () => {
  const known = fc.subarray(GROUPS, { minLength: 1 });
  const unknown = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 2 * COLORS.length });
  fc.assert(fc.property(known, unknown, (known, unknown) => {
    const looks = looksOfGroups([...unknown, ...known]);
    assertEquals(new Set(looks.map(({ color, symbol }) => `${color} ${symbol}`)).size, looks.length);
    assertEquals(
      looks.filter(({ group }) => GROUPS.includes(group)),
      looksOfGroups(GROUPS).filter(({ group }) => known.includes(group) || unknown.includes(group)),
    );
  }));
});
