/**
 * What the tests of the redis engine need: whether they can be run here, and a running server.
 *
 * @module
 */
import { RedisServer } from "../../../lib/engine/redis/server.ts";

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

/** A server that a user might have. */
export class Running implements AsyncDisposable {
  readonly server: RedisServer;
  readonly #directory: string;

  private constructor(server: RedisServer, directory: string) {
    this.server = server;
    this.#directory = directory;
  }

  static async start(args: readonly string[]): Promise<Running> {
    const directory = Deno.makeTempDirSync();
    return new Running(await RedisServer.start({ program: "redis-server", directory, args }), directory);
  }

  get url(): string {
    return this.server.url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.end();
    Deno.removeSync(this.#directory, { recursive: true });
  }
}
