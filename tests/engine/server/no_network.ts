/**
 * Why there can be no network here in which servers are cut off from each other.
 *
 * @module
 */

/** The programs that such a network, and its tests, take. */
const PROGRAMS = ["ip", "nsenter", "unshare", "bash"];

/** In a clause; `undefined` if there can be one. */
export function whyNoNetwork(): string | undefined {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "only root can make network namespaces";
  const missing = PROGRAMS.find((program) => !isThere(program));
  return missing === undefined ? undefined : `there is no ${missing}`;
}

function isThere(program: string): boolean {
  return new Deno.Command("sh", { args: ["-c", 'command -v "$1"', "sh", program], stdout: "null" }).outputSync()
    .success;
}
