/**
 * An engine's directory: locked by one kvlab at a time, and marked with the engine's name, so that no other backend
 * uses it.
 *
 * @module
 */
import { allocatedBytes } from "../system/allocated_bytes.ts";
import { makeDirectory, namesIn } from "../directory/directory.ts";
import { takeLock } from "../system/directory_lock.ts";
import { type EngineMark, MARKER_NAME, readMark, writeMark } from "../directory/engine_marker.ts";
import { lookAt, syncDirectory, syncFile } from "../system/file_io.ts";
import { removeLeftDirectories, RUN_PREFIX } from "../directory/left_directories.ts";
import { PersistError } from "../system/persist_error.ts";
import { storeFileNames } from "../directory/store_files.ts";
import { checkFiles } from "../directory/store_record.ts";
import { makeTemporaryDirectory, removeTemporaryDirectory } from "../system/temporary_directory.ts";
import { afterFailure, afterFailureSync, thenCleanUp } from "../sync/clean_up.ts";
import type { PreparedEngine, StoreDirectory } from "./engine.ts";
import { EngineError } from "./engine_error.ts";

/** What tells a directory in which a store was made from one in which it is still to be made. */
export interface StoreSigns {
  /** The path in the directory of the file that the store cannot be without, and which is not empty once it is made. */
  readonly file: string;
  /** Names of which there is always one beside that file once the store is made, and what such a file is. */
  readonly companion?: { readonly name: RegExp; readonly what: string };
  /** Names of files beside that one which are never empty, but whose content the engine would not miss. */
  readonly filled?: RegExp;
  /** Whether a file beside that one shows that a store was there. */
  isSign(name: string, sizeBytes: number): boolean;
}

/** A directory that this process holds from {@linkcode EngineDirectory.open} to {@linkcode EngineDirectory.close}. */
export class EngineDirectory implements StoreDirectory {
  readonly path: string;
  readonly #isTemporary: boolean;
  readonly #lock: Deno.FsFile;
  #mark: EngineMark;
  #wasEmpty = true;
  #allocatedBytes: number | undefined;

  private constructor(path: string, options: { isTemporary: boolean; lock: Deno.FsFile; mark: EngineMark }) {
    this.path = path;
    this.#isTemporary = options.isTemporary;
    this.#lock = options.lock;
    this.#mark = options.mark;
  }

  /** Whether it held no store of the engine when it was opened. */
  get wasEmpty(): boolean {
    return this.#wasEmpty;
  }

  /** Bytes that it occupied when it was closed; undefined before that, or if the system does not tell. */
  get allocatedBytes(): number | undefined {
    return this.#allocatedBytes;
  }

  /**
   * Opens and locks an engine's directory, creating and marking it if necessary.
   *
   * @param output its path; if absent, a temporary directory that is removed on closing
   * @param signs of a store, which the engine would make anew if its main file was gone; absent if it has no such file
   * @throws {PersistError} when it cannot be used: not a directory, in use, or another backend's
   * @throws {EngineError} when a store was there of which the main file is gone; nothing is touched then
   */
  static open(engine: string, output: string | undefined, signs?: StoreSigns): EngineDirectory {
    const isTemporary = output === undefined;
    const path = isTemporary ? makeTemporaryDirectory(RUN_PREFIX) : makeDirectory(output, "full");
    if (isTemporary) removeLeftDirectories(path);
    const lock = takeLock(path);
    const directory = new EngineDirectory(path, { isTemporary, lock, mark: { engine } });
    try {
      const before = readMark(path);
      directory.#wasEmpty = before === undefined;
      directory.#mark = takeFor(path, { before, engine, signs });
    } catch (error) {
      afterFailureSync(() => directory.close());
      throw error;
    }
    return directory;
  }

