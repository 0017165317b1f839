/**
 * The user that a server runs as which refuses to be root's, and what that user has to be let into.
 *
 * @module
 */
import { PersistError } from "../../system/persist_error.ts";
import { HarnessError } from "../engine_error.ts";

/** A user of this machine. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Directories that kvlab has made for itself are named so. */
const OWN_NAME = /^kvlab-/;
const MAY_ENTER = { group: 0o010, others: 0o001 };

/**
 * The first of the named users that this machine has, if this process is root's.
 *
 * @throws {HarnessError} when there is none
 */
export function unprivilegedUser(names: readonly string[], what: string): SystemUser | undefined {
  if (Deno.uid() !== 0) return undefined;
  const users = new Map(
    Deno.readTextFileSync("/etc/passwd").split("\n").map((line) => {
      const [name = "", , uid, gid] = line.split(":");
      return [name, { name, uid: Number(uid), gid: Number(gid) }];
    }),
  );
  const found = names.map((name) => users.get(name)).find((user) => user !== undefined);
  if (found !== undefined) return found;
  throw new HarnessError("start", what, `it refuses to run as root, and there is no user ${names.join(" or ")}`);
}

/** What starts a program as another user, as words before its command line. */
export function becoming({ uid, gid }: SystemUser): string {
  return `setpriv --reuid=${uid} --regid=${gid} --clear-groups --`;
}

/**
 * Makes a directory that only one user can enter.
 *
 * @param user whose it is, if not this one's
 * @throws {PersistError} when that fails
 */
export function makeDirectoryOf(path: string, user: SystemUser | undefined): void {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
    if (user !== undefined) Deno.chownSync(path, user.uid, user.gid);
  } catch (error) {
    throw new PersistError("create", path, error);
  }
}

/**
 * Lets the user's group enter an engine's directory, and the temporary ones of kvlab that contain it.
 *
 * @throws {PersistError} when another directory on the way keeps the user out, which is not kvlab's to change
 */
export function letEnter(directory: string, { name, gid }: SystemUser): void {
  const parts = Deno.realPathSync(directory).split("/");
  for (let length = parts.length; length > 1; length--) {
    const path = parts.slice(0, length).join("/");
    const info = Deno.statSync(path);
    const mode = info.mode ?? 0;
    if ((mode & MAY_ENTER.others) !== 0 || info.gid === gid && (mode & MAY_ENTER.group) !== 0) continue;
    if (length < parts.length && !OWN_NAME.test(parts[length - 1] ?? "")) {
      throw new PersistError("use", directory, `the user ${name}, who has to run the server, may not enter ${path}`);
    }
    Deno.chownSync(path, info.uid, gid);
    Deno.chmodSync(path, (mode & 0o7777) | MAY_ENTER.group);
  }
}
