/**
 * What Redis promises.
 *
 * @module
 */
import type { EngineReadings } from "../connection.ts";
import { EVERYTHING, type Loss, NOTHING, type Promises } from "../promises.ts";
import { APPENDFSYNC_NAMES, type RedisSettings } from "./settings.ts";

/** For a running server of which nothing has been read yet. */
const BY_ITS_SETTINGS: Loss = { text: "what the server's own appendonly, appendfsync and save say" };
/** For one that did not say: `CONFIG` may be renamed, or forbidden. */
const UNKNOWN: Loss = { text: "unknown: the server does not tell its appendonly, appendfsync and save (CONFIG GET)" };

/** How a server persists. */
interface Persistence {
  /** When the append-only file is synced; there is none if absent. */
  readonly appendfsync?: typeof APPENDFSYNC_NAMES[number];
  /** Whether it is not synced while it or a snapshot is being written anew. */
  readonly pausesSyncs: boolean;
  /** When a snapshot is written, in words; none is if absent. */
  readonly snapshots?: string;
}

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
 * - `no-appendfsync-on-rewrite yes` prevents the syncs "while a BGSAVE or BGREWRITEAOF is in progress", by redis.conf;
 *   that is "the same as appendfsync no".
 * - Snapshots alone: "you should be prepared to lose the latest minutes of data", here everything since the last one.
 *
 * And about replication (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/): "Redis Cluster is
 * not able to guarantee strong consistency", since replication is asynchronous; "WAIT makes it less likely to lose
 * writes", yet a replica without them may be promoted, with a probability that the document does not bound.
 *
 * @param readings the settings that a running server has told, once they have been asked for
 */
export function redisPromises(settings: RedisSettings, readings?: EngineReadings): Promises {
  const failover = settings.cluster ? { failover: failoverLoss(settings) } : {};
  if (settings.url === undefined) return { ...promisesOf(persistenceGiven(settings)), ...failover };
  if (readings === undefined) return { processCrash: BY_ITS_SETTINGS, powerLoss: BY_ITS_SETTINGS, ...failover };
  const persistence = persistenceRead(readings);
  if (persistence === undefined) return { processCrash: UNKNOWN, powerLoss: UNKNOWN, ...failover };
  return { ...promisesOf(persistence), ...failover };
}

/** How a server persists that kvlab starts; whatever is not given here is as Redis has it by default. */
function persistenceGiven({ appendfsync, rdbSeconds, rdbChanges = 1 }: RedisSettings): Persistence {
  return {
    pausesSyncs: false,
    ...(appendfsync === undefined ? {} : { appendfsync }),
    ...(rdbSeconds === undefined ? {} : { snapshots: snapshotText(rdbSeconds, rdbChanges) }),
  };
}

/** How a running server persists, by its own settings; `undefined` if it did not tell all of those that matter. */
function persistenceRead(readings: EngineReadings): Persistence | undefined {
  const { appendonly, save } = readings;
  const appendfsync = APPENDFSYNC_NAMES.find((name) => name === readings.appendfsync);
  const pausesSyncs = readings.no_appendfsync_on_rewrite === "yes";
  if (appendonly === "yes") return appendfsync === undefined ? undefined : { appendfsync, pausesSyncs };
  if (appendonly !== "no" || typeof save !== "string") return undefined;
  const rules = Array.from(save.matchAll(/(\d+) (\d+)/g), ([, s, changes]) => snapshotText(Number(s), Number(changes)));
  return { pausesSyncs, ...(rules.length === 0 ? {} : { snapshots: rules.join(" or ") }) };
}

function snapshotText(seconds: number, changes: number): string {
  return `${seconds} s with ${changes} change${changes === 1 ? "" : "s"}`;
}

function promisesOf(persistence: Persistence): Promises {
  return { processCrash: processCrash(persistence), powerLoss: powerLoss(persistence) };
}

function processCrash({ appendfsync, snapshots }: Persistence): Loss {
  if (appendfsync === undefined) return sinceTheLastSnapshot(snapshots);
  switch (appendfsync) {
    case "everysec":
      return { text: "nothing; while a sync is slow, the last second, up to two", ageMsMax: EVERYSEC_KILL_MS_MAX };
    case "no":
    case "always":
      return NOTHING;
  }
}

/** `AOF_FSYNC_EVERYSEC` postpones a write for up to two seconds; the event loop may add to that. */
const EVERYSEC_KILL_MS_MAX = 2500;

function powerLoss({ appendfsync, pausesSyncs, snapshots }: Persistence): Loss {
  const whilePaused = "while a file is rewritten, what the system has not written yet (no-appendfsync-on-rewrite=yes)";
  if (appendfsync === undefined) return sinceTheLastSnapshot(snapshots);
  switch (appendfsync) {
    case "no":
      return { text: "what the system has not written yet, on Linux some 30 s" };
    case "everysec":
      return { text: `the last second, up to two while a sync is slow${pausesSyncs ? `; ${whilePaused}` : ""}` };
    case "always":
      return pausesSyncs ? { text: `nothing; ${whilePaused}` } : NOTHING;
  }
}

function sinceTheLastSnapshot(snapshots: string | undefined): Loss {
  if (snapshots === undefined) return EVERYTHING;
  return { text: `all writes since the last snapshot (taken after ${snapshots})` };
}

function failoverLoss({ wait, replicas }: RedisSettings): Loss {
  if (wait === 0) return { text: "what the replica does not have yet: replication is asynchronous" };
  // Whichever replica is promoted has it.
  if (wait === replicas) return NOTHING;
  return { text: `what the promoted replica lacks: --wait=${wait} covers only some of the replicas` };
}
