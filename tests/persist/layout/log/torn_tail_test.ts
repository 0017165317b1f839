/**
 * Tests of what a log's end is called: torn if it was never synced, damaged if it was.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { connectShared } from "../../../backend/shared.ts";
import type { FileBackendOptions } from "../../../../lib/backend/backend.ts";
import { prepareFiles } from "../../../../lib/backend/prepare.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../../../lib/codec/codec.ts";
import { CODECS, RECORD_CODECS } from "../../../../lib/codec/codecs.ts";
import { encodeDescription, readDescription } from "../../../../lib/codec/description.ts";
import { OutputBuffer } from "../../../../lib/codec/output_buffer.ts";
import { MARK_CODECS } from "../../../../lib/codec/record/mark_codec.ts";
import type { SyncName } from "../../../../lib/persist/durability.ts";
import { logFilesIn } from "../../../../lib/persist/layout/log/log_file_name.ts";
import { readLog } from "../../../../lib/persist/layout/log/stored_log.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { Abort } from "../../../../lib/sync/abort.ts";
import { Clock } from "../../../../lib/sync/clock.ts";
import { isFull } from "../../../campaign/campaign.ts";
import { namesIn, temporaryDirectory } from "../../../run/files.ts";
import { RecordedFiles } from "../../recorded_files.ts";

const KEYS = { keyCount: 64, keyLengthMax: 8, valueLengthMax: 1200 };
const PUTS = 8;
/** So long that the records of a few puts take several sectors. */
const VALUE_BYTES = 300;
const SECTOR_BYTES = 512;

/** A log of one segment: its bytes, and where each put's records end. */
interface Written {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: readonly number[];
  readonly name: string;
}

/** Commits puts one by one, so that each is a batch, and ends by a crash or orderly. */
async function write(
  path: string,
  serializer: SerializerName,
  { sync, isOrderly }: { sync: SyncName; isOrderly: boolean },
): Promise<Written> {
  const options: FileBackendOptions = {
    kind: "file",
    output: path,
    fileCount: 1,
    serializer,
    policy: { kind: "commit", commitDelayUs: 0 },
    layout: { kind: "log", logBytes: 2 ** 16, pendingBytes: 2 ** 20 },
    sync,
  };
  // Syncs take time, and nothing is cut here.
  using _ = new RecordedFiles(path);
  const files = await prepareFiles(options, KEYS, { abort: Abort.create(), clock: Clock.create(), threads: 1 });
  const backend = connectShared(files.handle, 0);
  const ends: number[] = [];
  let name = "";
  for (let i = 0; i < PUTS; i++) {
    backend.put(PaddedBytes.of(`k${i % 5}`), PaddedBytes.of(`${i} ${"v".repeat(VALUE_BYTES)}`));
    name = namesIn(path).find((name) => /^log-.*[0-9]\.[a-z]+$/.test(name)) ?? "";
    ends.push(Deno.readFileSync(`${path}/${name}`).findLastIndex((byte) => byte !== 0) + 1);
  }
  if (isOrderly) attachPersistence(files.persistence, 0).writer.makeAllDurable();
  files.directory.close();
  return { bytes: Deno.readFileSync(`${path}/${name}`), ends, name };
}

/** What a log of this one segment is called, and how many of its puts are there. */
function judge(path: string, serializer: SerializerName, { name }: Written, bytes: Uint8Array) {
  Deno.writeFileSync(`${path}/${name}`, bytes);
  const options = { logs: 1, shards: 256, serializer, codec: CODECS[serializer], records: RECORD_CODECS[serializer] };
  const { files, tables } = readLog(0, logFilesIn(path, [name]), options);
  const puts = tables.reduce((sum, { version }) => sum + version, 0);
  return { health: files[0]?.health, reason: files[0]?.reason ?? "", puts };
}

function flipped(bytes: Uint8Array<ArrayBuffer>, bit: number): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

/** Where the segment's description ends. */
function headEnd({ bytes }: Written, serializer: SerializerName): number {
  return readDescription(bytes, serializer)?.end ?? 0;
}

