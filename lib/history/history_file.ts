/**
 * Where a thread records its operations so that they outlive the process: a file, to which each is appended by one
 * write when it has ended. The page cache survives SIGKILL.
 *
 * @module
 */
import { openFile, readDirectory, writeAll } from "../system/file_io.ts";
import { PersistError } from "../system/persist_error.ts";
import { HistoryTape, OPERATIONS_MAX, type Track } from "./tape.ts";

/** Prefix of the files, followed by the thread's index. */
const PREFIX = "history-";

/** An operation in its file, as float64s in the order of what {@linkcode Track.add} takes. */
const FLOATS = 9;
const BYTES = FLOATS * Float64Array.BYTES_PER_ELEMENT;

/** What records the operations of a thread. */
export type Recording = Pick<Track, "keeps" | "tick" | "add">;

/** One thread's file. Its clock is that of a tape. */
export class HistoryFile implements Recording {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #clock: Track;
  readonly #floats = new Float64Array(FLOATS);
  readonly #bytes = new Uint8Array(this.#floats.buffer);

  constructor(directory: string, thread: number, clock: Track) {
    this.#path = `${directory}/${PREFIX}${thread}`;
    this.#file = openFile(this.#path, { append: true, create: true });
    this.#clock = clock;
  }

  keeps(): boolean {
    return true;
  }

  tick(): number {
    return this.#clock.tick();
  }

  add(...operation: Parameters<Track["add"]>): void {
    this.#floats.set(operation);
    writeAll(this.#file, this.#path, this.#bytes);
  }
}

/**
 * Reads what the threads of a process have left, onto a tape.
 *
 * @throws {PersistError} when that fails
 */
export function readHistoryFiles(directory: string, threads: number): HistoryTape {
  const all = Array.from({ length: threads }, () => new Float64Array());
  try {
    for (const { name } of readDirectory(directory)) {
      if (!name.startsWith(PREFIX)) continue;
      const bytes = Deno.readFileSync(`${directory}/${name}`);
      const whole = Math.floor(bytes.length / BYTES) * FLOATS;
      all[Number(name.slice(PREFIX.length))] = new Float64Array(bytes.buffer, 0, whole);
    }
  } catch (error) {
    throw error instanceof PersistError ? error : new PersistError("read", directory, error);
  }
  const most = all.reduce((most, { length }) => Math.max(most, length / FLOATS), 1);
  const tape = HistoryTape.create(threads, Math.min(OPERATIONS_MAX, threads * most));
  for (const [thread, floats] of all.entries()) {
    const track = tape.track(thread);
    for (let at = 0; at < floats.length; at += FLOATS) {
      const operation = floats.subarray(at, at + FLOATS) as unknown as Parameters<Track["add"]>;
      if (track.keeps(operation[2])) track.add(...operation);
    }
  }
  return tape;
}
