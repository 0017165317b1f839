/**
 * Repairs a block file after a crash or damage: blanks what cannot be used, appends what is missing at the end,
 * truncates what an interrupted extension left there, and corrects the head, which is of the present format then.
 *
 * @module
 */
import { BLOCK_CODECS } from "../../../codec/block/block_codecs.ts";
import { openFile, seekTo, syncData, truncateFile, writeAll } from "../../../system/file_io.ts";
import type { HeldDirectory } from "../layout_module.ts";
import type { SetAsideFile, TornFile } from "../stored_state.ts";
import { encodeHead, fileBytes, HEAD_PLACES, headPlace, NOT_SYNCED } from "./block_format.ts";
import type { StoredBlocks, StoredBlocksOptions } from "./stored_blocks.ts";

/** What was wrong with a block file. */
export interface MendedBlocks {
  readonly setAside: readonly SetAsideFile[];
  readonly torn: readonly TornFile[];
}

/**
 * Makes a file sound. If something that had been written is lost, a copy of the whole file is set aside first.
 *
 * @param options `synced` says whether to wait until the repairs are on the device
 * @throws {PersistError} when that fails; the sound parts of the file are still there
 */
export function mendBlocks(
  directory: HeldDirectory,
  stored: StoredBlocks,
  options: StoredBlocksOptions & { readonly synced: boolean },
): MendedBlocks {
  const { path, blockBytes } = options;
  const damage = [
    ...(stored.cutOff === undefined ? [] : [stored.cutOff]),
    ...stored.badPlaces.filter(({ isDamaged }) => isDamaged).map(({ reason }) => reason),
  ];
  const unfinished = stored.badPlaces.filter(({ isDamaged }) => !isDamaged);
  const setAside = damage.length === 0 ? [] : [directory.setAsideCopy(path, summaryOf(damage))];
  const isRight = stored.isWhole && !stored.isOlder && stored.badPlaces.length === 0 && stored.leftPlaces.length === 0;
  if (!isRight) repair(stored, options);
  const torn = unfinished.length === 0 ? [] : [{
    path,
    cutBytes: unfinished.length * blockBytes,
    reason: summaryOf(unfinished.map(({ reason }) => reason)),
  }];
  return { setAside, torn };
}

function repair(
  { bytes, extents, badPlaces, leftPlaces, synced: syncedBefore }: StoredBlocks,
  options: StoredBlocksOptions & { readonly synced: boolean },
): void {
  const { path, blockBytes, serializer, synced } = options;
  const blank = BLOCK_CODECS[serializer].blank(blockBytes);
  using file = openFile(path, { write: true });
  const writeAt = (position: number, content: Uint8Array) => {
    seekTo(file, path, position);
    writeAll(file, path, content);
  };
  for (const place of [...badPlaces.map(({ place }) => place), ...leftPlaces]) writeAt(place * blockBytes, blank);
  const end = fileBytes(extents, blockBytes);
  if (bytes > end) truncateFile(path, end, false);
  for (let position = bytes; position < end;) {
    const missing = blank.subarray(position % blockBytes);
    writeAt(position, missing);
    position += missing.length;
  }
  if (synced) syncData(file, path);
  const head = { extents, synced: syncedBefore ?? NOT_SYNCED };
  const place = headPlace(extents);
  writeAt(place * blockBytes, encodeHead(options, head, serializer));
  for (let other = 0; other < HEAD_PLACES; other++) if (other !== place) writeAt(other * blockBytes, blank);
  if (synced) syncData(file, path);
}

const REASONS_MAX = 3;

/** The first few reasons, and the number of others. */
function summaryOf(reasons: readonly string[]): string {
  const others = reasons.length - REASONS_MAX;
  return reasons.slice(0, REASONS_MAX).join("; ") + (others > 0 ? `; and ${others} more` : "");
}
