/**
 * Which of a shard's images in a block file count.
 *
 * @module
 */
import type { BlockHealth } from "../../../codec/block/block_codec.ts";
import type { PlaceSide } from "./block_format.ts";

/** What is in a place, if it is not blank. */
export interface Image {
  readonly block: number;
  readonly side: PlaceSide;
  readonly shard: number;
  readonly page: number;
  readonly version: number;
  readonly together: number;
  health: Exclude<BlockHealth, "blank"> | "dropped";
  /** Whether it was never synced, so that any part of it may be there, should it not be sound. */
  readonly isUnsynced: boolean;
}

/** What a user calls it. */
export function nameOf({ block, side }: Image): string {
  return `the ${side === 0 ? "first" : "second"} image of block ${block}`;
}

/** Drops what was written last of a shard, unless all of it is there. */
export function dropIncomplete(images: readonly Image[]): void {
  const whole = images.filter(({ health, together }) => health === "sound" && together > 0);
  const newest = whole.reduce((newest, { version }) => Math.max(newest, version), 0);
  const last = whole.filter(({ version }) => version === newest);
  // One that was being moved to another block may be there twice.
  const pages = new Set(last.map(({ page }) => page)).size;
  if (!last.some(({ together }) => together > pages)) return;
  for (const image of last) image.health = "dropped";
}

/** The newest image of each page: first those of the older format, by page, then the others, by version. */
export function newestOf(images: readonly Image[]): Image[] {
  const pages = new Map<number, Image>();
  for (const image of images) {
    if (image.health !== "sound") continue;
    const known = pages.get(image.page);
    if (known === undefined || image.version > known.version) pages.set(image.page, image);
  }
  const isOlder = ({ together }: Image) => together === 0;
  return [...pages.values()].sort((a, b) =>
    Number(isOlder(b)) - Number(isOlder(a)) || (isOlder(a) ? a.page - b.page : a.version - b.version)
  );
}