for (const serializer of SERIALIZER_NAMES) {
  for (const isOrderly of [false, true]) {
    const which = isOrderly
      ? "that has come to an orderly end"
      : "of which only the last batch is not known to be synced";
    Deno.test(`any bit that flips before what was synced damages a log in ${serializer} ${which}`, async () => {
      using directory = temporaryDirectory();
      const written = await write(directory.path, serializer, { sync: "data", isOrderly });
      const { bytes, ends } = written;
      assertEquals(judge(directory.path, serializer, written, bytes), { health: "sound", reason: "", puts: PUTS });
      const synced = ends.at(isOrderly ? -1 : -2)!;
      const step = isFull() ? 1 : 131;
      for (let bit = 8 * headEnd(written, serializer); bit < 8 * ends.at(-1)!; bit += step) {
        const at = bit >> 3;
        // The checksum at a record's end may end with zeros, so that its end is not seen.
        if (Math.abs(at - synced) < 4) continue;
        const { health, reason, puts } = judge(directory.path, serializer, written, flipped(bytes, bit));
        assertEquals(health, at < synced ? "damaged" : "torn", `bit ${bit} of ${synced} bytes`);
        assertMatch(reason, at < synced ? /^damaged at byte \d+: it was synced up to byte \d+$/ : /never synced$/);
        assert(puts <= ends.filter((end) => end <= at + 4).length, `bit ${bit}: ${puts} puts`);
      }
    });
  }

  Deno.test(`a hole in a log in ${serializer} that nobody syncs is a torn tail if a sector was never written back`, async () => {
    using directory = temporaryDirectory();
    const written = await write(directory.path, serializer, { sync: "none", isOrderly: true });
    const { bytes, ends } = written;
    for (let sector = SECTOR_BYTES; sector + SECTOR_BYTES <= ends.at(-1)!; sector += SECTOR_BYTES) {
      const holed = bytes.slice().fill(0, sector, sector + SECTOR_BYTES);
      const { health, reason, puts } = judge(directory.path, serializer, written, holed);
      assertEquals(health, "torn", `sector at ${sector}`);
      assertMatch(reason, /^torn tail of \d+ bytes from byte \d+ on, never synced$/);
      assertEquals(puts, ends.filter((end) => end <= sector).length);
    }
    const middle = (ends[2]! + ends[3]!) >> 1;
    const { health, reason } = judge(directory.path, serializer, written, flipped(bytes, 8 * middle));
    assertEquals(health, "damaged");
    assertMatch(reason, /^damaged at byte \d+: it goes on at byte \d+$/);
  });

  Deno.test(`a log in ${serializer} of the older format, without marks, is judged as it was`, async () => {
    using directory = temporaryDirectory();
    const written = await write(directory.path, serializer, { sync: "none", isOrderly: true });
    const head = encodeDescription({
      format: "kvlab-log/1",
      log: 0,
      logs: 1,
      shards: 256,
      segment: 1,
      previous_bytes: 0,
      record: ["shard", "version", "key", "value", "crc32"],
    }, serializer);
    const records = written.bytes.subarray(headEnd(written, serializer));
    const older = new Uint8Array([...head, ...records]);
    assertEquals(judge(directory.path, serializer, written, older), { health: "sound", reason: "", puts: PUTS });
    const broken = judge(directory.path, serializer, written, flipped(older, 8 * (head.length + 100)));
    assertEquals([broken.health, broken.puts], ["damaged", 0]);
    assertMatch(broken.reason, /^its bytes from \d+ to \d+ are not sound records$/);
    const cut = judge(directory.path, serializer, written, older.subarray(0, older.length - 3));
    assertEquals([cut.health, cut.puts], ["torn", PUTS - 1]);
    assertMatch(cut.reason, /^its last record was not written completely/);
    // A run goes on from it in segments of the present format.
    Deno.writeFileSync(`${directory.path}/${written.name}`, older);
    await write(directory.path, serializer, { sync: "data", isOrderly: true });
    const options = { logs: 1, shards: 256, serializer, codec: CODECS[serializer], records: RECORD_CODECS[serializer] };
    const { files, tables } = readLog(0, logFilesIn(directory.path, namesIn(directory.path)), options);
    assertEquals(files.map(({ health }) => health), ["sound", "sound"]);
    assertEquals(tables.reduce((sum, { version }) => sum + version, 0), 2 * PUTS);
  });

  Deno.test(`${serializer} marks come back, and are not read when a bit has flipped or as records`, () => {
    const out = new OutputBuffer(0);
    for (const synced of [0, 1, 511, 2 ** 31, 2 ** 32 + 7, 2 ** 40]) {
      const end = MARK_CODECS[serializer].encode(synced, out, 0);
      const bytes = out.bytes.slice(0, end);
      const reader = MARK_CODECS[serializer].reader(bytes);
      // A mark cannot say more than its own position.
      assertEquals(reader.read(0), synced === 0 ? end : -1);
      assertEquals(reader.syncedBytes, synced);
      assertEquals(RECORD_CODECS[serializer].reader(bytes).read(0), -1);
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        assertEquals(MARK_CODECS[serializer].reader(flipped(bytes, bit)).read(0), -1, `bit ${bit}`);
      }
    }
    assertGreater(out.bytes.length, 0);
  });
}
