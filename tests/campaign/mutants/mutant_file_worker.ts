/**
 * The mutant file workers: each does, until it is killed, one thing in the wrong order or the wrong place. Its name,
 * which is the worker's, says which.
 *
 * @module
 */
import { CODECS } from "../../../lib/codec/codecs.ts";
import { OutputBuffer } from "../../../lib/codec/output_buffer.ts";
import { openFile, renameOver, writeAll } from "../../../lib/system/file_io.ts";
import type { FileWorkerConfiguration } from "../../../lib/persist/file_worker.ts";
import type { SnapshotHandle } from "../../../lib/persist/layout/snapshot/snapshot.ts";
import { ShardFiles } from "../../../lib/persist/layout/snapshot/shard_files.ts";
import { Ledger } from "../../../lib/persist/ledger.ts";
import { shardFileName, type Side } from "../../../lib/persist/layout/snapshot/shard_file_name.ts";
import { WriteQueue } from "../../../lib/persist/write_queue.ts";
import { Witness } from "../../../lib/persist/witness.ts";
import { SharedStore } from "../../../lib/store/shared_store.ts";
import { Abort } from "../../../lib/sync/abort.ts";
import { Clock } from "../../../lib/sync/clock.ts";
import { Phase, RUNNING } from "../../../lib/sync/phase.ts";
import { serveTask } from "../../../lib/sync/task.ts";
import { FILE_MUTANTS, type FileMutant, isMutant } from "./mutants.ts";

/** A snapshot to write. */
interface Snapshot {
  readonly shard: number;
  readonly version: number;
  readonly bytes: Uint8Array;
  /** Gives its place in the queue back, if it has one. Done after the writing if not before. */
  release(): void;
}

/** Sound parts, for the mutants to put together wrongly. */
class Parts {
  readonly store: SharedStore;
  readonly ledger: Ledger;
  readonly shardFiles: ShardFiles;
  readonly queue: WriteQueue | undefined;
  readonly #configuration: FileWorkerConfiguration;
  readonly #witness: Witness;
  readonly #clock: Clock;
  readonly #scratch = new OutputBuffer();

  constructor(configuration: FileWorkerConfiguration) {
    const { persistence } = configuration;
    const { queue } = persistence;
    this.#configuration = configuration;
    this.store = SharedStore.attach(persistence.store);
    this.ledger = Ledger.attach(persistence.ledger);
    if (persistence.layout.kind !== "snapshot") throw new Error("Cannot be wrong about another layout than snapshots");
    this.shardFiles = ShardFiles.attach((persistence.layout as SnapshotHandle).shardFiles);
    this.queue = queue === undefined ? undefined : WriteQueue.attach(queue);
    this.#clock = Clock.attach(persistence.clock);
    this.#witness = Witness.ofWritten(persistence.witness ?? "");
  }

  path(shard: number, side?: Side): string {
    const { directory, serializer } = this.#configuration.persistence;
    return `${directory}/${shardFileName(shard, this.store.size.shards, serializer, side)}`;
  }

  record(shard: number, version: number): void {
    this.ledger.recordWritten(shard, { version, atMs: this.#clock.nowMs() });
    this.#witness.record(shard, version);
  }

  /** Has snapshots written, from the queue or, without one, of each dirty shard again and again. */
  each(write: (snapshot: Snapshot) => void): void {
    if (this.queue !== undefined) return this.#eachQueued(this.queue, write);
    const phase = Phase.attach(this.#configuration.phase);
    const abort = Abort.attach(this.#configuration.abort);
    phase.waitFor(RUNNING, abort);
    while (phase.current === RUNNING) {
      abort.check();
      for (let shard = 0; shard < this.store.size.shards; shard++) {
        if (this.ledger.dirtySinceMs(shard) > 0) write({ shard, ...this.#encode(shard), release: () => {} });
      }
    }
  }

  #eachQueued(queue: WriteQueue, write: (snapshot: Snapshot) => void): void {
    const queued = { shard: 0, version: 0, sinceMs: 0, bytes: new Uint8Array(new SharedArrayBuffer(0)) };
    while (queue.take(queued)) {
      let released = false;
      const release = () => {
        if (!released) queue.release();
        released = true;
      };
      write({ ...queued, release });
      release();
    }
  }

  #encode(shard: number): { version: number; bytes: Uint8Array } {
    const { store, ledger } = this;
    store.lockShard(shard);
    const view = store.viewShard(shard);
    const length = CODECS[this.#configuration.persistence.serializer].encode(view, this.#scratch);
    ledger.take(shard);
    store.unlockShard(shard);
    return { version: view.version, bytes: this.#scratch.bytes.subarray(0, length) };
  }
}

const WORK: Record<FileMutant, (parts: Parts) => void> = {
  "records before writing": (parts) =>
    parts.each(({ shard, version, bytes }) => {
      parts.record(shard, version);
      replaceInPieces(parts.path(shard), bytes);
    }),
  "releases before writing": (parts) =>
    parts.each(({ shard, version, bytes, release }) => {
      release();
      replaceInPieces(parts.path(shard), bytes);
      parts.record(shard, version);
    }),
  "records what it drops"(parts) {
    let turn = 0;
    parts.each(({ shard, version, bytes }) => {
      if (turn++ % 2 === 0) replaceInPieces(parts.path(shard), bytes);
      parts.record(shard, version);
    });
  },
  "records later puts": (parts) =>
    parts.each(({ shard, bytes }) => {
      replaceInPieces(parts.path(shard), bytes);
      parts.record(shard, parts.store.version(shard));
    }),
  "overwrites in place": (parts) =>
    parts.each(({ shard, version, bytes }) => {
      overwriteInPieces(parts.path(shard), bytes);
      parts.record(shard, version);
    }),
  "renames before writing": (parts) =>
    parts.each(({ shard, version, bytes }) => {
      const path = parts.path(shard);
      const file = openFile(`${path}.tmp`, { write: true, createNew: true });
      renameOver(`${path}.tmp`, path);
      writeInPieces(file, path, bytes);
      parts.record(shard, version);
    }),
  "overwrites the newer side": (parts) =>
    parts.each(({ shard, version, bytes }) => {
      overwriteInPieces(parts.path(shard, parts.shardFiles.newest(shard) ?? "a"), bytes);
      parts.record(shard, version);
    }),
};

/** So small that writing takes most of a mutant's time, and a kill mostly comes in the middle of it. */
const PIECE_BYTES = 64;

/** Writes the content and closes the file. */
function writeInPieces(file: Deno.FsFile, path: string, bytes: Uint8Array): void {
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    writeAll(file, path, bytes.subarray(start, start + PIECE_BYTES));
  }
  file.close();
}

function overwriteInPieces(path: string, bytes: Uint8Array): void {
  const file = openFile(path, { write: true, create: true });
  writeInPieces(file, path, bytes);
  Deno.truncateSync(path, bytes.length);
}

function replaceInPieces(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.tmp`;
  writeInPieces(openFile(temporary, { write: true, createNew: true }), temporary, bytes);
  renameOver(temporary, path);
}

serveTask((configuration: FileWorkerConfiguration) => {
  const { name } = globalThis as unknown as { name: string };
  if (!isMutant(FILE_MUTANTS, name)) throw new Error(`Cannot be wrong: there is no mutant ${JSON.stringify(name)}`);
  const parts = new Parts(configuration);
  Phase.attach(configuration.phase).arrive();
  WORK[name](parts);
});
