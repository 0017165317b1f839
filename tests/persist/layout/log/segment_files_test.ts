/**
 * Tests of what is written ahead of a log's records.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { LogEnds } from "../../../../lib/persist/layout/log/log_ends.ts";
import { SegmentFiles } from "../../../../lib/persist/layout/log/segment_files.ts";
import type { SyncName } from "../../../../lib/persist/durability.ts";
import { WriteMeter } from "../../../../lib/persist/write_meter.ts";
import { namesIn, temporaryDirectory } from "../../../run/files.ts";

const SEGMENT_BYTES = 64 * 1024;
const PIECE = new Uint8Array(1000).fill(0x61);
const PIECES = 300;

/** Appends pieces to two logs by turns; returns the size of each segment, by name. */
function appendPieces(directory: string, sync: SyncName) {
  const ends = LogEnds.create(2);
  const meter = WriteMeter.create(1).writer(0);
  const common = { directory, logs: 2, shards: 256, serializer: "json", openFilesMax: 8 } as const;
  const segments = new SegmentFiles({ ...common, sync, ends, meter, segmentBytes: SEGMENT_BYTES });
  for (let i = 0; i < PIECES; i++) segments.append(i % 2, PIECE);
  segments.close();
  const sizes = namesIn(directory).sort().map((name) => [name, Deno.statSync(`${directory}/${name}`).size] as const);
  return { ends, sizes };
}

for (const sync of ["none", "data", "full"] as const) {
  Deno.test(`SegmentFiles.append() begins a new segment when one is full, with sync ${sync}`, () => {
    using directory = temporaryDirectory();
    const { ends, sizes } = appendPieces(directory.path, sync);
    assert(sizes.length > 4, `${sizes.length} segments`);
    assertEquals(sizes.length, ends.segment(0) + ends.segment(1));
    // Full is between half of a segment's size and all of it, and the last piece is never split.
    for (const [name, size] of sizes) assert(size <= SEGMENT_BYTES + PIECE.length, `${name} has ${size} bytes`);
  });
}

Deno.test("SegmentFiles.sync() leaves nothing unsynced of a batch that began in an earlier segment", () => {
  using directory = temporaryDirectory();
  using device = new WrittenFiles();
  const ends = LogEnds.create(2);
  const meter = WriteMeter.create(1).writer(0);
  // One descriptor for two logs, so that each is closed before it is synced.
  const common = { directory: directory.path, logs: 2, shards: 256, serializer: "json", openFilesMax: 1 } as const;
  const segments = new SegmentFiles({ ...common, sync: "data", ends, meter, segmentBytes: SEGMENT_BYTES });
  for (let batch = 1; batch <= 3; batch++) {
    for (let i = 0; i < PIECES; i++) segments.append(i % 2, PIECE);
    for (const log of [0, 1]) segments.sync(log);
    assertEquals(device.unsynced, new Set());
    assert(ends.segment(0) > 2 * batch, `${ends.segment(0)} segments`);
  }
  segments.close();
});

Deno.test("SegmentFiles.append() writes zeros ahead where writes are synced, up to the end of the segment", () => {
  using directory = temporaryDirectory();
  const { ends } = appendPieces(directory.path, "data");
  const name = namesIn(directory.path).filter((name) => name.startsWith("log-0000")).sort().at(-1);
  const bytes = Deno.readFileSync(`${directory.path}/${name}`);
  assertEquals(bytes.length, ends.allocated(0));
  assert(Number.isInteger(ends.allocated(0)));
  assert(ends.offset(0) < bytes.length);
  assert(bytes.subarray(ends.offset(0)).every((byte) => byte === 0));
});

/** Follows, until disposed of, which files have been written since they were last synced, by their inodes. */
class WrittenFiles implements Disposable {
  readonly unsynced = new Set<number | null>();
  readonly #original = methodsOf(Deno.FsFile.prototype);

  constructor() {
    const { unsynced } = this;
    const { writeSync, syncDataSync } = this.#original;
    Deno.FsFile.prototype.writeSync = function (bytes) {
      unsynced.add(this.statSync().ino);
      return writeSync.call(this, bytes);
    };
    Deno.FsFile.prototype.syncDataSync = function () {
      syncDataSync.call(this);
      unsynced.delete(this.statSync().ino);
    };
  }

  [Symbol.dispose](): void {
    Object.assign(Deno.FsFile.prototype, this.#original);
  }
}

function methodsOf({ writeSync, syncDataSync }: Deno.FsFile): Pick<Deno.FsFile, "writeSync" | "syncDataSync"> {
  return { writeSync, syncDataSync };
}
