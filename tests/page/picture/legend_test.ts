/**
 * Tests of the legend of the map as a file of its own, which has to name every group, however many there are.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { mapSvg } from "../../../lib/page/page.ts";
import { parseSource } from "../../../lib/page/source.ts";
import { sweepText } from "../sweeps.ts";

/** The map of a sweep whose configurations are each of a group of its own. */
function mapOf(groups: readonly string[]): string {
  const [header, ...rest] = sweepText({ configurations: groups.length, runs: 1 }).trimEnd().split("\n");
  const { configurations, ...others } = JSON.parse(header!);
  const renamed = configurations.map((entry: object, at: number) => ({ ...entry, backend: groups[at], layout: null }));
  const lines = [JSON.stringify({ ...others, configurations: renamed }), ...rest];
  return mapSvg([parseSource("sweep.jsonl", lines.map((line) => `${line}\n`).join(""))])!;
}

Deno.test("the map's legend names every group within the picture, none over another", () => {
  const group = fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"), minLength: 1, maxLength: 30 });
  const groups = fc.uniqueArray(group, { minLength: 3, maxLength: 30 });
  fc.assert(
    fc.property(groups, (groups) => {
      const svg = mapOf(groups);
      const legend = svg.slice(svg.lastIndexOf("<svg "));
      const [, top, width, height] = legend.match(/^<svg y="(\d+)" viewBox="0 0 (\d+) (\d+)"/)!.map(Number);
      assertEquals(Number(svg.match(/ height="(\d+)"/)![1]), top! + height!);
      const texts = [...legend.matchAll(/<text transform="translate\(([\d.]+),([\d.]+)\)"[^>]*>([^<]*)</g)]
        .map(([, x, y, text]) => ({ x: Number(x), y: Number(y), text: text! }));
      assertEquals(texts.map(({ text }) => text).toSorted(), groups.toSorted());
      const ends = texts.map(({ x, text }) => x + 6 * text.length);
      texts.forEach(({ x, y }, at) => {
        assert(ends[at]! < width! && y + 6 < height!);
        const before = texts[at - 1];
        assert(before === undefined || (before.y === y ? ends[at - 1]! < x : before.y + 12 < y));
      });
    }),
    { numRuns: 20 },
  );
});
