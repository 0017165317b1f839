/**
 * The workers of the commit policy's stress test: each puts keys of its own, and looks at the file after each put.
 *
 * @module
 */
import { decode } from "../../codec/decode.ts";
import { FileConnection } from "../../../lib/backend/file_connection.ts";
import { CODECS } from "../../../lib/codec/codecs.ts";
import { attachPersistence } from "../../../lib/persist/persistence.ts";
import type { PersistenceHandle } from "../../../lib/persist/persistence_handle.ts";
import { CommitPut } from "../../../lib/persist/policy/commit.ts";
import { PersistError } from "../../../lib/system/persist_error.ts";
import { PaddedBytes } from "../../../lib/store/padded_bytes.ts";
import { Abort, AbortError, type AbortHandle } from "../../../lib/sync/abort.ts";
import { meet, serve } from "../../sync/serve.ts";

export interface CommitConfig {
  readonly handle: PersistenceHandle;
  readonly abort: AbortHandle;
  /** Where the workers meet before they begin. */
  readonly meeting: Int32Array<SharedArrayBuffer>;
  readonly worker: number;
  readonly workers: number;
  readonly puts: number;
  readonly delayMs: number;
}

export interface CommitResult {
  /** Puts that returned. */
  readonly acknowledged: number;
  /** Puts that had returned, and that a reader did not find in the file. */
  readonly missing: number;
  /** What ended the puts early. */
  readonly failure?: "persist" | "abort";
}

if (import.meta.main) serve(putAndLook);

function putAndLook({ handle, abort, meeting, worker, workers, puts, delayMs }: CommitConfig): CommitResult {
  const attached = attachPersistence(handle, worker);
  const { writer, store } = attached;
  const policy = new CommitPut({ ...attached, shardsPerFile: 1, sync: handle.sync, delayMs });
  const backend = new FileConnection({ store, layout: writer.layout, policy });
  const key = PaddedBytes.of(`worker ${worker}`);
  meet(meeting, 0, workers, Abort.attach(abort));
  let missing = 0;
  for (let put = 1; put <= puts; put++) {
    try {
      backend.put(key, PaddedBytes.of(`${put}`));
    } catch (error) {
      if (error instanceof PersistError) return { acknowledged: put - 1, missing, failure: "persist" };
      if (error instanceof AbortError) return { acknowledged: put - 1, missing, failure: "abort" };
      throw error;
    }
    const { entries } = decode(CODECS.json, Deno.readFileSync(`${handle.directory}/shard-0000-of-0001.json`));
    if (entries[key.toString()] !== `${put}`) missing++;
  }
  return { acknowledged: puts, missing };
}
