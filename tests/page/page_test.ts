/// <reference lib="dom" />
/**
 * Tests of the page in a real browser: that it is whole without anything else, and does what it says.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import type { Page } from "puppeteer-core";
import { compareDocuments } from "../../lib/compare/comparison.ts";
import { judge } from "../../lib/compare/gate.ts";
import { parseResultDocument } from "../../lib/result/result_document.ts";
import { reportHtml } from "../../lib/page/page.ts";
import { parseSource } from "../../lib/page/source.ts";
import { comparisonJson } from "../../lib/report/comparison_json.ts";
import { temporaryDirectory } from "../run/files.ts";
import { testWhere } from "../main/kvlab.ts";
import { chromiumPath, type OpenPage, startBrowser, type TestBrowser } from "./browser.ts";
import { type ResultName, resultText } from "./results.ts";
import { sweepText } from "./sweeps.ts";

const CONFIGURATIONS = 60;
const BYTES_MAX = 1_000_000;
const DRAWN_MS_MAX = 1000;

const chromium = chromiumPath();
const missing = chromium === undefined ? "there is no Chromium, or CHROMIUM does not name it" : undefined;

function sourceOf(name: ResultName) {
  return parseSource(`${name}.json`, resultText(name));
}

/** The page of a sweep, and one of single results. */
function writePages(directory: string): { sweep: string; single: string; several: string } {
  const paths = {
    sweep: `${directory}/sweep.html`,
    single: `${directory}/single.html`,
    several: `${directory}/several.html`,
  };
  const sweep = parseSource("sweep.jsonl", sweepText({ configurations: CONFIGURATIONS, runs: 6 }));
  Deno.writeTextFileSync(paths.sweep, reportHtml([sweep]));
  Deno.writeTextFileSync(paths.single, reportHtml([sourceOf("open_loop")]));
  Deno.writeTextFileSync(paths.several, reportHtml((["memory", "log", "crash", "comparison"] as const).map(sourceOf)));
  return paths;
}

Deno.test("the page says first of a result that it failed, and so does that of a comparison with one", () => {
  const failed = JSON.stringify({ ...JSON.parse(resultText("commit")), failed: "Cannot put: <OOM>" });
  const source = parseSource("failed.json", failed);
  const comparison = comparisonJson(compareDocuments([
    parseResultDocument("whole.json", resultText("commit")),
    parseResultDocument("failed.json", failed),
  ]));
  for (const sources of [[source], [parseSource("c.json", comparison)]]) {
    const page = reportHtml(sources);
    const said = page.indexOf("it failed, its figures are of the time until then: Cannot put: &lt;OOM&gt;");
    assertGreater(said, 0);
    const figures = page.indexOf("ops/s", page.indexOf("<main>"));
    assertLess(said, figures);
  }
});

Deno.test("the page calls ends, power cuts and failovers what they are, and says what each was allowed to cost", () => {
  const words = [
    ["process_crash", "kills cost no more than the gauge said", "12 kills", "Real kills"],
    ["power_loss", "power cuts cost no more than the gauge said", "12 power cuts", "Real power cuts"],
    ["orderly_end", "orderly ends cost nothing", "12 orderly ends", "Real orderly ends"],
  ] as const;
  for (const [failure, ...expected] of words) {
    const text = JSON.stringify({ ...JSON.parse(resultText("crash")), failure, held: false });
    const page = reportHtml([parseSource("crash.json", text)]);
    for (const one of expected) assertStringIncludes(page, one);
    assertStringIncludes(page, `at least one ${expected[1].slice(3, -1)} cost more than was promised`);
  }
});

Deno.test("the page speaks of a gauge only where there is one, and gives options as a person reads them", () => {
  const crash = JSON.parse(resultText("crash"));
  const rows = crash.rows.map(({ gauge: _, ...row }: Record<string, unknown>) => row);
  const options = { ...crash.options, output: null, shares: { read: 0.5, read_modify_write: 0.5 } };
  const page = reportHtml([parseSource("crash.json", JSON.stringify({ ...crash, rows, options }))]);
  const [kills = ""] = page.match(/<section id="kills"[^]*?<\/section>/) ?? [];
  assertStringIncludes(kills, "what it really cost");
  assert(!kills.includes("gauge"));
  assertStringIncludes(page, "kills cost no more than promised");
  assertMatch(page, /<dt>shares<\/dt>\s*<dd>read 0.5, read-modify-write 0.5<\/dd>/);
  assert(!page.includes("<dt>output</dt>"));
});

