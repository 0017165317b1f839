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

/**
 * Builds modules, each with faults and marks of its own. A module that is the same in two builds, down to all that it
 * imports, is the same file, so that whoever has loaded one build loads of the next only what differs.
 */
export class Builder implements Disposable {
  readonly #directory = Deno.makeTempDirSync({ prefix: "kvlab-test-" });
  readonly #sources = new Map<string, string>();
  /** What was there before types were stripped, and then. */
  readonly #stripped = new Map<string, string>();
  /** URLs of what is written, by path and text. */
  readonly #urls = new Map<string, string>();

  /** Builds a module with all that it imports; returns its URL. */
  build(path: string, options: BuildOptions = {}): string {
    const { patches = [], marked = [] } = options;
    const built = new Map<string, string>();
    const url = this.#build(path, options, built);
    for (const changed of [...patches.map(({ path }) => path), ...marked]) {
      if (!built.has(changed)) throw new Error(`${path} does not import ${changed}, which is to be changed`);
    }
    return url;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }

  /** @param built URLs of what this build has so far, by path */
  #build(path: string, options: BuildOptions, built: Map<string, string>): string {
    const known = built.get(path);
    if (known !== undefined) return known;
    const text = this.#script(path, options).replaceAll(
      /(\bfrom |\bimport\(|^import )"([^"]+)"/gm,
      (_, before: string, specifier: string) => {
        if (!specifier.startsWith(".")) return `${before}"${import.meta.resolve(specifier)}"`;
        const imported = new URL(specifier, `file:///${path}`).pathname.slice(1);
        return `${before}"${this.#build(imported, options, built)}"`;
      },
    );
    const url = this.#written(path, text);
    built.set(path, url);
    return url;
  }

  /** A module as JavaScript, with what it is to have planted and marked. */
  #script(path: string, { patches = [], marked = [] }: BuildOptions): string {
    let text = kept(this.#sources, path, () => Deno.readTextFileSync(new URL(path, ROOT)));
    for (const patch of patches) if (patch.path === path) text = patched(text, patch);
    const script = kept(this.#stripped, text, () => stripTypeScriptTypes(text));
    return marked.includes(path) ? withMarks(script) : script;
  }

  #written(path: string, text: string): string {
    return kept(this.#urls, `${path} ${text}`, () => {
      const target = `${this.#directory}/${this.#urls.size}/${path.replace(/\.ts$/, ".js")}`;
      Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(target, text);
      return `file://${target}`;
    });
  }
}

/** What a map has for a key; what it has not is made. */
function kept(map: Map<string, string>, key: string, make: () => string): string {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
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
