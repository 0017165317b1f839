/**
 * Faults of what writes files: the log's checkpoints, and the snapshots.
 *
 * @module
 */
import type { Fault } from "./fault.ts";

const CHECKPOINT_WRITER = "lib/persist/layout/log/checkpoint_writer.ts";
const FILE_IO = "lib/system/file_io.ts";
const PAGED_ARENAS = "lib/store/paged_arenas.ts";
const OVERWRITING = "lib/persist/layout/snapshot/overwriting.ts";

export const FILE_FAULTS: readonly Fault[] = [
  {
    name: "a checkpoint begins its segment without the log's lock",
    patches: [{
      path: CHECKPOINT_WRITER,
      from: "      locks.lock(log);\n      try {\n        this.#work = this.#begin(log);\n      } finally {\n" +
        "        locks.unlock(log);\n      }\n",
      to: "      this.#work = this.#begin(log);\n",
    }],
    module: "files",
    scenarios: ["a log, committed"],
  },
  {
    name: "segments are removed before their checkpoint is complete",
    patches: [{
      path: CHECKPOINT_WRITER,
      from: "      work.file.complete();\n      locks.lock(work.log);\n",
      to: "      locks.lock(work.log);\n",
    }, {
      path: CHECKPOINT_WRITER,
      from: "        this.#install(work);\n      } finally {\n        locks.unlock(work.log);\n      }\n",
      to: "        this.#install(work);\n      } finally {\n        locks.unlock(work.log);\n      }\n" +
        "      work.file.complete();\n",
    }],
    module: "files",
    scenarios: ["a log, committed"],
  },
  {
    name: "a snapshot is renamed before it is written",
    patches: [{
      path: FILE_IO,
      from: "      writeAll(file, temporary, bytes);\n",
      to: "      renameOver(temporary, path);\n      writeAll(file, path, bytes);\n",
    }, {
      path: FILE_IO,
      from: "    renameOver(temporary, path);\n  } catch",
      to: "  } catch",
    }],
    module: "files",
    scenarios: ["snapshots, committed"],
  },
  {
    name: "a snapshot goes to the side that is the newest",
    patches: [{
      path: OVERWRITING,
      from: '    const side = newest === undefined ? "a" : otherSide(newest);\n',
      to: '    const side = newest ?? "a";\n    otherSide(side);\n',
    }],
    module: "files",
    scenarios: ["alternating snapshots, committed"],
  },
  {
    name: "a delete does not change its page",
    patches: [{
      path: PAGED_ARENAS,
      from: "    if (table.live(region, page) === 0) table.setUsed(region, page, 0);\n    table.mark(region, page);\n",
      to: "    if (table.live(region, page) === 0) table.setUsed(region, page, 0);\n",
    }],
    module: "files",
    scenarios: ["blocks with deletes, committed", "blocks with deletes, swept"],
  },
];
