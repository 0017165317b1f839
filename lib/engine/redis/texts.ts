/**
 * Parses textual answers of Redis.
 *
 * @module
 */

/** The fields of an answer to `INFO` or `CLUSTER INFO`: lines of `name:value`. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** A node as another one of its cluster knows it. */
export interface KnownNode {
  readonly id: string;
  readonly port: number;
  readonly isReplica: boolean;
  /** Whether the other node considers it dead, or suspects it. */
  readonly isFailing: boolean;
  /** For a replica: its primary's id. */
  readonly primaryId: string;
  /** The slots that it serves: the first and the last of each range. */
  readonly slots: readonly (readonly [number, number])[];
}

/**
 * The nodes in an answer to `CLUSTER NODES`: one per line, with the id, the address, the flags, the primary and much
 * else.
 */
export function parseNodes(text: string): KnownNode[] {
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const [id = "", address = "", flags = "", primaryId = "", , , , , ...slots] = line.split(" ");
    const names = flags.split(",");
    return {
      id,
      port: Number(/:(\d+)@/.exec(address)?.[1] ?? 0),
      isReplica: names.includes("slave"),
      isFailing: names.includes("fail") || names.includes("fail?"),
      primaryId,
      slots: slots.filter((range) => !range.startsWith("[")).map((range) => {
        const [first = 0, last = first] = range.split("-").map(Number);
        return [first, last] as const;
      }),
    };
  });
}
