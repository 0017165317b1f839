/**
 * The arguments of a crash command that does again what one has done.
 *
 * @module
 */
import type { CrashResult } from "./crash_result.ts";
import { argumentsOf } from "../result/option/options.ts";

/** What is asked for beside the load. */
type Asked = Pick<CrashResult, "options" | "failure" | "disk" | "failover">;

/**
 * The arguments, without the program's name. The load follows from its seed, and so does the choice of the states that
 * are tried of what it has written; when it is killed does not.
 */
export function crashArguments({ options, failure, disk, failover }: Asked, kills: number): string[] {
  const cuts: Readonly<Partial<Record<CrashResult["failure"], string>>> = { powerLoss: "power", orderlyEnd: "none" };
  const cut = cuts[failure];
  return [
    "crash",
    `--kills=${Math.max(kills, 1)}`,
    ...(cut === undefined ? [] : [`--cut=${cut}`]),
    ...(disk === undefined ? [] : [`--states=${disk.states}`, `--filesystem=${disk.fileSystem}`]),
    ...(disk?.mountOptions === undefined ? [] : [`--mount-options=${disk.mountOptions}`]),
    // It measures nothing, neither the load nor the device.
    ...argumentsOf(options, ["measurement", "device"]),
    ...(failover === undefined || failover.fault === "kill" ? [] : [`--fault=${failover.fault}`]),
    ...(failover === undefined || failover.lagMs === 0 ? [] : [`--lag=${failover.lagMs}ms`]),
  ];
}
