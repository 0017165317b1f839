/**
 * What the process that serves a disk is told, and what it says: each a line of JSON.
 *
 * @module
 */
import type { WritePart } from "./recording.ts";

/** How the process is started. */
export interface DiskServerOptions {
  /** The image, which holds what the disk holds at first. */
  readonly image: string;
  /** Where the file that is the disk appears. */
  readonly directory: string;
}

/** What it is told to do. It answers each with a {@linkcode DiskReply}. */
export type DiskCommand =
  /** To record from now on, upon what the disk holds now. Recordings lie upon each other, up to the latest. */
  | { readonly do: "record" }
  /** To end the recording with the one that comes so many writes later, and to say so then. */
  | { readonly do: "end after"; readonly writes: number }
  /** To end the recording, if it has not ended. What is written from then on is kept until another state is set. */
  | { readonly do: "end" }
  /**
   * To put what the latest recording's writes have written into a file, one after the other, and to say what they are.
   */
  | { readonly do: "take"; readonly path: string }
  /** To hold what a cut may have left of the latest recording. The disk must not be in use. */
  | { readonly do: "set"; readonly moment: number; readonly kept: readonly KeptText[] }
  /** To forget the latest recording. The disk then holds what it held before the recording. */
  | { readonly do: "forget" }
  /** To write what the disk holds into its image, and to forget all recordings. */
  | { readonly do: "settle" };

/** A {@linkcode WritePart} as JSON; its sectors are zeros and ones. */
export interface KeptText {
  readonly event: number;
  readonly sectors?: string;
}

/** An event of a recording as JSON; the data of writes is elsewhere, in the same order. */
export interface EventText {
  readonly kind: "write" | "discard" | "flush";
  readonly atMs: number;
  readonly offset: number;
  readonly length: number;
}

/** It has done what it was told; the rest is what it was told to say. */
export interface Done {
  readonly done: true;
  readonly events?: readonly EventText[];
  readonly endAtMs?: number;
}

/** What the process says. */
export type DiskReply =
  | Done
  /** It serves the disk. */
  | { readonly serves: true }
  /** The recording has ended, as it was told before, or because there was no room for more. */
  | { readonly ended: true }
  | { readonly failed: string };

export function keptText({ event, sectors }: WritePart): KeptText {
  return { event, ...(sectors === undefined ? {} : { sectors: sectors.join("") }) };
}

export function readKept({ event, sectors }: KeptText): WritePart {
  return { event, ...(sectors === undefined ? {} : { sectors: Uint8Array.from(sectors, Number) }) };
}
