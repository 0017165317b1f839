/**
 * Room of the machine: what a result must say about where it was measured. The entry reads it, the JSON report
 * shows it.
 *
 * @module
 */

/** Where a run was measured. */
export interface Machine {
  /** Logical CPUs that the process may use. */
  readonly cpuCount: number;
  /** Operating system, such as `linux`. */
  readonly os: string;
  /** CPU architecture, such as `x86_64`. */
  readonly arch: string;
  readonly denoVersion: string;
  readonly v8Version: string;
}

/** Describes this machine. Needs no permission. */
export function readMachine(): Machine {
  return {
    cpuCount: navigator.hardwareConcurrency,
    os: Deno.build.os,
    arch: Deno.build.arch,
    denoVersion: Deno.version.deno,
    v8Version: Deno.version.v8,
  };
}
