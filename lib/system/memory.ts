/**
 * How much memory this process may still take: what the system has, or less where a control group limits it.
 *
 * @module
 */
import { isAllPermitted } from "./system.ts";

/** Memory that is free or could be at once. */
export interface FreeMemory {
  readonly bytes: number;
  /** Whether it is a control group that has no more, rather than the system. */
  readonly ofGroup: boolean;
}

/** Reads a file of the system; `undefined` if it cannot be read. */
export type ReadSystemFile = (path: string) => string | undefined;

/** `undefined` without the permission to ask. */
export function availableMemory(read: ReadSystemFile = readSystemFile): FreeMemory | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  if (state !== "granted") return undefined;
  const { available } = Deno.systemMemoryInfo();
  const ofGroup = groupMemory(read);
  return ofGroup < available ? { bytes: ofGroup, ofGroup: true } : { bytes: available, ofGroup: false };
}

/** The names that a version of the control groups has for its files and for the pages that it can drop. */
interface GroupFiles {
  readonly limit: string;
  readonly usage: string;
  readonly cached: readonly string[];
}

const VERSION_1: GroupFiles = {
  limit: "memory.limit_in_bytes",
  usage: "memory.usage_in_bytes",
  cached: ["total_inactive_file", "total_active_file"],
};
const VERSION_2: GroupFiles = {
  limit: "memory.max",
  usage: "memory.current",
  cached: ["inactive_file", "active_file"],
};

/**
 * What this process's control group, and each group around it, leave of their limits: the least of these, or infinity
 * where none has a limit. Pages of files count as free, because the system drops them first.
 */
function groupMemory(read: ReadSystemFile): number {
  return Math.min(
    ...groupsOf(read).map(({ directory, files: { limit, usage, cached } }) => {
      const limitBytes = numberIn(read(`${directory}/${limit}`));
      const usedBytes = numberIn(read(`${directory}/${usage}`));
      if (limitBytes === undefined || usedBytes === undefined) return Infinity;
      const stat = read(`${directory}/memory.stat`) ?? "";
      const cachedBytes = cached.map((name) => numberIn(new RegExp(`^${name} (\\d+)$`, "m").exec(stat)?.[1]) ?? 0);
      return Math.max(0, limitBytes - usedBytes + cachedBytes.reduce((sum, bytes) => sum + bytes, 0));
    }),
  );
}

/** A number, unless it is `max` or missing. */
function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

/** The groups that limit this process's memory, in both versions, each with those around it. */
function groupsOf(read: ReadSystemFile): { directory: string; files: GroupFiles }[] {
  const mounts = (read("/proc/self/mountinfo") ?? "").split("\n").map(mountOf);
  return (read("/proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    const isVersion2 = controllers === "";
    if (path === undefined || !(isVersion2 || controllers?.split(",").includes("memory"))) return [];
    const mount = mounts.find(({ type, options }) =>
      isVersion2 ? type === "cgroup2" : type === "cgroup" && options.includes("memory")
    );
    if (mount === undefined) return [];
    const files = isVersion2 ? VERSION_2 : VERSION_1;
    // In a container, what is mounted may be the container's own group.
    const below = path.startsWith(mount.root) ? path.slice(mount.root.length) : path;
    const names = below.split("/").filter((name) => name !== "");
    return Array.from({ length: names.length + 1 }, (_, depth) => ({
      directory: [mount.point, ...names.slice(0, depth)].join("/"),
      files,
    }));
  });
}

/** What a line of `mountinfo` says: what of a file system is mounted, where, and of which kind. */
function mountOf(line: string): { root: string; point: string; type: string; options: readonly string[] } {
  const [about = "", kind = ""] = line.split(" - ");
  const [, , , root = "", point = ""] = about.split(" ");
  const [type = "", , options = ""] = kind.split(" ");
  return { root: root === "/" ? "" : root, point, type, options: options.split(",") };
}

function readSystemFile(path: string): string | undefined {
  if (!isAllPermitted()) return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
