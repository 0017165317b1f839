/**
 * Hurries the write-back of files that nobody syncs: of one after the other, chosen by chance, the system is told to
 * begin to write what is unwritten, as it would by itself half a minute later. Nothing is waited for and nothing
 * flushed. So what is lost in a cut is not simply all that was not synced, but some of it, in any order.
 *
 * @module
 */
import { readDirectory } from "../system/file_io.ts";
import { delay } from "../sync/delay.ts";
import { libC, OPEN_READ } from "./libc.ts";

/** How long to wait before the next file, at most, in milliseconds. */
const PAUSE_MS_MAX = 20;

/** Writes back the files in a directory, and in those that are in it, until it is told to stop. */
export class WriteBack {
  readonly #over: Promise<void>;
  #isStopped = false;

  constructor(directory: string) {
    this.#over = this.#run(directory);
  }

  /** Resolves when no file is open any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#over;
  }

  async #run(directory: string): Promise<void> {
    while (!this.#isStopped) {
      await delay(Math.random() * PAUSE_MS_MAX);
      try {
        await begin(chosenIn(directory));
      } catch {
        // The file has gone meanwhile.
      }
    }
  }
}

async function begin(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const libc = libC();
  const fd = libc.open(path, OPEN_READ);
  try {
    await libc.beginWriteBack(fd);
  } finally {
    libc.close(fd);
  }
}

/** The path of a file; `undefined` if there is none where chance has led. */
function chosenIn(directory: string): string | undefined {
  const entries = readDirectory(directory).filter(({ isFile, isDirectory }) => isFile || isDirectory);
  const entry = entries[Math.floor(Math.random() * entries.length)];
  if (entry === undefined) return undefined;
  const path = `${directory}/${entry.name}`;
  return entry.isDirectory ? chosenIn(path) : path;
}
