/**
 * Whether the tests of the redis engine can be run here.
 *
 * @module
 */

/** Why tests that need `redis-server` are left out; the empty string when they are not. */
export const NO_REDIS = findNoRedis();

if (NO_REDIS !== "") {
  Deno.stderr.writeSync(new TextEncoder().encode(`\n*** Tests of redis are left out: ${NO_REDIS}\n\n`));
}

function findNoRedis(): string {
  try {
    const { success } = new Deno.Command("redis-server", { args: ["--version"], stdout: "null", stderr: "null" })
      .outputSync();
    return success ? "" : "redis-server --version fails";
  } catch {
    return "there is no redis-server (Debian: apt-get install redis-server)";
  }
}

/** A test that needs `redis-server`, and says so where it is left out. */
export function redisTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: NO_REDIS === "" ? name : `${name} (left out: ${NO_REDIS})`, ignore: NO_REDIS !== "", fn });
}
