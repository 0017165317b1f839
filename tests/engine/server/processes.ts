/**
 * What tests ask of a server's processes.
 *
 * @module
 */

/** Whether there is a process with this id. */
export function isAlive(pid: number | string): boolean {
  if (Deno.build.os === "linux") return isThere(`/proc/${pid}`);
  return new Deno.Command("kill", { args: ["-s", "0", String(pid)], stderr: "null" }).outputSync().success;
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