Deno.test("the page says first what limits of a comparison were exceeded, and all of them beside its table", () => {
  const document = (path: string, factor: number) => {
    const run = JSON.parse(resultText("memory"));
    const runs = [1, 2, 3, 4].map((at) => ({ ...run, total_ops_per_sec: factor * (run.total_ops_per_sec + at) }));
    return parseResultDocument(path, JSON.stringify({ ...run, runs }));
  };
  const comparison = compareDocuments([document("a.json", 1), document("b.json", 0.5), document("c.json", 1)]);
  const page = reportHtml([parseSource("c.json", comparisonJson(comparison, judge(comparison, { slower: 0.03 })))]);
  const exceeded = "exceeded: b is 50% slower than a (p = 0.029), 3% allowed";
  const [head = "", table = "", ...others] = page.split(exceeded);
  assertEquals(others.length, 1);
  assertStringIncludes(head, "What went wrong");
  assert(!head.includes("held: c is 0% faster than a"));
  assertStringIncludes(table + others[0], "held: c is 0% faster than a");
});

testWhere(missing, "the report in Chromium", async () => {
  using directory = temporaryDirectory();
  const paths = writePages(directory.path);
  await using browser = await startBrowser(chromium ?? "");
  await testSweep(browser, paths.sweep);
  await testOthers(browser, paths);
});

async function testSweep(browser: TestBrowser, path: string): Promise<void> {
  assertLess(Deno.statSync(path).size, BYTES_MAX);
  const opened = await browser.open(path, { width: 1400, scheme: "light" });
  const { page } = opened;
  await assertMarks(page);
  await assertNames(page);
  await assertSwitches(page);
  await assertHover(page);
  await assertKeys(page);
  await assertTables(page);
  await assertEscaped(page);
  await assertAccessible(page);
  assertQuiet(opened);
  await page.close();
  assertLess(opened.drawnMs, DRAWN_MS_MAX);
  assertGreater(opened.drawnMs, 1);
  for (const screen of [{ width: 1400, scheme: "dark" }, { width: 400, scheme: "light" }] as const) {
    const other = await browser.open(path, screen);
    await assertFits(other.page);
    await assertAccessible(other.page);
    if (screen.width === 400) await assertTap(other.page);
    assertQuiet(other);
    await other.page.close();
  }
}

async function testOthers(browser: TestBrowser, paths: { single: string; several: string }): Promise<void> {
  for (const path of [paths.single, paths.several]) {
    for (const screen of [{ width: 1400, scheme: "dark" }, { width: 400, scheme: "light" }] as const) {
      const opened = await browser.open(path, screen);
      await assertFits(opened.page);
      await assertAccessible(opened.page);
      assertQuiet(opened);
      await opened.page.close();
    }
  }
  const { page } = await browser.open(paths.single, { width: 1400, scheme: "light" });
  const titles = await page.$$eval("h2", (headings) => headings.map(({ textContent }) => textContent));
  assertEquals(titles, [
    "In short",
    "Latency by percentile",
    "Over time",
    "Where the time went",
    "Bytes written per byte put",
    "All figures",
    "Measured on",
  ]);
  const empty = await page.$$eval(
    ".wide svg.plot, .series svg.plot",
    (pictures) => pictures.filter((picture) => picture.querySelectorAll("path, circle, rect").length < 3).length,
  );
  assertEquals(empty, 0, "pictures without marks");
}

function assertQuiet({ messages, requests }: OpenPage): void {
  assertEquals(messages, []);
  assertEquals(requests, []);
}

