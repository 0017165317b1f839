/**
 * Tests that block files of earlier formats are read, and that what is deleted from them stays deleted, although a key
 * may be in two of their blocks.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { SERIALIZER_NAMES } from "../../../../lib/codec/codec.ts";
import { inspectDirectory } from "../../../../lib/inspect/inspect.ts";
import {
  BLOCKS_FORMAT,
  encodeHead,
  headPlace,
  NOT_SYNCED,
  OLDER_FORMATS,
  readHead,
} from "../../../../lib/persist/layout/blocks/block_format.ts";
import { temporaryDirectory } from "../../../run/files.ts";
import { BLOCK_BYTES, blockFileIn, optionsOf, putAll, recover, type Write } from "./block_store.ts";
import { OLDER_VALUES, olderFile } from "./older_files.ts";

const IDENTITY = { file: 0, files: 1, shards: 256, blockBytes: BLOCK_BYTES };
const NAMES = OLDER_VALUES.map(([key]) => key);

for (const serializer of SERIALIZER_NAMES) {
  for (const format of OLDER_FORMATS) {
    Deno.test(`a block file in ${serializer} of the format ${format} is read, and goes on in the present one`, async () => {
      using directory = temporaryDirectory();
      const bytes = await olderFile(serializer);
      const placeAt = headPlace(1) * BLOCK_BYTES;
      const { extents } = readHead(bytes.slice(placeAt, placeAt + BLOCK_BYTES), IDENTITY, serializer)!;
      const heads = format === OLDER_FORMATS[0] ? { extents, format, synced: NOT_SYNCED } : { extents, format };
      bytes.set(encodeHead(IDENTITY, heads, serializer), placeAt);
      Deno.writeFileSync(`${directory.path}/blocks-0000-of-0001.${BLOCK_BYTES}.${serializer}`, bytes);

      const { totals, parts } = inspectDirectory(directory.path, { forceRead: false });
      assertEquals([totals.health.sound, totals.entries], [1, OLDER_VALUES.length], parts[0]?.files[0]?.reason);
      const options = optionsOf(directory.path, serializer);
      const { values, entriesLoaded, told } = await recover(options, NAMES);
      assertEquals([values, entriesLoaded, told], [new Map(OLDER_VALUES), OLDER_VALUES.length, 0]);
      const after = Deno.readFileSync(blockFileIn(directory.path)).slice(placeAt, placeAt + BLOCK_BYTES);
      assertEquals(readHead(after, IDENTITY, serializer)?.format, BLOCKS_FORMAT);

      // One after the other, each in a process of its own.
      const expected = new Map(OLDER_VALUES);
      for (const [i, name] of NAMES.entries()) {
        const write: Write = [name, i % 4 === 3 ? `third ${"v".repeat(20 * i)}` : undefined];
        await putAll(options, [write]);
        if (write[1] === undefined) expected.delete(name);
        else expected.set(name, write[1]);
        const found = await recover(options, NAMES);
        assertEquals([found.values, found.told], [expected, 0], name);
      }
    });
  }
}
