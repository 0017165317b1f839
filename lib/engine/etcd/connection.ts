/**
 * A load worker's connection to a server or a cluster, which it also asks for its version and its settings.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { PaddedBytes } from "../../store/padded_bytes.ts";
import { copyBytes } from "../byte_view.ts";
import type { AsynchronousConnection, Batch, EngineDescription, KeyAndRoom } from "../connection.ts";
import { type Answer, EtcdClient } from "./client.ts";
import type { EtcdTarget } from "./settings.ts";

/**
 * The most operations in a transaction (`--max-txn-ops`), and bytes of keys and values, well below the 1.5 MiB of a
 * request.
 */
const BATCH_OPS_MAX = 128;
const BATCH_BYTES_MAX = 1 << 20;

/** The most bytes of values that are asked for at once: an answer is read as a whole. */
const ANSWER_BYTES_MAX = 2 << 20;

/** A key with its value, both in Base64. */
interface KeyValue {
  readonly key: string;
  readonly value?: string;
}

/** The answer to a get among others. */
interface RangeResponse {
  readonly response_range: { readonly kvs?: readonly KeyValue[] };
}

/** A connection on which each operation is a request. */
export class EtcdConnection implements AsynchronousConnection {
  readonly kind = "asynchronous";
  readonly waits = [];
  readonly preload: Batch;
  readonly #client: EtcdClient;
  /** In Base64, in which whole groups of three bytes can be put before others. */
  readonly #prefix: string;
  /** The first key behind those that begin with the prefix, in Base64. */
  readonly #end: string;
  readonly #prefixBytes: number;

