/**
 * What tests ask of a server's processes.
 *
 * @module
 */

/** Whether there is a process with this id. */
export function isAlive(pid: number | string): boolean {
  return new Deno.Command("kill", { args: ["-s", "0", String(pid)], stderr: "null" }).outputSync().success;
}
