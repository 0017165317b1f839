/**
 * etcd: a server or a cluster, started by kvlab or already running.
 *
 * @module
 */
import { afterFailure } from "../../sync/clean_up.ts";
import type { Engine, EnginePreparation, PreparedEngine } from "../engine.ts";
import { prepareIn, type StoreSigns } from "../engine_directory.ts";
import { EngineError } from "../engine_error.ts";
import { leftRemark } from "../server/client_texts.ts";
import { type Loss, NOTHING } from "../promises.ts";
import { explainFailures } from "../server/spawned_server.ts";
import { killServerIn } from "../server/server_process.ts";
import { EtcdClient } from "./client.ts";
import { EtcdCluster } from "./cluster.ts";
import { base64Of, endOf, EtcdConnection } from "./connection.ts";
import { DATA_NAME } from "./member.ts";
import type { EtcdSettings, EtcdTarget, SpawnedSettings } from "./settings.ts";

/** What all of kvlab's keys begin with. */
const KEY_PREFIX = "kvlab:";

/** The database is made when the server first starts; the snapshots beside it come later. */
const SIGNS: StoreSigns = { file: `${DATA_NAME}/member/snap/db`, isSign: (name) => name.endsWith(".snap") };

/** A request of 1.5 MiB (`--max-request-bytes`) has room for a value of this size, beside its key. */
const VALUE_BYTES_MAX = 1 << 20;

/** What a running server says that was told so, by which it "may cause data loss". */
const UNSYNCED: Loss = { text: "everything that the system had not written yet (unsafe-no-fsync)", mayTear: true };

/**
 * A server that starts again waits for its election timeout, of a second or two, before it elects itself: even one that
 * is alone, to which neither of these times means anything else.
 */
const LONE_SERVER = ["--heartbeat-interval=10", "--election-timeout=100"];

/** How many revisions a server keeps that it has compacted; it compacts every five minutes. */
const REVISIONS_KEPT = 1000;

/** etcd, with a connection of HTTP for each operation in flight. */
export const ENGINE: Engine<EtcdSettings> = {
  title: "etcd",

  /**
   * According to its documentation (https://etcd.io/docs/v3.4/learning/api_guarantees/): "Any completed operations are
   * durable. All accessible data is also durable data." Each put is synced to the log of most servers before it is
   * acknowledged, and only a server that has all of these is elected.
   */
  promises: ({ members = 1 }, known) => ({
    processCrash: NOTHING,
    powerLoss: known?.readings?.unsafe_no_fsync === "true" ? UNSYNCED : NOTHING,
    ...(members > 1 ? { failover: NOTHING } : {}),
  }),

  prepare(preparation): Promise<PreparedEngine> {
    const { settings, valueBytesMax } = preparation;
    if (valueBytesMax > VALUE_BYTES_MAX) {
      throw new EngineError("use", "etcd", `values of ${valueBytesMax} B, must be at most ${VALUE_BYTES_MAX} B`);
    }
    return settings.url === undefined ? spawn(preparation, settings) : useRunning(settings.url, preparation);
  },

  killServer: killServerIn,

  connect: (target, worker) => EtcdConnection.open(target as EtcdTarget, worker),
};

/** Starts a server or a cluster in a directory of its own. */
function spawn(
  { output, inFlight, fault, stop }: EnginePreparation,
  { spawn: program, members = 1, snapshotCount, quotaBackendBytes }: SpawnedSettings,
): Promise<PreparedEngine> {
  return prepareIn("etcd", { output, signs: members === 1 ? SIGNS : undefined }, async (directory) => {
    const cluster = await EtcdCluster.start({
      program,
      directory,
      ...(output === undefined ? { temporary: directory } : {}),
      args: [
        `--snapshot-count=${snapshotCount}`,
        `--quota-backend-bytes=${quotaBackendBytes}`,
        "--auto-compaction-mode=revision",
        `--auto-compaction-retention=${REVISIONS_KEPT}`,
        ...(members === 1 ? LONE_SERVER : []),
      ],
      members,
      canBeCutOff: fault === "partition",
      stop,
    });
    try {
      const { member: leader } = await cluster.leader();
      const others = cluster.members.filter((member) => member !== leader);
      const urls = [leader, ...others].map(({ url }) => url).join(" ");
      const target: EtcdTarget = { urls, isOwn: true, keyPrefix: KEY_PREFIX, inFlight };
      return {
        target,
        servers: cluster.members.map(({ pid }) => pid),
        ...(members > 1 ? { failover: cluster } : {}),
        explain: () => explainFailures(cluster.members),
        close: () => cluster.end(),
      };
    } catch (error) {
      await afterFailure(() => cluster.end());
      throw error;
    }
  });
}

/**
 * Uses a server that is already running: only kvlab's own keys are touched, and they are removed at the end.
 *
 * @throws {EngineError} when it cannot be reached
 */
async function useRunning(
  url: string,
  { inFlight, onWarning }: Pick<EnginePreparation, "inFlight" | "onWarning">,
): Promise<PreparedEngine> {
  const keyPrefix = `${KEY_PREFIX}${crypto.randomUUID().slice(0, 8)}:`;
  const target: EtcdTarget = { urls: url, isOwn: false, keyPrefix, inFlight };
  const client = await EtcdClient.connect(target);
  try {
    const { count = 0 } = await client.ask("kv/range", rangeOf(KEY_PREFIX, ',"count_only":true'));
    const remark = leftRemark(client.address, { count: Number(count), thing: "key", names: `${KEY_PREFIX}*` });
    if (remark !== undefined) onWarning?.(remark);
  } finally {
    client.close();
  }
  return { target, servers: "elsewhere", close: () => removeKeys(target) };
}

/** @throws {EngineError} when that fails; the keys are then left */
async function removeKeys(target: EtcdTarget): Promise<void> {
  const { keyPrefix } = target;
  const client = await EtcdClient.connect(target);
  try {
    await client.send("kv/deleterange", rangeOf(keyPrefix));
  } catch (error) {
    throw new EngineError("remove", `the keys ${keyPrefix}* from ${client.address}, which keeps them`, error);
  } finally {
    client.close();
  }
}

/** A request for all keys with a prefix. */
function rangeOf(prefix: string, more = ""): string {
  return `{"key":"${base64Of(prefix)}","range_end":"${base64Of(endOf(prefix))}"${more}}`;
}
