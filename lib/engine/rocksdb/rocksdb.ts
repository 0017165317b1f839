/**
 * RocksDB, by the C interface of the shared library that the machine has: a directory of logs and sorted tables that
 * one process opens.
 *
 * @module
 */
import type { Engine, PreparedEngine } from "../engine.ts";
import { prepareIn, type StoreSigns } from "../engine_directory.ts";
import { HarnessError } from "../engine_error.ts";
import { type Loss, NOTHING, type Promises } from "../promises.ts";
import { openDatabase, RocksdbConnection, RocksdbSharedConnection, type RocksdbTarget } from "./connection.ts";
import { findLibrary, MISSING_LIBRARY, type RocksdbSettings } from "./settings.ts";
import { loadLibrary } from "./library.ts";

/** RocksDB's directory inside kvlab's; it contains a lock file of its own. */
const DIRECTORY_NAME = "rocksdb";
/**
 * `CURRENT` names the manifest. Without it RocksDB begins anew over the tables and logs that it finds. It begins a log
 * whenever it is opened, and by default does not miss one.
 */
const SIGNS: StoreSigns = {
  file: `${DIRECTORY_NAME}/CURRENT`,
  companion: { name: /^\d+\.log$/, what: "log" },
  isSign: (name) => /^\d+\.(?:sst|log)$/.test(name),
};

/**
 * RocksDB. All load workers share the process's one database. Puts that come at the same time share a write and a sync
 * of the log, be they of several load workers, or of one with several in flight.
 */
export const ENGINE: Engine<RocksdbSettings> = {
  title: "RocksDB",
  promises: rocksdbPromises,

  async prepare({ settings, output, inFlight }): Promise<PreparedEngine> {
    const library = settings.library ?? findLibrary();
    if (library === undefined) throw new HarnessError("load", "librocksdb", MISSING_LIBRARY);
    const rocksdb = loadLibrary(library);
    return await prepareIn("rocksdb", { output, signs: SIGNS }, (directory) => {
      const path = `${directory}/${DIRECTORY_NAME}`;
      const database = openDatabase(rocksdb, path, settings);
      return {
        target: { ...settings, path, library, database, inFlight },
        close: () => rocksdb.rocksdb_close(database),
      };
    });
  },

  connect(target) {
    const connection = new RocksdbConnection(target as RocksdbTarget);
    return (target as RocksdbTarget).inFlight > 1 ? new RocksdbSharedConnection(connection) : connection;
  },
};

/**
 * What RocksDB says of `WriteOptions` (`include/rocksdb/options.h`) and in its wiki ("WAL Performance", "WAL Recovery
 * Modes"):
 *
 * - A put that is not synced has the "crash semantics" of the write() system call: "if it is just the process that
 *   crashes (i.e., the machine does not reboot), no writes will be lost".
 * - With sync, those of a write() that is followed by fdatasync().
 * - With disableWAL "the write may get lost after a crash": all that is in memtables, which are synced once they are
 *   tables.
 * - With manual_wal_flush what is not synced is "kept in RocksDB": then "the WAL write is not crash safe". The buffer
 *   has writable_file_max_buffer_size, by default 1 MiB.
 * - A cut may leave the end of the log torn. kPointInTimeRecovery and kSkipAnyCorruptedRecords open what is before it;
 *   kAbsoluteConsistency takes any of that for damage, and kTolerateCorruptedTailRecords what does not look like an
 *   end.
 */
function rocksdbPromises(settings: RocksdbSettings): Promises {
  return { processCrash: processCrash(settings), powerLoss: powerLoss(settings) };
}

const IN_MEMTABLES: Loss = { text: "the puts since a memtable was last made a table" };

function processCrash({ sync, disableWal, manualWalFlush, walRecoveryMode }: RocksdbSettings): Loss {
  if (disableWal === "true") return IN_MEMTABLES;
  if (sync === "data" || manualWalFlush !== "true") return NOTHING;
  return {
    text: "the last puts, up to 1 MiB of them",
    ...(walRecoveryMode === "absolute-consistency" ? { mayTear: true } : {}),
  };
}

function powerLoss({ sync, disableWal, walRecoveryMode }: RocksdbSettings): Loss {
  if (disableWal === "true") return IN_MEMTABLES;
  if (walRecoveryMode === "absolute-consistency" || walRecoveryMode === "tolerate-corrupted-tail-records") {
    return { text: "everything, if the end of the log is torn: RocksDB may refuse to open it", mayTear: true };
  }
  return sync === "data" ? NOTHING : { text: "the last updates, those that the system had not written yet" };
}
