/**
 * What SQLite promises.
 *
 * @module
 */
import { type Loss, NOTHING, type Promises } from "../promises.ts";
import type { SqliteSettings } from "./settings.ts";

/**
 * What SQLite says about `PRAGMA synchronous` and `PRAGMA journal_mode` (https://www.sqlite.org/pragma.html):
 *
 * - "Transactions are durable across application crashes regardless of the synchronous setting or journal mode", except
 *   that with the journal in memory, or none, an application that crashes in the middle of a transaction leaves a
 *   database file that "will very likely go corrupt".
 * - With synchronous OFF "the database might become corrupted if the operating system crashes or the computer loses
 *   power".
 * - With NORMAL "WAL mode is always consistent, but WAL mode does lose durability": what came after the last checkpoint
 *   "might roll back following a power loss". Other modes may lose the last commit, and more on old file systems.
 * - FULL syncs each commit. EXTRA adds, in DELETE mode, a sync of the directory from which the journal was removed:
 *   without it, a commit shortly before the power loss may be rolled back.
 */
export function sqlitePromises({ journal, synchronous }: SqliteSettings): Promises {
  return { processCrash: processCrash(journal), powerLoss: powerLoss(journal, synchronous) };
}

function processCrash(journal: SqliteSettings["journal"]): Loss {
  if (journal !== "memory" && journal !== "off") return NOTHING;
  return { text: "everything, if it hits in the middle of a put: nothing rolls that back", mayTear: true };
}

function powerLoss(journal: SqliteSettings["journal"], synchronous: SqliteSettings["synchronous"]): Loss {
  const isExposed = journal === "memory" || journal === "off" || synchronous === "off";
  if (isExposed) return { text: "everything: the database may become corrupt", mayTear: true };
  if (synchronous === "normal") {
    if (journal === "wal") return { text: "the commits since the last checkpoint" };
    return { text: "the last commits" };
  }
  if (journal === "delete" && synchronous === "full") {
    return { text: "the last commit, if it was a moment ago", writesMax: 1 };
  }
  return NOTHING;
}
