/**
 * Which scenarios there are, and how what they load is built.
 *
 * @module
 */
import type { BuildOptions } from "./build.ts";

/** The modules of scenarios, and of the library those in which plain reads and writes are steps as well. */
export const MODULES: Readonly<Record<string, BuildOptions>> = {
  mutex: {},
  condition: {},
  doorbell: {},
  phase: {},
  store: { marked: ["lib/store/shard.ts", "lib/store/shared_store.ts"] },
  pending: { marked: ["lib/persist/layout/log/pending_records.ts"] },
  queue: { marked: ["lib/persist/write_queue.ts"] },
  policies: { marked: ["lib/persist/ledger.ts", "lib/store/shared_store.ts"] },
  // Files so small that a few puts begin new segments and extents, and buffers that are soon allocated.
  files: {
    patches: [
      {
        path: "lib/persist/layout/log/segment.ts",
        from: "const SEGMENT_BYTES_MIN = 64 * 1024;",
        to: "const SEGMENT_BYTES_MIN = 256;",
      },
      {
        path: "lib/persist/layout/log/log_layout.ts",
        from: "const PIECE_BYTES = 512 * 1024;",
        to: "const PIECE_BYTES = 4096;",
      },
      {
        path: "lib/persist/layout/blocks/block_layout.ts",
        from: "const PIECE_BYTES = 256 * 1024;",
        to: "const PIECE_BYTES = 4096;",
      },
      {
        path: "lib/persist/layout/blocks/block_files.ts",
        from: "const PIECE_BYTES = 2 ** 20;",
        to: "const PIECE_BYTES = 4096;",
      },
      {
        path: "lib/persist/layout/blocks/block_format.ts",
        from: "const EXTENT_BYTES = 32 * 1024;",
        to: "const EXTENT_BYTES = 1024;",
      },
    ],
  },
};

/** How a module is built with more patches. */
export function buildOptions(module: string, patches: BuildOptions["patches"] = []): BuildOptions {
  const options = MODULES[module] ?? {};
  return { ...options, patches: [...options.patches ?? [], ...patches] };
}
