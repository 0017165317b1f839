/**
 * Load workers' connections to Redis: what those to a server and to a cluster have in common, and that to a server.
 *
 * @module
 */
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import { copyBytes } from "../byte_view.ts";
import type { AsynchronousConnection, Batch, EngineDescription } from "../connection.ts";
import { EngineError } from "../engine_error.ts";
import { RedisClient } from "./client.ts";
import { ConfirmedWrites } from "./confirmed_writes.ts";
import { describeServer } from "./describe.ts";
import type { RedisTarget } from "./settings.ts";

/** A connection that sends a command for each operation. The names of keys begin with the prefix. */
export abstract class CommandConnection implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  /** The server's, without a password, for messages. */
  protected readonly address: string;
  readonly #keyPrefix: string;

  constructor(address: string, keyPrefix: string) {
    this.address = address;
    this.#keyPrefix = keyPrefix;
    this.preload = this.#createBatch();
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    const name = this.nameOf(key);
    try {
      await this.write(name, ["SET", name, value.toString()]);
    } catch (error) {
      throw new EngineError("put into", this.address, error);
    }
  }

  async get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    try {
      const value = await this.read(this.nameOf(key));
      if (value === null) return false;
      copyBytes(value as Uint8Array, out);
      return true;
    } catch (error) {
      throw new EngineError("get from", this.address, error);
    }
  }

  async delete(key: PaddedBytes): Promise<void> {
    const name = this.nameOf(key);
    try {
      await this.write(name, ["DEL", name]);
    } catch (error) {
      throw new EngineError("delete from", this.address, error);
    }
  }

  abstract describe(): Promise<EngineDescription>;
  abstract close(): void;

  /** Sends a command that writes the key of this name, and resolves when as many replicas have that as are to. */
  protected abstract write(name: string, command: readonly string[]): Promise<unknown>;
  /** The same without waiting for replicas. */
  protected abstract send(name: string, command: readonly string[]): Promise<unknown>;
  /** The value of the key of this name as bytes, or null. */
  protected abstract read(name: string): Promise<unknown>;

  protected nameOf(key: PaddedBytes): string {
    return this.#keyPrefix + key.toString();
  }

  /** Sends the records of a batch one after another, and waits for their replies at its end. */
  #createBatch(): Batch {
    let replies: Promise<unknown>[] = [];
    return {
      begin: () => void (replies = []),
      put: (key, value) => {
        const name = this.nameOf(key);
        replies.push(this.send(name, ["SET", name, value.toString()]));
      },
      commit: async () => {
        try {
          await Promise.all(replies);
        } catch (error) {
          throw new EngineError("put into", this.address, error);
        }
      },
    };
  }
}

/** A connection to one server, shared by all operations of a load worker, which are pipelined. */
export class RedisConnection extends CommandConnection {
  readonly #client: RedisClient;
  readonly #confirmed: ConfirmedWrites | undefined;

  private constructor(client: RedisClient, { keyPrefix, wait }: RedisTarget) {
    super(client.address, keyPrefix);
    this.#client = client;
    this.#confirmed = wait === 0 ? undefined : new ConfirmedWrites(client, wait);
  }

  /** @throws {EngineError} when it cannot connect */
  static async open(target: RedisTarget): Promise<RedisConnection> {
    return new RedisConnection(await RedisClient.connect(target.url), target);
  }

  override describe(): Promise<EngineDescription> {
    return describeServer(this.#client, false);
  }

  override close(): void {
    this.#client.close();
  }

  protected override write(_name: string, command: readonly string[]): Promise<unknown> {
    return (this.#confirmed ?? this.#client).send(command);
  }

  protected override send(_name: string, command: readonly string[]): Promise<unknown> {
    return this.#client.send(command);
  }

  protected override read(name: string): Promise<unknown> {
    return this.#client.sendForBytes(["GET", name]);
  }
}
