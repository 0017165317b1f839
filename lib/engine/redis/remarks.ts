/**
 * What a running server should be asked before a load and after it: whether it has room for the connections, whether
 * earlier runs have left keys in it, and whether it throws keys away.
 *
 * @module
 */
import { EngineError } from "../engine_error.ts";
import { leftRemark } from "../left_remark.ts";
import type { RedisClient } from "./client.ts";
import { parseInfo } from "./texts.ts";

/** What all of kvlab's keys begin with. */
export const ALL_KEYS = "kvlab:";
/** How many keys are looked at at a time, and for how long altogether, in milliseconds. */
const SCAN_COUNT = 1000;
const SCAN_MS = 200;

/** @throws {EngineError} when the server takes fewer connections than will be asked for */
export async function refuseTooFewClients(client: RedisClient, needed: number): Promise<void> {
  const info = parseInfo(await client.askText("INFO", "clients"));
  const max = Number(info.get("maxclients") ?? Infinity);
  // This connection will be closed.
  const taken = Number(info.get("connected_clients") ?? 1) - 1;
  if (taken + needed <= max) return;
  throw new EngineError(
    "use",
    client.address,
    `it takes ${max} connections (maxclients), has ${taken}, and would need ${needed} more: one for each thread`,
  );
}

/** That earlier runs have left keys, as a sentence; `undefined` if none are found. */
export async function leftKeysRemark(client: RedisClient): Promise<string | undefined> {
  const startedAtMs = performance.now();
  let cursor = "0", count = 0, isAll = false;
  while (!isAll && performance.now() - startedAtMs < SCAN_MS) {
    const reply = await client.ask("SCAN", cursor, "MATCH", `${ALL_KEYS}*`, "COUNT", String(SCAN_COUNT));
    const [next, keys] = reply as readonly [string, readonly string[]];
    cursor = next;
    count += keys.length;
    isAll = next === "0";
  }
  return leftRemark(client.address, { count, isAll, thing: "key", names: `${ALL_KEYS}*` });
}

/** That the server throws keys away when its memory is full, as a sentence; `undefined` if it does not. */
export async function evictionRemark(client: RedisClient): Promise<string | undefined> {
  const info = parseInfo(await client.askText("INFO", "memory"));
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  // The others only evict keys that expire, and none of kvlab's do.
  if (Number(info.get("maxmemory") ?? 0) === 0 || !policy.startsWith("allkeys-")) return undefined;
  return `${client.address} throws keys away once it uses ${
    info.get("maxmemory_human")
  } (maxmemory-policy=${policy}): ` +
    "reads of them find nothing";
}

/** How many keys the server has ever thrown away; `undefined` if it does not tell. */
export async function evictedKeys(client: RedisClient): Promise<number | undefined> {
  const count = parseInfo(await client.askText("INFO", "stats")).get("evicted_keys");
  return count === undefined ? undefined : Number(count);
}
