/**
 * A load worker's connection to one server.
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
import { PutBatch } from "./put_batch.ts";
import type { RedisTarget } from "./settings.ts";

/** A connection shared by all operations of a load worker, which are pipelined. */
export class RedisConnection implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  readonly #client: RedisClient;
  readonly #keyPrefix: string;
  readonly #confirmed: ConfirmedWrites | undefined;

  private constructor(client: RedisClient, { keyPrefix, wait }: RedisTarget) {
    this.#client = client;
    this.#keyPrefix = keyPrefix;
    this.#confirmed = wait === 0 ? undefined : new ConfirmedWrites(client, wait);
    this.preload = new PutBatch((key, value) => client.send(["SET", keyPrefix + key, value]), client.address);
  }

  /** @throws {EngineError} when it cannot connect */
  static async open(target: RedisTarget): Promise<RedisConnection> {
    return new RedisConnection(await RedisClient.connect(target.url), target);
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    try {
      await this.#write(["SET", this.#keyPrefix + key.toString(), value.toString()]);
    } catch (error) {
      throw new EngineError("put into", this.#client.address, error);
    }
  }

  async get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    try {
      const value = await this.#client.sendForBytes(["GET", this.#keyPrefix + key.toString()]);
      return takeValue(value, out);
    } catch (error) {
      throw new EngineError("get from", this.#client.address, error);
    }
  }

  async delete(key: PaddedBytes): Promise<void> {
    try {
      await this.#write(["DEL", this.#keyPrefix + key.toString()]);
    } catch (error) {
      throw new EngineError("delete from", this.#client.address, error);
    }
  }

  describe(): Promise<EngineDescription> {
    return describeServer(this.#client, false);
  }

  close(): void {
    this.#client.close();
  }

  #write(command: readonly string[]): Promise<unknown> {
    return (this.#confirmed ?? this.#client).send(command);
  }
}

/** Copies the reply to a `GET`, and returns whether there was a value. */
export function takeValue(reply: unknown, out: PaddedBytes): boolean {
  if (reply === null) return false;
  copyBytes(reply as Uint8Array, out);
  return true;
}
