/**
 * Finds the programs of a PostgreSQL.
 *
 * @module
 */
import { HarnessError } from "../engine_error.ts";
import { isFile, pathDirectories } from "../server/in_path.ts";

/** Where packages put the programs of each version: the directories above and below its own, and what that is named. */
const USUAL_PLACES = [
  ["/usr/lib/postgresql", "/bin"],
  ["/usr", "/bin", /^pgsql-/],
  ["/opt/homebrew/opt", "/bin", /^postgresql(@|$)/],
  ["/usr/local", "/bin", /^pgsql$/],
] as const;

/** What a machine lacks that has none, and where it comes from. */
export const MISSING_PROGRAMS =
  "there is no program postgres in PATH or /usr/lib/postgresql/*/bin (Debian: apt-get install postgresql)";

/** What has to be in the directory. */
const NEEDED = ["postgres", "initdb"] as const;

/**
 * The directory of PostgreSQL's programs: the given one, the first in PATH, or that of the newest version where
 * packages put them.
 *
 * @param given empty to look for it
 * @throws {HarnessError} when they are not there
 */
export function programsOf(given: string): string {
  if (given !== "") {
    const directory = given.startsWith("/") ? given : `${Deno.cwd()}/${given}`;
    const missing = NEEDED.find((name) => !isFile(`${directory}/${name}`));
    if (missing === undefined) return directory;
    throw new HarnessError("start", "postgres", `there is no program ${given}/${missing}, must be in --spawn=DIR`);
  }
  const found = findPrograms();
  if (found !== undefined) return found;
  throw new HarnessError("start", "postgres", `${MISSING_PROGRAMS}, or name its directory with --spawn=DIR`);
}

/** The directory of the first programs in PATH, or else of the newest where packages put them. */
export function findPrograms(): string | undefined {
  return [...pathDirectories().map(behindLinks), ...usualDirectories()].find(hasPrograms);
}

/** The directory that the first program is in, if the given one only has a link to it: the others may have none. */
function behindLinks(directory: string): string {
  try {
    const path = Deno.realPathSync(`${directory}/${NEEDED[0]}`);
    return path.slice(0, path.lastIndexOf("/"));
  } catch {
    return directory;
  }
}

function usualDirectories(): string[] {
  return USUAL_PLACES.flatMap(([parent, suffix, pattern = /^\d/]) =>
    namesIn(parent).filter((name) => pattern.test(name))
      .toSorted((a, b) => versionIn(b) - versionIn(a))
      .map((name) => `${parent}/${name}${suffix}`)
  );
}

function versionIn(name: string): number {
  return Number(/[\d.]+$/.exec(name)?.[0] ?? 0);
}

function hasPrograms(directory: string): boolean {
  return NEEDED.every((name) => isFile(`${directory}/${name}`));
}

function namesIn(directory: string): string[] {
  try {
    return Array.from(Deno.readDirSync(directory), ({ name }) => name);
  } catch {
    return [];
  }
}
