/**
 * Tests of the palette: groups are told apart by their looks.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ENGINE_NAMES } from "../../lib/engine/engines.ts";
import { looksOf } from "../../lib/page/palette.ts";
import type { Configuration } from "../../lib/page/report_data.ts";
import { LAYOUT_NAMES } from "../../lib/persist/layout/layouts.ts";

Deno.test("looksOf() gives memory, each layout and each engine a colour and a symbol of its own", () => {
  const groups = ["memory", ...LAYOUT_NAMES.map((layout) => `file, ${layout}`), ...ENGINE_NAMES];
  const looks = looksOf(groups.map((group) => ({ group }) as Configuration));
  assertEquals(looks.map(({ group }) => group).toSorted(), groups.toSorted());
  assertEquals(new Set(looks.map(({ color }) => color)).size, groups.length);
  assertEquals(new Set(looks.map(({ symbol }) => symbol)).size, groups.length);
});

Deno.test("looksOf() gives a group the same look, whatever else is there", () => {
  const look = (...groups: string[]) =>
    looksOf(groups.map((group) => ({ group }) as Configuration)).find(({ group }) => group === "etcd");
  assertEquals(look("etcd"), look("memory", "rocksdb", "etcd", "redis"));
});
