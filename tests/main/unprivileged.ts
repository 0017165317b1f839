/**
 * kvlab started by a user who is not root, for tests that run as root.
 *
 * @module
 */
import { assert } from "@std/assert";

import { type TemporaryDirectory, temporaryDirectory } from "../run/files.ts";
import { assertCode, kvlab, REPOSITORY, succeeds } from "./kvlab.ts";

const NOBODY = 65534;

/**
 * What starts kvlab as a user who may read everything, because the checkout may be root's, but not write everything.
 */
export function unprivileged(uid = NOBODY): readonly string[] {
  if (Deno.uid() !== 0) return [];
  const ids = [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  return ["setpriv", ...ids, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"];
}

const [probe = "true", ...probeArgs] = [...unprivileged(), "true"];

/** Why kvlab cannot be started so; `undefined` when it can. */
export const whyNotUnprivileged = await succeeds(probe, probeArgs)
  ? undefined
  : "the tests run as root and setpriv cannot start kvlab as another user";

/**
 * A Deno cache that any user can read, with all that kvlab imports: whether a package is in the cache Deno asks in a
 * way that does not count the capability. Its packages may be the files of the tests' own cache: who else owns them
 * would own those.
 */
export async function readableCache(): Promise<TemporaryDirectory> {
  const cache = temporaryDirectory();
  Deno.chmodSync(cache.path, 0o755);
  // Links to the packages' files take no time, a copy takes a second, and another download takes many.
  const [from, to] = [await npmCache(), `${cache.path}/npm`];
  if (!await succeeds("cp", ["-r", "--link", from, to])) {
    Deno.removeSync(to, { recursive: true });
    assert(await succeeds("cp", ["-r", from, to]));
  }
  assertCode(await kvlab(["--version"], { env: { DENO_DIR: cache.path } }), 0);
  return cache;
}

/** Where the Deno that runs the tests keeps npm's packages. */
async function npmCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], cwd: REPOSITORY }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}
