/**
 * Builds the executable: `deno compile`, told to leave out of the npm packages what kvlab never loads.
 *
 * By itself, `deno compile` embeds every package of the lock file, those of tests too, and each whole: with types,
 * source maps, documents, and native code for other systems.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };

/** The top of the repository, which paths are relative to. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The files of a package that can be loaded, and its licence, which goes where the package goes. */
const KEPT = /\.(js|cjs|mjs|json|node|wasm)$|^licen[cs]e/i;

/** What is made for browsers, from the files that are loaded here. */
const FOR_BROWSERS = /\.(min|umd)\.[cm]?js$/;

/** Folders of what packages try and measure themselves with. */
const UNUSED_FOLDERS = /^(tests?|__fixtures__|bench)$/;

/**
 * Native code that Deno cannot load: for one version of Node's V8 alone, or for a C library that Deno is not built on.
 */
const FOREIGN = /\.(abi\d+|musl)\.(.+\.)?node$/;

/** Where packages keep native code, in a folder for each system, such as `linux-x64` or `darwin-x64+arm64`. */
const PREBUILDS = "prebuilds";

/** What `deno info --json` says of a program. */
interface Info {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** The packages' keys. */
  readonly dependencies: readonly string[];
  readonly registryUrl: string;
  /** Where it is; older versions of Deno leave it to be guessed. */
  readonly localPath?: string;
}

/**
 * The arguments of Deno that build an executable, with the permissions that `deno task start` gives.
 *
 * @param output where it goes
 */
export async function compileArguments(output: string): Promise<string[]> {
  const excluded = (await unusedPaths()).flatMap((path) => ["--exclude", path]);
  return ["compile", "--quiet", "--allow-all", ...excluded, "--output", output, "main.ts"];
}

/**
 * The paths within the packages of the lock file that the executable does not need. Packages for other systems are in
 * the lock file too, but not here.
 */
async function unusedPaths(): Promise<string[]> {
  const { npmCache } = await infoOf();
  const infos = await Promise.all(["main.ts", ...denoJson.compile.include].map((root) => infoOf(root)));
  const packages = Object.assign({}, ...infos.map(({ npmPackages }) => npmPackages)) as Info["npmPackages"];
  const used = new Set(infos.flatMap(({ modules }) => modules.flatMap(({ npmPackage }) => npmPackage ?? [])));
  // A set also gives what is added while it is walked through.
  for (const key of used) for (const dependency of packages[key]?.dependencies ?? []) used.add(dependency);
  return Object.entries(packages).flatMap(([key, { name, version, registryUrl, localPath }]) => {
    const folder = localPath ?? `${npmCache}/${new URL(registryUrl).host}/${name}/${version}`;
    if (!isThere(folder)) return [];
    return used.has(key) ? unusedIn(folder) : namesIn(folder).map(({ name }) => `${folder}/${name}`);
  });
}

/** What a program does not load of a package that it uses. */
function unusedIn(folder: string): string[] {
  return namesIn(folder).flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (!isDirectory) return KEPT.test(name) && !FOREIGN.test(name) && !FOR_BROWSERS.test(name) ? [] : [path];
    const isUnused = UNUSED_FOLDERS.test(name) || folder.endsWith(`/${PREBUILDS}`) && !isForThisSystem(name);
    return isUnused ? [path] : unusedIn(path);
  });
}

function isForThisSystem(name: string): boolean {
  const arch = { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch as string];
  const [os, archs = ""] = name.split("-");
  return os === Deno.build.os.replace("windows", "win32") && archs.split("+").includes(arch ?? Deno.build.arch);
}

function isThere(folder: string): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function namesIn(folder: string): Deno.DirEntry[] {
  return [...Deno.readDirSync(folder)];
}

/** What Deno says of a program, or of itself. */
async function infoOf(root?: string): Promise<Info & { readonly npmCache: string }> {
  const { success, stdout, stderr } = await deno(["info", "--json", ...root === undefined ? [] : [root]]).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** What the executable says if it does not start, as with the `denort` of another version. */
async function whyItFails(path: string): Promise<string | undefined> {
  const program = new Deno.Command(resolve(ROOT, path), { args: ["--version"], env: { NO_COLOR: "1" }, stdin: "null" });
  const { success, code, signal, stderr } = await program.output();
  if (success) return undefined;
  const [said] = new TextDecoder().decode(stderr).trim().split("\n");
  return said?.replace(/^error: |\.$/g, "") || (signal === null ? `it exits with ${code}` : `it ends by ${signal}`);
}

function deno(args: readonly string[], output: "piped" | "inherit" = "piped"): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    stdin: "null",
    stdout: output,
    stderr: output,
  });
}

/**
 * Builds the executable and starts it once.
 *
 * @param output where it goes
 * @param compile starts Deno with the arguments that build it; returns its exit code
 * @returns the exit code, and the line that says what is wrong with what was built, if anything
 */
export async function build(
  output: string,
  compile = async (args: readonly string[]) => (await deno(args, "inherit").output()).code,
): Promise<{ readonly code: number; readonly refusal?: string }> {
  const code = await compile(await compileArguments(output));
  if (code !== 0) return { code };
  const reason = await whyItFails(output);
  if (reason === undefined) return { code };
  const hint = Deno.env.has("DENORT_BIN") ? `; DENORT_BIN must name the denort of Deno ${Deno.version.deno}` : "";
  return { code: 1, refusal: `Cannot run ${output}: ${reason}${hint}` };
}

if (import.meta.main) {
  const { code, refusal } = await build(Deno.args[0] ?? "dist/kvlab");
  if (refusal !== undefined) Deno.stderr.writeSync(new TextEncoder().encode(`${refusal}\n`));
  Deno.exit(code);
}