/** Each picture has what it is of. */
async function assertMarks(page: Page): Promise<void> {
  const marks = await page.evaluate(() => {
    const count = (selector: string) => document.querySelectorAll(selector).length;
    const views = [...document.querySelectorAll(".map [data-view]")];
    return {
      views: views.map((view) => view.querySelectorAll(".wide [data-configuration]").length),
      latency: count("#latency .wide path[data-configuration]"),
      series: count("#series .series svg"),
      time: count("#time .wide rect[data-configuration]"),
      amplification: count("#amplification .wide circle[data-configuration]"),
      kills: count("#kills .wide circle[data-configuration]"),
      reopen: count("#reopen .wide circle[data-configuration]"),
      noise: count("#noise .wide circle[data-configuration]"),
      rows: count("#configurations tbody tr"),
    };
  });
  assertEquals(marks.views, [60, 60, 60, 60]);
  assertEquals(marks.kills, 24);
  assertEquals(marks.reopen, 24);
  assertEquals(marks.noise, 360);
  assertEquals(marks.rows, 60);
  for (const [name, count] of Object.entries(marks)) {
    if (typeof count === "number") assertGreater(count, 0, name);
  }
}

/**
 * On the wide map, the frontier's names say what tells them from the others, in the picture and apart from each other.
 */
async function assertNames(page: Page): Promise<void> {
  const names = await page.evaluate(() => {
    const svg = document.querySelector(".map [data-view]:not([hidden]) .wide svg.plot");
    const { left, right } = svg?.getBoundingClientRect() ?? { left: 0, right: 0 };
    return [...svg?.querySelectorAll("text") ?? []].filter(({ textContent }) => /c\d\d\)?$/.test(textContent ?? ""))
      .map((text) => {
        const box = text.getBoundingClientRect().toJSON() as Record<"left" | "right" | "top" | "bottom", number>;
        return { text: text.textContent ?? "", box, isInside: box.left >= left && box.right <= right };
      });
  });
  assertGreater(names.filter(({ text }) => /^[a-z0-9 ,]+ \(c\d\d\)$/.test(text)).length, 0);
  for (const [at, { text, box, isInside }] of names.entries()) {
    assert(isInside, `${text} is cut off`);
    for (const other of names.slice(at + 1)) {
      const isApart = other.box.left > box.right || box.left > other.box.right || other.box.top > box.bottom ||
        box.top > other.box.bottom;
      assert(isApart, `${text} and ${other.text} overlap`);
    }
  }
}

/** Each of the switches' positions shows one view, and another one than the others. */
async function assertSwitches(page: Page): Promise<void> {
  const shown = () =>
    page.$$eval(
      ".map [data-view]",
      (views) => views.filter((view) => view.checkVisibility()).map((view) => view.getAttribute("data-view")),
    );
  const seen = [await shown()];
  for (const choice of ["power_loss", "writes", "process_crash", "age_ms"]) {
    await page.click(`.map input[value=${choice}]`);
    seen.push(await shown());
  }
  assertEquals(seen, [
    ["process_crash age_ms"],
    ["power_loss age_ms"],
    ["power_loss writes"],
    ["process_crash writes"],
    ["process_crash age_ms"],
  ]);
}

/** What the tip says, and whether all of it is in the window. */
function readTip(page: Page) {
  return page.$eval(".tip", (tip) => {
    const { left, top, right, bottom } = tip.getBoundingClientRect();
    const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    return { text: tip.textContent ?? "", isShown: tip.checkVisibility(), isInside };
  });
}

/** A point of the view that is shown. */
function pointOf(id: string, width: "wide" | "narrow"): string {
  return `.map [data-view]:not([hidden]) .${width} [aria-label*="(${id}):"]`;
}

async function assertHover(page: Page): Promise<void> {
  for (const id of ["c01", "c02", "c24"]) {
    const point = await page.waitForSelector(pointOf(id, "wide"));
    await point?.scrollIntoView();
    await point?.hover();
    const tip = await readTip(page);
    assert(tip.isShown, id);
    assert(tip.isInside, `the tip of ${id} is cut off`);
    assertStringIncludes(tip.text, `(${id}):`);
    assertStringIncludes(tip.text, "kvlab --threads=2");
    assertStringIncludes(tip.text, "ops/s");
  }
  await page.mouse.move(2, 2);
  assertEquals((await readTip(page)).isShown, false);
}