  private constructor(client: EtcdClient, { keyPrefix }: EtcdTarget) {
    this.#client = client;
    this.#prefix = base64Of(keyPrefix);
    this.#prefixBytes = keyPrefix.length;
    this.#end = base64Of(endOf(keyPrefix));
    this.preload = new PutBatch(client, this.#prefix);
  }

  /**
   * @param worker one begins with the first server, the next with the second and so on, as etcd's own benchmark does
   * @throws {EngineError} when it cannot connect
   */
  static async open(target: EtcdTarget, worker = 0): Promise<EtcdConnection> {
    return new EtcdConnection(await EtcdClient.connect(target, worker), target);
  }

  async put(key: PaddedBytes, value: PaddedBytes): Promise<void> {
    const body = `{"key":"${this.#prefix}${contentOf(key)}","value":"${contentOf(value)}"}`;
    await this.#send("put into", "kv/put", body);
  }

  async get(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
    const { kvs } = await this.#send("get from", "kv/range", `{"key":"${this.#prefix}${contentOf(key)}"}`);
    const [found] = (kvs ?? []) as readonly KeyValue[];
    if (found !== undefined) copyBytes(bytesOf(found.value), out);
    return found !== undefined;
  }

  async getAll(entries: readonly KeyAndRoom[]): Promise<readonly boolean[]> {
    const valueBytesMax = Math.max(1, ...entries.map(({ value }) => value.bytes.length));
    const count = Math.min(BATCH_OPS_MAX, Math.ceil(ANSWER_BYTES_MAX / valueBytesMax));
    const parts = Array.from({ length: Math.ceil(entries.length / count) }, async (_, part) => {
      const some = entries.slice(part * count, (part + 1) * count);
      const gets = some.map(({ key }) => `{"requestRange":{"key":"${this.#prefix}${contentOf(key)}"}}`);
      const { responses } = await this.#send("get from", "kv/txn", `{"success":[${gets}]}`);
      return (responses as readonly RangeResponse[]).map(({ response_range: { kvs: [found] = [] } }, at) => {
        if (found !== undefined) copyBytes(bytesOf(found.value), some[at]!.value);
        return found !== undefined;
      });
    });
    return (await Promise.all(parts)).flat();
  }

  async delete(key: PaddedBytes): Promise<void> {
    await this.#send("delete from", "kv/deleterange", `{"key":"${this.#prefix}${contentOf(key)}"}`);
  }

  async scan(key: PaddedBytes, count: number, out: PaddedBytes): Promise<number> {
    const from = `"key":"${this.#prefix}${contentOf(key)}","range_end":"${this.#end}"`;
    const answer = await this.#send("scan", "kv/range", `{${from},"limit":"${count}"}`);
    const found = (answer.kvs ?? []) as readonly KeyValue[];
    for (const { key, value } of found) {
      copyBytes(bytesOf(key).subarray(this.#prefixBytes), out);
      copyBytes(bytesOf(value), out);
    }
    return found.length;
  }

  lookElsewhere(_key: PaddedBytes, begunAtMs: number): void {
    this.#client.lookElsewhere(begunAtMs);
  }

  describe(): Promise<EngineDescription> {
    return describeServer(this.#client);
  }

  close(): void {
    this.#client.close();
  }

  /** @param action what is done, as its error has it */
  async #send(action: string, request: string, body: string): Promise<Answer> {
    try {
      return await this.#client.send(request, body);
    } catch (error) {
      throw this.#client.error(action, error);
    }
  }
}

/** The first text behind all that begin with the prefix. */
export function endOf(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

export function base64Of(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** A buffer's content in Base64. */
function contentOf({ bytes, length }: PaddedBytes): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("base64");
}

/** What is empty is left out of an answer. */
function bytesOf(base64 = ""): Uint8Array {
  return Buffer.from(base64, "base64");
}

/** Puts the records of a batch in transactions, as many in each as a server takes. */
class PutBatch implements Batch {
  readonly #client: EtcdClient;
  readonly #prefix: string;
  #puts: string[] = [];
  #bytes = 0;
  #transactions: string[][] = [];

  constructor(client: EtcdClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  begin(): void {
    this.#puts = [];
    this.#bytes = 0;
    this.#transactions = [this.#puts];
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    this.#bytes += key.length + value.length;
    if (this.#puts.length === BATCH_OPS_MAX || this.#puts.length > 0 && this.#bytes > BATCH_BYTES_MAX) {
      this.#puts = [];
      this.#bytes = key.length + value.length;
      this.#transactions.push(this.#puts);
    }
    this.#puts.push(`{"requestPut":{"key":"${this.#prefix}${contentOf(key)}","value":"${contentOf(value)}"}}`);
  }

  async commit(): Promise<void> {
    try {
      await Promise.all(this.#transactions.map((puts) => this.#client.send("kv/txn", `{"success":[${puts}]}`)));
    } catch (error) {
      throw this.#client.error("put into", error);
    }
  }
}

/** The settings that determine what the server may lose and how fast it is, if its command line has them. */
const SETTINGS = [
  "snapshot-count",
  "heartbeat-interval",
  "election-timeout",
  "auto-compaction-mode",
  "auto-compaction-retention",
  "unsafe-no-fsync",
  "max-txn-ops",
] as const;

/** A figure that each server has among its metrics. */
const QUOTA = /^etcd_server_quota_backend_bytes ([\d.e+]+)$/m;

/**
 * Reads back the version, the command line and the figures of a server. What it was told otherwise, as by its
 * environment, it does not tell.
 */
async function describeServer(client: EtcdClient): Promise<EngineDescription> {
  const { version } = await client.ask("maintenance/status");
  const { members } = await client.ask("cluster/member/list");
  const settings: Record<string, string | number> = { members: (members as readonly unknown[]).length };
  const [, quota] = QUOTA.exec(await client.page("/metrics")) ?? [];
  if (quota !== undefined) settings.quota_backend_bytes = Number(quota);
  const given = commandLine(await client.page("/debug/vars"));
  for (const name of SETTINGS) {
    const value = given.get(name);
    if (value !== undefined) settings[name.replaceAll("-", "_")] = value;
  }
  return { version: String(version), settings };
}

/** The flags of a server's command line, as its variables show it. */
function commandLine(variables: string): ReadonlyMap<string, string> {
  const { cmdline = [] } = variables === "" ? {} : JSON.parse(variables) as { readonly cmdline?: readonly string[] };
  return new Map(cmdline.flatMap((arg) => {
    const [, name, value] = /^--?([\w-]+)=(.*)$/.exec(arg) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  }));
}
