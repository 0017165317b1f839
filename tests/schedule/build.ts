/**
 * Builds of what is tested: the modules that a scenario loads, with their faults planted and their marks set. They are
 * written to a temporary directory as JavaScript, so that nothing compiles them.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";

/** The repository. */
const ROOT = new URL("../../", import.meta.url);

/** A change of one module's text. */
export interface Patch {
  /** The module's path in the repository. */
  readonly path: string;
  /** What is there exactly once, and what stands there instead. */
  readonly from: string;
  readonly to: string;
}

/** What is done to the modules. */
export interface BuildOptions {
  readonly patches?: readonly Patch[];
  /** Paths of modules in whose plain reads and writes of shared memory others may go on. */
  readonly marked?: readonly string[];
}

/** The modules of one build. */
export class Build implements Disposable {
  readonly #directory = Deno.makeTempDirSync({ prefix: "kvlab-test-" });
  readonly #options: BuildOptions;
  readonly #built = new Set<string>();

  constructor(options: BuildOptions = {}) {
    this.#options = options;
  }

  /** Builds a module with all that it imports; returns its URL. */
  add(path: string): string {
    this.#add(path);
    const { patches = [], marked = [] } = this.#options;
    for (const changed of [...patches.map(({ path }) => path), ...marked]) {
      if (!this.#built.has(changed)) throw new Error(`${path} does not import ${changed}, which is to be changed`);
    }
    return new URL(scriptOf(path), `file://${this.#directory}/`).href;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }

  #add(path: string): void {
    if (this.#built.has(path)) return;
    this.#built.add(path);
    const { patches = [], marked = [] } = this.#options;
    let text = Deno.readTextFileSync(new URL(path, ROOT));
    for (const patch of patches) if (patch.path === path) text = patched(text, patch);
    text = stripTypeScriptTypes(text);
    if (marked.includes(path)) text = withMarks(text);
    const target = `${this.#directory}/${scriptOf(path)}`;
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    const imported: string[] = [];
    text = text.replaceAll(/(\bfrom |\bimport\(|^import )"([^"]+)"/gm, (_, before: string, specifier: string) => {
      if (!specifier.startsWith(".")) return `${before}"${import.meta.resolve(specifier)}"`;
      imported.push(new URL(specifier, `file:///${path}`).pathname.slice(1));
      return `${before}"${scriptOf(specifier)}"`;
    });
    Deno.writeTextFileSync(target, text);
    for (const each of imported) this.#add(each);
  }
}

function scriptOf(path: string): string {
  return path.replace(/\.ts$/, ".js");
}

function patched(text: string, { path, from, to }: Patch): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} times what is patched: ${from}`);
  return parts.join(to);
}

/** An access to an array, which may be shared memory. */
const ACCESS = /[\w)]\[[^\]]/;
/** What a statement begins with that a mark may go before. */
const STATEMENT = /^\s+(?!case\b|default\b|else\b|static\b|get\b|async\b)[A-Za-z#]/;
/** A loop of one statement, in one line. */
const LOOP = /^(\s+(?:for|while) \(.*\) )([\w.#]+(?:\[| =|\().*;)$/;

/** Sets a mark before each statement that accesses an array, and in each round of a loop in one line. */
export function withMarks(text: string): string {
  let isBetween = false;
  return text.split("\n").map((line) => {
    const isAfterStatement = isBetween;
    const code = line.trim();
    const isComment = /^(\/\/|\/\*|\*)/.test(code);
    if (code !== "" && !isComment) isBetween = /[;{}]$/.test(code);
    if (isComment || !isAfterStatement || !ACCESS.test(line) || !STATEMENT.test(line)) return line;
    const looped = line.replace(LOOP, "$1{ kvlabMark(); $2 }");
    return looped.replace(/^\s+/, "$&kvlabMark(); ");
  }).join("\n");
}
