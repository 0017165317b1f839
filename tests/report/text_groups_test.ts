import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Block, blockLines, PLAIN, STYLED, TEXT_WIDTH, widthOf } from "../../lib/report/text_layout.ts";

Deno.test("blockLines() puts the label before the first line alone, and leaves out what says nothing", () => {
  const blocks: Block[] = [
    { label: "files", lines: [["120 of json", "625 MB"], [], ["drained"]] },
    { label: "empty", lines: [] },
    { label: "blank", lines: [[], []] },
    [],
    ["a  table", "1      2"],
    { label: "", lines: [["a note"]] },
  ];
  assertEquals(blockLines(blocks), [
    "files       120 of json, 625 MB",
    "            drained",
    "a  table",
    "1      2",
    "            a note",
  ]);
});

Deno.test("blockLines() breaks a full line after a phrase, and a long phrase at its spaces", () => {
  const word = "x".repeat(30);
  assertEquals(blockLines([{ label: "a", lines: [[word, word, word]] }]), [
    `a           ${word}, ${word},`,
    `              ${word}`,
  ]);
  const sentence = Array.from({ length: 30 }, (_, index) => `word${index}`).join(" ");
  const lines = blockLines([{ label: "b", lines: [["short", sentence]] }]);
  assertStrictEquals(lines.map((line) => line.slice(12).trim()).join(" "), `short, ${sentence}`);
  for (const line of lines) assertStrictEquals(widthOf(line) <= TEXT_WIDTH, true, line);
});

Deno.test("blockLines() uses the last column, and counts no escape sequences", () => {
  const fits = "y".repeat(TEXT_WIDTH - 12);
  assertEquals(blockLines([{ label: "a", lines: [[STYLED.bold(fits)]] }]), [`a           ${STYLED.bold(fits)}`]);
  const halves = [fits.slice(0, 33), fits.slice(0, 33)].map((half) => STYLED.bold(half));
  assertStrictEquals(blockLines([{ label: "a", lines: [halves] }]).length, 1);
});

Deno.test("blockLines() keeps a word that no line holds whole", () => {
  const path = "/".padEnd(100, "p");
  assertEquals(blockLines([{ label: "directory", lines: [[path]] }]), [`directory   ${path}`]);
});

Deno.test("widthOf() counts characters as a terminal shows them", () => {
  assertEquals(["", "µs", "𝛼", STYLED.bold("ab"), PLAIN.bold("ab")].map(widthOf), [0, 2, 1, 2, 2]);
});
