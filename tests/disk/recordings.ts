/**
 * Small recordings for tests, and what a disk holds in a state of one, computed as naively as possible.
 *
 * @module
 */
import fc from "fast-check";
import {
  arrivalAt,
  type DiskBase,
  type DiskEvent,
  type DiskState,
  type Recording,
  SECTOR_BYTES,
} from "../../lib/disk/recording.ts";

/** Sectors of the disk of a small recording. */
export const DISK_SECTORS = 6;

/** What arrives at a small disk. Sectors hold one byte again and again, of few, so that states often hold the same. */
export interface Step {
  readonly kind: "write" | "discard" | "flush";
  readonly sector: number;
  readonly bytes: readonly number[];
  /** How much was acknowledged since the step before. */
  readonly acknowledged: number;
}

/** A disk that holds one byte again and again. */
export function baseOf(bytes: number, byte = 0): DiskBase {
  return { bytes, read: (_, into) => into.fill(byte) };
}

/** A recording, and when acknowledgements were given while it was made. */
export interface Recorded {
  readonly recording: Recording;
  readonly acknowledgedAtMs: Float64Array;
}

/** The recording of some steps, a millisecond apart, after which something more may have been acknowledged. */
export function recordingOf(
  steps: readonly Step[],
  { acknowledgedLast = 0, base = baseOf(DISK_SECTORS * SECTOR_BYTES) }: {
    acknowledgedLast?: number;
    base?: DiskBase;
  } = {},
): Recorded {
  const events = steps.map(({ kind, sector, bytes }, atMs): DiskEvent => {
    const offset = sector * SECTOR_BYTES, length = bytes.length * SECTOR_BYTES;
    switch (kind) {
      case "flush":
        return { kind, atMs };
      case "discard":
        return { kind, offset, length, atMs };
      case "write":
        return { kind, offset, data: sectorsOf(bytes), atMs };
    }
  });
  const acknowledged = [...steps.map(({ acknowledged }) => acknowledged), acknowledgedLast];
  return {
    recording: { base, events, end: { atMs: steps.length } },
    acknowledgedAtMs: Float64Array.from(acknowledged.flatMap((count, at) => new Array<number>(count).fill(at - 0.5))),
  };
}

/** Any recording of up to so many steps. */
export function anyRecording(stepsMax: number): fc.Arbitrary<Recorded> {
  const anyCount = fc.constantFrom(0, 0, 0, 1, 2);
  const step = fc.integer({ min: 0, max: DISK_SECTORS - 1 }).chain((sector) =>
    fc.record({
      kind: fc.oneof(
        { weight: 6, arbitrary: fc.constant("write" as const) },
        { weight: 1, arbitrary: fc.constant("discard" as const) },
        { weight: 2, arbitrary: fc.constant("flush" as const) },
      ),
      sector: fc.constant(sector),
      bytes: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: Math.min(3, DISK_SECTORS - sector) }),
      acknowledged: anyCount,
    })
  );
  return fc.tuple(fc.array(step, { maxLength: stepsMax }), anyCount)
    .map(([steps, acknowledgedLast]) => recordingOf(steps, { acknowledgedLast }));
}

function sectorsOf(bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(bytes.length * SECTOR_BYTES);
  for (const [at, byte] of bytes.entries()) data.fill(byte, at * SECTOR_BYTES, (at + 1) * SECTOR_BYTES);
  return data;
}

/** What the whole disk holds in a state: its first content, what was flushed before the moment, and what is kept. */
export function imageOf(recording: Recording, { moment, kept }: Pick<DiskState, "moment" | "kept">): Uint8Array {
  const { base, events } = recording;
  const image = new Uint8Array(base.bytes);
  base.read(0, image);
  const apply = (at: number, isKept: (sector: number) => boolean) => {
    const event = events[at];
    if (event === undefined || event.kind === "flush") return;
    const data = event.kind === "write" ? event.data : new Uint8Array(event.length);
    for (let sector = 0; sector < data.length / SECTOR_BYTES; sector++) {
      const bytes = data.subarray(sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES);
      if (isKept(sector)) image.set(bytes, event.offset + sector * SECTOR_BYTES);
    }
  };
  const flush = events.slice(0, moment).findLastIndex(({ kind }) => kind === "flush");
  for (let at = 0; at < flush; at++) apply(at, () => true);
  for (const { event, sectors } of kept) apply(event, (sector) => sectors === undefined || sectors[sector] === 1);
  return image;
}

/** All that a state is judged by, as a text: what the disk holds, and what had been acknowledged. */
export function judgedBy(
  { recording, acknowledgedAtMs }: Recorded,
  state: Pick<DiskState, "moment" | "kept">,
): string {
  const { atMs } = arrivalAt(recording, state.moment);
  return `${imageOf(recording, state)} ${acknowledgedAtMs.filter((acknowledged) => acknowledged < atMs).length}`;
}
