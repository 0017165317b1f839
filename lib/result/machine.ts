/**
 * The machine that a result was measured on: how it is read, and what documents say of it.
 *
 * @module
 */
import { cpus } from "node:os";
import type { JsonObject } from "./json.ts";

/** Where a run was measured. Whatever requires a permission that was not granted is null. */
export interface Machine {
  /** Logical CPUs that the process may use. */
  readonly cpuCount: number;
  /** The first CPU's model name; null also if it has none. */
  readonly cpuModel: string | null;
  readonly memoryBytes: number | null;
  /** Operating system, such as `linux`. */
  readonly os: string;
  /** The kernel release, such as `6.1.0-13-amd64`. */
  readonly kernel: string | null;
  /** CPU architecture, such as `x86_64`. */
  readonly arch: string;
  readonly denoVersion: string;
  readonly v8Version: string;
}

/** Describes this machine as far as permissions allow; never asks for one. */
export function readMachine(): Machine {
  return {
    cpuCount: navigator.hardwareConcurrency,
    cpuModel: mayKnow("cpus") ? cpus()[0]?.model.trim() || null : null,
    memoryBytes: mayKnow("systemMemoryInfo") ? Deno.systemMemoryInfo().total : null,
    os: Deno.build.os,
    kernel: mayKnow("osRelease") ? Deno.osRelease() : null,
    arch: Deno.build.arch,
    denoVersion: Deno.version.deno,
    v8Version: Deno.version.v8,
  };
}

/** Whether the permission has been given, without asking for it. */
function mayKnow(kind: "cpus" | "systemMemoryInfo" | "osRelease"): boolean {
  return Deno.permissions.querySync({ name: "sys", kind }).state === "granted";
}

/** A machine as documents have it. */
export function machineObject(machine: Machine): JsonObject {
  return {
    cpu_count: machine.cpuCount,
    cpu_model: machine.cpuModel,
    memory_bytes: machine.memoryBytes,
    os: machine.os,
    kernel: machine.kernel,
    arch: machine.arch,
    deno_version: machine.denoVersion,
    v8_version: machine.v8Version,
  };
}
