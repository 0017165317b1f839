/**
 * What the tests of the redis engine need: whether they can be run here, and a running server.
 *
 * @module
 */
import { RedisServer } from "../../../lib/engine/redis/server.ts";
import { testsOf } from "../missing.ts";

export const redisTest = testsOf("redis");

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
