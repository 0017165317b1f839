/**
 * What lies where on a disk: which file, or which part of the file system, each of its bytes belongs to. So that a
 * write can be named as the author of an engine would name it.
 *
 * @module
 */

/** A part of a disk, and what it is. */
export interface Area {
  /** In bytes, from the disk's beginning. */
  readonly offset: number;
  readonly length: number;
  /** A file's path, or words such as `journal`. */
  readonly what: string;
  /** Where in the file it is; absent if it is no part of a file. */
  readonly fileOffset?: number;
  /** Says what a write has there in particular, if its bytes say that. */
  readonly detail?: (bytes: Uint8Array) => string | undefined;
}

/** A part of a write. */
export interface Place {
  readonly what: string;
  /** Its first byte: in the file, or on the disk. */
  readonly offset: number;
  readonly length: number;
  readonly isInFile: boolean;
}

/** What is said of bytes that belong to no area. */
const UNKNOWN = "metadata or unknown";

/** The most inodes that are named in one place. */
const NAMES_MAX = 3;

/** A map of a disk. Where areas overlap, the first one counts. */
export class DiskMap {
  readonly #areas: readonly Area[];
  /** Where the inodes of known files are. */
  readonly #inodes: readonly Area[];

  constructor(areas: readonly Area[], inodes: readonly Area[] = []) {
    this.#areas = areas;
    this.#inodes = inodes;
  }

  /**
   * Names bytes of the disk, from the first to the last.
   *
   * @param bytes what is written there, if it is known
   */
  places(offset: number, length: number, bytes?: Uint8Array): Place[] {
    const places: Place[] = [];
    for (let at = offset; at < offset + length;) {
      const area = this.#areas.find((area) => at >= area.offset && at < area.offset + area.length);
      const end = Math.min(offset + length, area === undefined ? this.#nextAfter(at) : area.offset + area.length);
      const place = this.#place(area, { at, end, bytes: bytes?.subarray(at - offset, end - offset) });
      const last = places.at(-1);
      const goesOn = last !== undefined && last.what === place.what && last.offset + last.length === place.offset;
      if (goesOn) places[places.length - 1] = { ...last, length: last.length + place.length };
      else places.push(place);
      at = end;
    }
    return places;
  }

  #place(
    area: Area | undefined,
    { at, end, bytes }: { at: number; end: number; bytes: Uint8Array | undefined },
  ): Place {
    const length = end - at;
    if (area?.fileOffset !== undefined) {
      return { what: area.what, offset: area.fileOffset + at - area.offset, length, isInFile: true };
    }
    const detail = bytes === undefined ? undefined : area?.detail?.(bytes);
    const names = this.#inodes.filter(({ offset }) => offset >= at && offset < end).map(({ what }) => what);
    const more = names.length - NAMES_MAX;
    const details = [
      ...(detail === undefined ? [] : [detail]),
      ...names.slice(0, NAMES_MAX).map((name) => `inode of ${name}`),
      ...(more > 0 ? [`${more} more`] : []),
    ];
    const what = area?.what ?? UNKNOWN;
    return {
      what: details.length === 0 ? what : `${what} (${details.join(", ")})`,
      offset: at,
      length,
      isInFile: false,
    };
  }

  /** Where the next area begins. */
  #nextAfter(at: number): number {
    return this.#areas.reduce((next, { offset }) => offset > at ? Math.min(next, offset) : next, Infinity);
  }
}
