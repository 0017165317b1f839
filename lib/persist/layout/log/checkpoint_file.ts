/**
 * A checkpoint file while it is being written.
 *
 * @module
 */
import type { SerializerName } from "../../../codec/codec.ts";
import {
  openFile,
  removeQuietly,
  renameOver,
  syncData,
  syncDirectory,
  TEMPORARY_SUFFIX,
  writeAll,
} from "../../../system/file_io.ts";
import { isSynced, type SyncName } from "../../durability.ts";
import { logFileName } from "./log_file_name.ts";
import { encodeCheckpointTail, type LogIdentity } from "./log_format.ts";

/** What {@linkcode CheckpointFile} works with. */
export interface CheckpointFileParts {
  readonly directory: string;
  readonly identity: LogIdentity;
  readonly serializer: SerializerName;
  /** Above none, it is on the device before it gets its final name. */
  readonly sync: SyncName;
  /** Names of damaged files that it replaces; they are to be set aside, not removed. */
  readonly damaged?: readonly string[];
}

/** A checkpoint under its temporary name. Snapshots are appended one by one; then it is completed or abandoned. */
export class CheckpointFile {
  /** Bytes written so far. */
  bytes = 0;
  readonly path: string;
  readonly #parts: CheckpointFileParts;
  readonly #file: Deno.FsFile;
  readonly #snapshotBytes: number[] = [];
  #isOpen = true;

  /** @throws {PersistError} when it cannot be created */
  constructor(parts: CheckpointFileParts) {
    const { directory, identity, serializer } = parts;
    this.#parts = parts;
    this.path = `${directory}/${logFileName({ ...identity, isCheckpoint: true, serializer })}`;
    this.#file = openFile(this.path + TEMPORARY_SUFFIX, { write: true, create: true, truncate: true });
  }

  /** @throws {PersistError} when that fails */
  append(snapshot: Uint8Array): void {
    this.#write(snapshot);
    this.#snapshotBytes.push(snapshot.length);
  }

  /**
   * Writes the checkpoint's end and gives the file its final name.
   *
   * @throws {PersistError} when that fails; the file does not have its final name then
   */
  complete(): void {
    const { directory, identity, serializer, sync, damaged = [] } = this.#parts;
    const synced = isSynced(sync);
    const temporary = this.path + TEMPORARY_SUFFIX;
    this.#write(encodeCheckpointTail(identity, { sync, snapshotBytes: this.#snapshotBytes, damaged }, serializer));
    if (synced) syncData(this.#file, temporary);
    this.#close();
    renameOver(temporary, this.path);
    if (synced) syncDirectory(directory);
  }

  /** Removes the temporary file. */
  abandon(): void {
    this.#close();
    removeQuietly(this.path + TEMPORARY_SUFFIX);
  }

  #write(bytes: Uint8Array): void {
    writeAll(this.#file, this.path + TEMPORARY_SUFFIX, bytes);
    this.bytes += bytes.length;
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}
