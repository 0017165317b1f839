/**
 * The recording of a disk: what it held at first, and each write, discard and flush that arrived at it since.
 *
 * A disk answers a write before it has it for good; only a flush makes it keep what was answered before. When the power
 * fails, any part of what came since the last flush may be on it, in any order, torn between its sectors. So one
 * recording stands for as many states as there are moments and such parts.
 *
 * @module
 */

/** Bytes of a sector, which a disk writes whole or not at all. */
export const SECTOR_BYTES = 512;

/** What every event has. */
export interface Arrival {
  /**
   * When it arrived, in milliseconds of the shared time, before it was answered: whatever was acknowledged earlier does
   * not depend on it.
   */
  readonly atMs: number;
}

/** Bytes that were written; offset and length are whole sectors. */
export interface DiskWrite extends Arrival {
  readonly kind: "write";
  /** In bytes, from the disk's beginning. */
  readonly offset: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Bytes that were given up: they read as zeros afterwards. A discard may be lost as a write may. */
export interface DiskDiscard extends Arrival {
  readonly kind: "discard";
  readonly offset: number;
  readonly length: number;
}

/** A flush: once it is answered, the disk keeps everything that it had answered before. */
export interface DiskFlush extends Arrival {
  readonly kind: "flush";
}

export type DiskEvent = DiskWrite | DiskDiscard | DiskFlush;

/** What the disk held before the first event. */
export interface DiskBase {
  readonly bytes: number;
  /** Fills `into` with what is at `offset`. */
  read(offset: number, into: Uint8Array<ArrayBuffer>): void;
}

export interface Recording {
  readonly base: DiskBase;
  /** In the order in which they arrived. */
  readonly events: readonly DiskEvent[];
  /** When the disk answered nothing any more. */
  readonly end: Arrival;
}

/**
 * What a cut of the power may have left of a recording: everything that was flushed before the moment, and of what came
 * since the last flush what is kept.
 */
export interface DiskState {
  /** How it was chosen, in a word or two for the result, such as `one missing`. */
  readonly kind: string;
  /** How many events had arrived: those before this index in {@linkcode Recording.events}. */
  readonly moment: number;
  /** In the order in which they apply; all between the last flush before the moment and the moment. */
  readonly kept: readonly WritePart[];
}

/** A write or a discard, or the part of it that is meant: what has reached the disk of it, or what has not. */
export interface WritePart {
  /** Its index in {@linkcode Recording.events}. */
  readonly event: number;
  /** For each of its sectors 1 if it is meant and 0 if not; absent where all are. */
  readonly sectors?: Uint8Array<ArrayBuffer>;
}

/** The ranges of bytes, within a write of so many, of the sectors that are meant. */
export function* rangesOf(
  length: number,
  sectors: WritePart["sectors"],
): Generator<readonly [from: number, to: number]> {
  if (sectors === undefined) return yield [0, length];
  let from = -1;
  for (let sector = 0; sector * SECTOR_BYTES < length; sector++) {
    const isMeant = sectors[sector] === 1;
    if (isMeant && from < 0) from = sector * SECTOR_BYTES;
    if (isMeant || from < 0) continue;
    yield [from, sector * SECTOR_BYTES];
    from = -1;
  }
  if (from >= 0) yield [from, length];
}

/** How many bytes an event changes. */
export function changedBytes(event: DiskEvent): number {
  switch (event.kind) {
    case "write":
      return event.data.length;
    case "discard":
      return event.length;
    case "flush":
      return 0;
  }
}

/** When the power failed in states of this moment, at the latest: just before the next event arrived. */
export function arrivalAt({ events, end }: Recording, moment: number): Arrival {
  return events[moment] ?? end;
}

/** The index of the first event that a cut at this moment may have lost: the one after the last flush before it. */
export function unflushedFrom({ events }: Pick<Recording, "events">, moment: number): number {
  let from = moment;
  while (from > 0 && events[from - 1]?.kind !== "flush") from--;
  return from;
}

/** What had arrived at this moment since the last flush before it. */
export function arrivedSinceFlush(recording: Pick<Recording, "events">, moment: number): WritePart[] {
  const from = unflushedFrom(recording, moment);
  return Array.from({ length: moment - from }, (_, at) => ({ event: from + at }));
}