  /**
   * Notes that the store has been made, if its main file is there: from now on that has to be, and may not be empty.
   * The file outlives a loss of power before the note does.
   *
   * @throws {PersistError} when that fails
   */
  made({ file }: StoreSigns): void {
    if (this.#isTemporary || this.#mark.file === file) return;
    const path = `${this.path}/${file}`;
    if ((lookAt(path)?.size ?? 0) === 0) return;
    syncFile(path);
    syncDirectory(parentOf(path));
    this.#mark = { engine: this.#mark.engine, file };
    writeMark(this.path, this.#mark);
  }

  close(): void {
    this.#allocatedBytes = allocatedBytes(this.path);
    this.#lock.close();
    if (this.#isTemporary) removeTemporaryDirectory(this.path);
  }
}

/**
 * Prepares an engine in a directory of its own, and notes that its store has been made.
 *
 * @param prepare does so in the directory of this path, which is closed after what it returns
 * @throws as {@linkcode EngineDirectory.open} does, and what `prepare` throws
 */
export async function prepareIn(
  engine: string,
  { output, signs }: { readonly output: string | undefined; readonly signs: StoreSigns | undefined },
  prepare: (path: string) => Omit<PreparedEngine, "directory"> | Promise<Omit<PreparedEngine, "directory">>,
): Promise<PreparedEngine> {
  const directory = EngineDirectory.open(engine, output, signs);
  try {
    const prepared = await prepare(directory.path);
    try {
      if (signs !== undefined) directory.made(signs);
    } catch (error) {
      await afterFailure(() => prepared.close());
      throw error;
    }
    return { ...prepared, directory, close: () => thenCleanUp(() => prepared.close(), () => directory.close()) };
  } catch (error) {
    await afterFailure(() => directory.close());
    throw error;
  }
}

/** Marks the directory, or checks that it already belongs to the engine and has what it says. */
function takeFor(
  path: string,
  { before: mark, engine, signs }: {
    readonly before: EngineMark | undefined;
    readonly engine: string;
    readonly signs: StoreSigns | undefined;
  },
): EngineMark {
  if (mark !== undefined && mark.engine !== engine) {
    throw new PersistError("use", path, `it holds a store of ${mark.engine}, not of ${engine}`);
  }
  if (mark?.file !== undefined) refuseUnmade(path, mark.file, signs);
  const sign = signs === undefined ? undefined : findSign(path, signs);
  if (signs !== undefined && sign !== undefined) refuseWithout(path, signs.file, `${sign} is there`);
  if (mark !== undefined) return mark;
  const [name] = storeFileNames(namesIn(path)).keys();
  if (name !== undefined) throw new PersistError("use", path, `it holds ${name}, which is the file backend's`);
  checkFiles(path, []);
  writeMark(path, { engine });
  return { engine };
}

/**
 * The engine itself would take an empty file for a store that is still to be made.
 *
 * @throws {EngineError} when a store that was made has lost its main file, or that file's content or companions
 */
function refuseUnmade(directory: string, file: string, signs: StoreSigns | undefined): void {
  const path = `${directory}/${file}`;
  const marker = `${directory}/${MARKER_NAME}`;
  refuseWithout(directory, file, `${marker} says that it was there`);
  const restore = "restore it, or remove what is left of the store";
  if (lookAt(path)?.size === 0) {
    throw new EngineError("use", path, `it is empty, though ${marker} says that it was not; ${restore}`);
  }
  const beside = parentOf(path);
  const { companion, filled } = signs ?? {};
  const emptied = filled &&
    namesIn(beside).find((name) => filled.test(name) && lookAt(`${beside}/${name}`)?.size === 0);
  if (emptied !== undefined) {
    throw new EngineError("use", `${beside}/${emptied}`, `it is empty, as it never is by itself; ${restore}`);
  }
  if (companion === undefined || namesIn(beside).some((name) => companion.name.test(name))) return;
  throw new EngineError("use", beside, `its ${companion.what} is gone, though ${path} is there; ${restore}`);
}

/** @throws {EngineError} when the file is gone */
function refuseWithout(directory: string, file: string, because: string): void {
  const path = `${directory}/${file}`;
  if (lookAt(path) !== undefined) return;
  throw new EngineError(
    "use",
    path,
    `it is missing, though ${because}; restore it, or remove what is left of the store`,
  );
}

/** The path of a file that shows that a store was there; `undefined` if there is none. */
function findSign(directory: string, { file, isSign }: StoreSigns): string | undefined {
  const beside = parentOf(`${directory}/${file}`);
  if (lookAt(beside) === undefined) return undefined;
  return namesIn(beside).map((name) => ({ name, path: `${beside}/${name}` }))
    .find(({ name, path }) => isSign(name, lookAt(path)?.size ?? 0))?.path;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
