/**
 * Tests of the check at the end of a run: a file that has not the length that was written is an error, whoever is to
 * blame, and not a surprise for who opens it next.
 *
 * @module
 */
import { assertMatch, assertThrows } from "@std/assert";
import { connectShared } from "../backend/shared.ts";
import { prepareFiles } from "../../lib/backend/prepare.ts";
import { type LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import { REPLACE_NAMES } from "../../lib/persist/layout/snapshot/replacement.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { attachPersistence } from "../../lib/persist/persistence.ts";
import { SYNC_NAMES } from "../../lib/persist/durability.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { Clock } from "../../lib/sync/clock.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { fileOptions } from "../backend/fixtures.ts";

const LAYOUTS: readonly LayoutOptions[] = [
  ...REPLACE_NAMES.map((replace) => ({ kind: "snapshot", replace }) as const),
  { kind: "blocks", blockBytes: 4096 },
  { kind: "log", logBytes: 2 ** 20, pendingBytes: 2 ** 20 },
];

const CHANGES: Record<string, (path: string, bytes: number) => void> = {
  "longer": (path, bytes) => Deno.truncateSync(path, bytes + 1),
  "shorter": (path, bytes) => Deno.truncateSync(path, bytes - 1),
  "gone": (path) => Deno.removeSync(path),
};

for (const layout of LAYOUTS) {
  const name = layout.kind === "snapshot" ? `a snapshot replaced by ${layout.replace}` : `a file of ${layout.kind}`;
  for (const sync of SYNC_NAMES) {
    Deno.test(`Writer.makeAllDurable() names ${name} that has not the length that was written, sync ${sync}`, async () => {
      using directory = temporaryDirectory();
      const policy = { kind: "commit", commitDelayUs: 0 } as const;
      const options = fileOptions(directory.path, { fileCount: 1, policy, layout, sync });
      const context = { abort: Abort.create(), clock: Clock.create(), threads: 1 };
      const keys = { keyCount: 10, keyLengthMax: 16, valueLengthMax: 1000 };
      const files = await prepareFiles(options, keys, context);
      const backend = connectShared(files.handle, 0);
      const { writer } = attachPersistence(files.persistence, 0);
      for (let put = 0; put < 5; put++) {
        backend.put(PaddedBytes.of("key"), PaddedBytes.of("v".repeat(1000 - 100 * put)));
      }
      writer.makeAllDurable();
      for (const name of namesIn(directory.path).filter((name) => name !== "LOCK")) {
        for (const [change, apply] of Object.entries(CHANGES)) {
          const path = `${directory.path}/${name}`;
          const bytes = Deno.readFileSync(path);
          apply(path, bytes.length);
          const { message } = assertThrows(() => writer.makeAllDurable(), PersistError);
          // What marks a file as synced has to open it, and may be the first to miss it.
          const opening = change === "gone" ? `|Cannot open ${path}: (it has been removed|No such file)` : "";
          assertMatch(message, new RegExp(`^(Cannot finish ${path}: it has ${opening})`));
          Deno.writeFileSync(path, bytes);
          writer.makeAllDurable();
        }
      }
      files.directory.close();
    });
  }
}
