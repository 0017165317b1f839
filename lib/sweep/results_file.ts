/**
 * The results file of a sweep. Each line is appended and synced before the next run begins, so that nothing finished is
 * ever run again. `lines.ts` documents the lines.
 *
 * @module
 */
import { lookAt, openFile, readText, removeQuietly, syncData, syncDirectory, writeAll } from "../system/file_io.ts";
import { parseJson } from "../system/json_text.ts";
import { PersistError } from "../system/persist_error.ts";
import { type Fields, fieldsIn, isFields, textIn } from "../result/json.ts";
import { type SummaryLine, SWEEP_KIND, SWEEP_VERSION, type SweepHeader, type SweepLine } from "./lines.ts";
import { calledText, configurationNames } from "./names.ts";

/** The contents of a results file. */
export interface SweepFileContent {
  readonly header: SweepHeader;
  /** Those after the header, in order. */
  readonly lines: readonly SweepLine[];
  /** Whether a crash tore the last line while it was being written; it is not among the lines. */
  readonly isTorn: boolean;
}

const LINE_END = "\n";
/** The beginning of every results file. */
const FIRST_BYTES = `{"kind":${JSON.stringify(SWEEP_KIND)},`;

/** A results file open for writing. Only one process has it at a time. */
export class SweepFile {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Creates the file, with its header.
   *
   * @throws {PersistError} when it already exists or cannot be written
   */
  static create(path: string, header: SweepHeader): SweepFile {
    refuseExisting(path);
    const file = new SweepFile(path, openFile(path, { createNew: true, write: true, append: true }));
    file.#lock();
    try {
      file.#append(header);
      syncDirectory(directoryOf(path));
      return file;
    } catch (error) {
      file.close();
      removeQuietly(path);
      throw error;
    }
  }

