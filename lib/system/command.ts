/**
 * Starts other programs. Everything that kvlab starts is started here, so that all of it gets the same environment.
 *
 * @module
 */

/** Variables of these names change how programs are loaded (`man ld.so`, `man dyld`). */
const LOADER_NAME = /^(?:LD|DYLD)_/;

/** How to start a program: as Deno does, but in this process's environment, without what changes its loading. */
export interface CommandOptions extends Omit<Deno.CommandOptions, "args" | "env" | "clearEnv"> {
  readonly args: readonly string[];
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A program with its arguments, to be started.
 *
 * It does not inherit a loader's variables, such as `LD_PRELOAD`: they were meant for kvlab, and Deno refuses to start
 * a program while one is set, unless everything is permitted.
 */
export function systemCommand(program: string, { args, env, ...options }: CommandOptions): Deno.Command {
  return new Deno.Command(program, { ...options, args: [...args], env: { ...plainLoader(), ...env } });
}

/** Empties the loader's variables that are set, which is as good as not to set them. */
function plainLoader(): Record<string, string> {
  // The tasks of `deno.json` that permit little do not permit to know the variables either.
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") return {};
  const names = Object.keys(Deno.env.toObject()).filter((name) => LOADER_NAME.test(name));
  return Object.fromEntries(names.map((name) => [name, ""]));
}
