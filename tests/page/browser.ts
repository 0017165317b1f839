/**
 * A browser for the tests of the report: Chromium, driven by Puppeteer, with a profile of its own.
 *
 * @module
 */
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { temporaryDirectory } from "../run/files.ts";

/** Where Chromium may be. */
const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const MS_PER_SEC = 1000;

/** How long something in a page may take. */
const TIMEOUT_MS = 60_000;

/** Where Chromium is; undefined where it is not. */
export function chromiumPath(): string | undefined {
  const named = Deno.env.get("CHROMIUM");
  return [...(named === undefined ? [] : [named]), ...PATHS].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** A page that a test has opened, and what happened while it was open. */
export interface OpenPage {
  readonly page: Page;
  /** Messages on the console, errors that nobody caught, and violations of the Content-Security-Policy. */
  readonly messages: readonly string[];
  /** What the page asked for beyond itself. */
  readonly requests: readonly string[];
  /**
   * Processor time that its thread took until all of it was drawn, in milliseconds: other work on the same processors
   * does not count.
   */
  readonly drawnMs: number;
}

/** How a page is shown. */
export interface Screen {
  readonly width: number;
  readonly scheme: "light" | "dark";
}

/** Starts a browser, which ends with the scope. */
export async function startBrowser(executablePath: string): Promise<TestBrowser> {
  const profile = temporaryDirectory();
  const browser = await puppeteer.launch({ executablePath, headless: true, userDataDir: profile.path, args: FLAGS });
  return new TestBrowser(browser, profile);
}

/** A browser that runs. */
export class TestBrowser implements AsyncDisposable {
  constructor(readonly browser: Browser, readonly profile: Disposable) {}

  /** Opens a file. */
  async open(path: string, { width, scheme }: Screen): Promise<OpenPage> {
    const page = await this.browser.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    const messages: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => messages.push(String(error)));
    page.on("request", (request) => {
      if (request.url() !== `file://${path}` && !request.url().startsWith("data:")) requests.push(request.url());
    });
    const session = await page.createCDPSession();
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.goto(`file://${path}`);
    // Drawn once, and no script of the page left to run.
    await page.evaluate(() =>
      new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))
    );
    const { metrics } = await session.send("Performance.getMetrics");
    const taskSec = metrics.find(({ name }) => name === "TaskDuration")?.value ?? Infinity;
    const drawnMs = taskSec * MS_PER_SEC;
    return { page, messages, requests, drawnMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    this.profile[Symbol.dispose]();
  }
}
