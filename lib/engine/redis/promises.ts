/**
 * What Redis promises.
 *
 * @module
 */
import { EVERYTHING, type Loss, NOTHING, type Promises } from "../promises.ts";
import type { RedisSettings } from "./settings.ts";

/** For a running server, the promises depend on its own settings. */
const BY_ITS_SETTINGS: Loss = { text: "what the server's own appendonly, appendfsync and save say" };

/**
 * What Redis says about its persistence (https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/):
 *
 * - The append-only file is written before the reply, whatever `appendfsync` says, so what a killed process had
 *   acknowledged is in the page cache; with one exception. `appendfsync everysec` syncs "every second", and "you may
 *   lose 1 second of data if there is a disaster". But while a background sync takes longer, `flushAppendOnlyFile` in
 *   `src/aof.c` (7.0) answers without writing, for up to two seconds; then a kill loses these writes too.
 * - `appendfsync no`: "just put your data in the hands of the operating system. [...] Normally, Linux will flush data
 *   every 30 seconds with this configuration".
 * - `appendfsync always` syncs "every time new commands are appended to the AOF", before the reply.
 * - Snapshots alone: "you should be prepared to lose the latest minutes of data", here everything since the last one.
 *
 * And about replication (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/): "Redis Cluster is
 * not able to guarantee strong consistency", since replication is asynchronous; "WAIT makes it less likely to lose
 * writes", yet a replica without them may be promoted, with a probability that the document does not bound.
 */
export function redisPromises(settings: RedisSettings): Promises {
  const failover = settings.cluster ? { failover: failoverLoss(settings) } : {};
  if (settings.url !== undefined) return { processCrash: BY_ITS_SETTINGS, powerLoss: BY_ITS_SETTINGS, ...failover };
  return { processCrash: processCrash(settings), powerLoss: powerLoss(settings), ...failover };
}

function processCrash(settings: RedisSettings): Loss {
  if (settings.appendfsync === undefined) return sinceTheLastSnapshot(settings);
  switch (settings.appendfsync) {
    case "everysec":
      return { text: "nothing; while a sync is slow, the last second, up to two", ageMsMax: EVERYSEC_KILL_MS_MAX };
    case "no":
    case "always":
      return NOTHING;
  }
}

/** `AOF_FSYNC_EVERYSEC` postpones a write for up to two seconds; the event loop may add to that. */
const EVERYSEC_KILL_MS_MAX = 2500;

function powerLoss(settings: RedisSettings): Loss {
  if (settings.appendfsync === undefined) return sinceTheLastSnapshot(settings);
  switch (settings.appendfsync) {
    case "no":
      return { text: "what the system has not written yet, on Linux some 30 s" };
    case "everysec":
      return { text: "the last second, up to two while a sync is slow" };
    case "always":
      return NOTHING;
  }
}

function sinceTheLastSnapshot({ rdbSeconds, rdbChanges }: RedisSettings): Loss {
  if (rdbSeconds === undefined) return EVERYTHING;
  return { text: `all writes since the last snapshot (taken after ${rdbSeconds} s with ${rdbChanges} changes)` };
}

function failoverLoss({ wait, replicas }: RedisSettings): Loss {
  if (wait === 0) return { text: "what the replica does not have yet: replication is asynchronous" };
  // Whichever replica is promoted has it.
  if (wait === replicas) return NOTHING;
  return { text: `what the promoted replica lacks: --wait=${wait} covers only some of the replicas` };
}