/** The tab key reaches the map, arrow keys each of its points, and Enter says all of one. */
async function assertKeys(page: Page): Promise<void> {
  await page.focus(".map input[value=age_ms]");
  await page.keyboard.press("Tab");
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-configuration") ?? "none");
  const seen = new Set([await focused()]);
  assert(!seen.has("none"), "the tab key does not reach a point");
  await page.keyboard.press("Home");
  for (let step = 0; step < CONFIGURATIONS; step++) {
    seen.add(await focused());
    assert((await readTip(page)).isShown, "the tip is not shown for the point with the focus");
    await page.keyboard.press("ArrowRight");
  }
  assertEquals(seen.size, CONFIGURATIONS);
  await page.keyboard.press("Enter");
  const index = Number(await focused());
  const detail = await page.$eval(".detail", ({ textContent }) => textContent ?? "");
  assertStringIncludes(detail, `c${String(index + 1).padStart(2, "0")}`);
  assertStringIncludes(detail, "promised for a process crash");
  await page.keyboard.press("Tab");
  assertEquals(await focused(), "none", "the tab key leaves the map");
}

async function assertTables(page: Page): Promise<void> {
  const shownIds = () =>
    page.$$eval(
      "#configurations-table tbody tr",
      (rows) =>
        rows.filter((row) => row.checkVisibility())
          .map((row) => row.querySelector<HTMLElement>("[data-value]")?.dataset.value ?? ""),
    );
  const medians = () =>
    page.$$eval(
      "#configurations-table tbody tr",
      (rows) => rows.map((row) => Number((row as HTMLTableRowElement).cells[2]?.dataset.value)),
    );
  const heading = await page.$("#configurations-table th:nth-child(3) button");
  await heading?.click();
  const descending = await medians();
  assertEquals(descending, descending.toSorted((a, b) => b - a));
  await heading?.click();
  assertEquals(await medians(), descending.toReversed());
  await page.type("#configurations-table-filter", "sqlite tied");
  assertEquals(await shownIds(), ["c10"]);
  await page.click("#configurations-table tbody tr:not([hidden]) .name");
  assertStringIncludes(await page.$eval(".detail", ({ textContent }) => textContent ?? ""), "c10");
  assertGreater((await page.$$(".map .chosen")).length, 0);
}

/** A text that looks like HTML is none. */
async function assertEscaped(page: Page): Promise<void> {
  const warnings = await page.$eval("#warnings", ({ textContent }) => textContent ?? "");
  assertStringIncludes(warnings, "Cannot open <script>alert(1)</script>");
  assertEquals((await page.$$("script")).length, 2);
}

/** The page is no wider than the window, and every text in a picture can be read. */
async function assertFits(page: Page): Promise<void> {
  const { excess, least } = await page.evaluate(() => {
    const texts = [...document.querySelectorAll("svg.plot text")].filter((text) =>
      text.checkVisibility() && text.textContent !== ""
    );
    const scales = texts.map((text) => (text as SVGTextElement).getScreenCTM()?.a ?? 0);
    const { scrollWidth, clientWidth } = document.documentElement;
    return { excess: scrollWidth - clientWidth, least: 12 * Math.min(...scales) };
  });
  assertEquals(excess, 0, "the page is wider than the window");
  assertGreater(least, 9, "a text of a picture is too small");
}

async function assertTap(page: Page): Promise<void> {
  const point = await page.waitForSelector(pointOf("c02", "narrow"));
  await point?.scrollIntoView();
  await point?.tap();
  assertStringIncludes(await page.$eval(".detail", ({ textContent }) => textContent ?? ""), "c02");
  assert((await readTip(page)).isInside);
}

const AXE = Deno.readTextFileSync(new URL(import.meta.resolve("axe-core")));

/** axe-core finds nothing that keeps anyone from using the page. */
async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- what the script above has added to the page
    const { violations } = await (globalThis as any).axe.run();
    // deno-lint-ignore no-explicit-any -- as above
    return violations.map(({ id, impact, nodes }: any) => ({ id, impact, node: nodes[0]?.html.slice(0, 200) }));
  });
  assertEquals(found.filter(({ impact }: { impact: string }) => impact === "serious" || impact === "critical"), []);
}

Deno.test("the page shows a result of an older kvlab, which kept no arguments, without a command", () => {
  const document = JSON.parse(resultText("log"));
  delete document.arguments;
  const page = reportHtml([parseSource("old.json", JSON.stringify(document))]);
  assertStringIncludes(page, "file, log");
  assertEquals(page.includes("<code>kvlab "), false);
  assertStringIncludes(reportHtml([parseSource("new.json", resultText("log"))]), "--layout=log");
});
