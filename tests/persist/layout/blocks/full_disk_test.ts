/**
 * Tests of block files on a disk that gets full, while a file is created or while it grows: the run is told, what has
 * been acknowledged is still there, and the directory can be opened again without more room.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { FileConnection } from "../../../../lib/backend/file_connection.ts";
import { SERIALIZER_NAMES } from "../../../../lib/codec/codec.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { CommitPut } from "../../../../lib/persist/policy/commit.ts";
import { PersistError } from "../../../../lib/system/persist_error.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { isFull } from "../../../campaign/campaign.ts";
import { missingMounts, mountMemory } from "../../../campaign/mounts.ts";
import { testWhere } from "../../../main/kvlab.ts";
import { namesIn } from "../../../run/files.ts";
import { open, optionsOf, recover } from "./block_store.ts";

const STEP_BYTES = isFull() ? 4096 : 7 * 4096;
/** More than the puts below need: an extent takes 64 KiB. */
const DISK_BYTES_MAX = 320 * 1024;
const PUTS = 800;

for (const [i, serializer] of SERIALIZER_NAMES.entries()) {
  const sync = i === 0 ? "none" : "data";
  testWhere(
    missingMounts(),
    `a full disk takes nothing from block files in ${serializer} that was acknowledged, sync ${sync}`,
    async () => {
      let failed = 0, grown = 0;
      for (let bytes = 4096; bytes <= DISK_BYTES_MAX; bytes += STEP_BYTES) {
        using disk = mountMemory(bytes);
        const options = optionsOf(disk.path, serializer, { sync });
        const files = await open(options);
        const attached = attachPersistence(files.persistence, 0);
        const { store, writer } = attached;
        const policy = new CommitPut({ ...attached, shardsPerFile: files.persistence.shardsPerFile, sync, delayMs: 0 });
        const backend = new FileConnection({ store, layout: writer.layout, policy });
        const acknowledged = new Map<string, string>();
        try {
          for (let put = 0; put < PUTS; put++) {
            backend.put(PaddedBytes.of(`k${put}`), PaddedBytes.of(`value ${"x".repeat(put % 90)}`));
            acknowledged.set(`k${put}`, `value ${"x".repeat(put % 90)}`);
          }
        } catch (error) {
          assert(error instanceof PersistError, String(error));
          assertMatch(
            error.message,
            /^Cannot (write|create) \S+blocks-0000-of-0001\.512\.\S+: No space left on device/,
          );
          failed++;
          if (acknowledged.size > 0) grown++;
        }
        writer.layout.makeAllDurable();
        files.directory.close();
        assertEquals(namesIn(disk.path).filter((name) => name.endsWith(".tmp")), []);
        const { values, told } = await recover(options, Array.from({ length: PUTS }, (_, put) => `k${put}`));
        for (const [key, value] of acknowledged) assertEquals(values.get(key), value, `${bytes} bytes: ${key}`);
        assertEquals(told, 0, `${bytes} bytes`);
      }
      assertGreater(failed, grown);
      assertGreater(grown, 0);
    },
  );
}