  /**
   * Opens a file to continue it. A torn line at its end is cut off. A file whose first line is torn holds nothing yet
   * and starts over.
   *
   * @param header for a file that starts over
   * @throws {PersistError} when there is none, it cannot be read or written, is damaged, or another process has it
   */
  static resume(path: string, header: SweepHeader): { readonly file: SweepFile; readonly content: SweepFileContent } {
    if (!isThere(path)) {
      throw new PersistError("resume", path, "there is no such file, so nothing to resume: start without --resume");
    }
    const file = new SweepFile(path, openFile(path, { read: true, write: true, append: true }));
    try {
      file.#lock();
      const text = readText(path);
      if (isTornFirstLine(text)) {
        file.#cutOff(text);
        file.#append(header);
        return { file, content: { header, lines: [], isTorn: true } };
      }
      const content = parseSweepFile(path, text);
      if (content.isTorn) file.#cutOff(text);
      return { file, content };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Appends a line, which is on the device when this returns.
   *
   * @throws {PersistError} when that fails
   */
  append(line: SweepLine): void {
    this.#append(line);
  }

  close(): void {
    this.#file.close();
  }

  #append(line: SweepHeader | SweepLine): void {
    writeAll(this.#file, this.#path, new TextEncoder().encode(JSON.stringify(line) + LINE_END));
    syncData(this.#file, this.#path);
  }

  #lock(): void {
    if (!this.#file.tryLockSync(true)) throw new PersistError("write", this.#path, "another kvlab is writing it");
  }

  #cutOff(text: string): void {
    const whole = text.slice(0, text.lastIndexOf(LINE_END) + 1);
    try {
      this.#file.truncateSync(new TextEncoder().encode(whole).length);
    } catch (error) {
      throw new PersistError("truncate", this.#path, error);
    }
    syncData(this.#file, this.#path);
  }
}

/** @throws {PersistError} when something exists at the path */
function refuseExisting(path: string): void {
  if (!isThere(path)) return;
  throw new PersistError("create", path, "it already exists: continue it with --resume, or name another file");
}

/** Whether something is at the path: a file, or a link even to nothing. */
function isThere(path: string): boolean {
  return lookAt(path) !== undefined;
}

/**
 * Parses the lines, leaving out blank ones. Only the last may be torn, in which case it has no line end.
 *
 * @param path where the text comes from, for errors
 * @throws {PersistError} when it contains anything else
 */
export function parseSweepFile(path: string, text: string): SweepFileContent {
  const refuse = (line: number, reason: string) => new PersistError("read", path, `line ${line} ${reason}`);
  const whole = text.split(LINE_END);
  const isTorn = whole.pop()?.trim() !== "";
  const objects = whole.flatMap((line, index): { number: number; value: unknown }[] => {
    if (line.trim() === "") return [];
    try {
      return [{ number: index + 1, value: parseJson(line) }];
    } catch (error) {
      throw refuse(index + 1, `is damaged: ${error instanceof RangeError ? error.message : "it is not JSON"}`);
    }
  });
  // What they are is checked below.
  const [header, ...lines] = objects.map(({ value }) => value) as [SweepHeader?, ...SweepLine[]];
  if (header === undefined) throw new PersistError("read", path, "it holds no sweep yet: its first line is missing");
  if (header?.kind !== SWEEP_KIND) throw refuse(1, "does not begin a sweep");
  if (header.version !== SWEEP_VERSION) throw refuse(1, `is of version ${header.version}, must be ${SWEEP_VERSION}`);
  if (!isHeader({ ...header })) throw refuse(1, "is not a whole header of a sweep");
  const ids = new Set((header as SweepHeader).configurations.map(({ id }) => id));
  for (const { number, value } of objects.slice(1)) {
    const damage = damageOf(value, ids);
    if (damage !== undefined) throw refuse(number, `is damaged: ${damage}`);
  }
  const named = withNames(header);
  return {
    header: named,
    lines: lines.map((line) => line.kind === "summary" ? withAnswered(line, named) : line),
    isTorn,
  };
}

/** Whether everything is there that is read of it, but for the names. */
function isHeader(header: Fields): boolean {
  const { configurations, load_args: loadArgs } = header;
  return fieldsIn(header, "options") !== undefined && fieldsIn(header, "machine") !== undefined &&
    ["kvlab", "started_at"].every((name) => textIn(header, name) !== undefined) && Array.isArray(loadArgs) &&
    Array.isArray(configurations) && configurations.length > 0 && configurations.every(isEntry);
}

function isEntry(value: unknown): boolean {
  return isFields(value) && ["id", "command", "backend"].every((name) => textIn(value, name) !== undefined) &&
    Array.isArray(value.args) && value.args.every((arg) => typeof arg === "string");
}

/** A header with its configurations' names, which kvlab did not write at first. */
function withNames(header: SweepHeader): SweepHeader {
  const names = configurationNames(header.configurations);
  const configurations = header.configurations.map((entry, index) => ({ ...entry, name: names[index] ?? entry.id }));
  return { ...header, configurations };
}

/** A summary that says whom it answers with; at first that was in its sentences, as an id with its command. */
function withAnswered(summary: SummaryLine, { configurations }: SweepHeader): SummaryLine {
  if (Array.isArray(summary.answered)) return summary;
  const sentences = summary.answer.split("\n").map((sentence) => {
    const entry = configurations.find(({ id, command }) => sentence.includes(`${id} \`${command}\``));
    if (entry === undefined) return { sentence, id: null };
    return { sentence: sentence.replace(`${entry.id} \`${entry.command}\``, calledText(entry)), id: entry.id };
  });
  return {
    ...summary,
    answer: sentences.map(({ sentence }) => sentence).join("\n"),
    answered: sentences.map(({ id }) => id),
  };
}

/** Whether the text is what a crash leaves of a file whose first line was not complete yet. */
function isTornFirstLine(text: string): boolean {
  return !text.includes(LINE_END) && (text.startsWith(FIRST_BYTES) || FIRST_BYTES.startsWith(text));
}

/** What is wrong with a line, if anything. */
function damageOf(line: unknown, ids: ReadonlySet<string>): string | undefined {
  const { kind, configuration, round, took_ms: tookMs, result, ...others } = isFields(line) ? line : {};
  if (kind === "summary") {
    return Array.isArray(others.configurations) && typeof others.answer === "string" ? undefined : "it is not whole";
  }
  if (kind !== "run" && kind !== "failure" && kind !== "crash") return `no line is of kind ${JSON.stringify(kind)}`;
  if (typeof configuration !== "string" || !ids.has(configuration)) {
    return `there is no configuration ${JSON.stringify(configuration)}`;
  }
  if (typeof tookMs !== "number") return "took_ms is missing";
  if (kind !== "crash" && !(Number.isSafeInteger(round) && Number(round) > 0)) return "round is missing";
  if (kind === "run" && (typeof result !== "object" || result === null)) return "result is missing";
  return undefined;
}

function directoryOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, Math.max(1, end));
}
