/**
 * Finds RocksDB's shared library where systems keep such.
 *
 * @module
 */
import { entriesIn, lookAt } from "../../system/file_io.ts";

/** What `librocksdb` is called, perhaps with the version that it is of. */
const NAME = Deno.build.os === "darwin" ? /^librocksdb([.\d]*)\.dylib$/ : /^librocksdb\.so([.\d]*)$/;

/** Where it may be, by preference. */
function directories(): string[] {
  const own = Deno.env.get(Deno.build.os === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH") ?? "";
  const usual = Deno.build.os === "darwin"
    ? ["/opt/homebrew/lib", "/usr/local/lib"]
    : ["/usr/local/lib", `/usr/lib/${Deno.build.arch}-linux-gnu`, "/usr/lib64", "/usr/lib"];
  return [...own.split(":").filter((directory) => directory !== ""), ...usual];
}

/** The path of the newest library in the first directory that has any; `undefined` if none has. */
export function findLibrary(places = directories()): string | undefined {
  for (const directory of places) {
    if (lookAt(directory)?.isDirectory !== true) continue;
    const [newest] = entriesIn(directory).map(({ name }) => name).filter((name) => NAME.test(name)).toSorted((a, b) =>
      byVersion(b, a)
    );
    if (newest !== undefined) return `${directory}/${newest}`;
  }
  return undefined;
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** Why it could not be found, and what would help. */
export const MISSING_LIBRARY = "there is none where libraries are; Debian has it in librocksdb-dev, Homebrew in " +
  "rocksdb, and --library=PATH names one elsewhere";
