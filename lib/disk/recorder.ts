/**
 * The content of a disk, which records what it is given.
 *
 * @module
 */
import { sharedNowMs } from "../sync/shared_time.ts";
import type { FuseFile } from "./fuse.ts";
import { DiskImage, type FileImage, type Range, stateImage } from "./image.ts";
import type { DiskEvent, WritePart } from "./recording.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The most that the writes of a recording may have written; it ends when there is no room for more. */
const RECORDING_BYTES_MAX = 256 << 20;
/** The most events of a recording. */
const EVENTS_MAX = 1 << 18;

/** Upon what is recorded, and what has arrived since. */
interface Layer {
  readonly base: DiskImage;
  readonly events: DiskEvent[];
  endAtMs: number;
}

/** Whom a recorder tells what. */
export interface RecorderEvents {
  /** Called when a recording ends otherwise than by {@linkcode Recorder.end}. */
  onEnd(): void;
  /** Called when the disk has been made to hold something else, with where that may be. */
  onSet(changed: readonly Range[]): void;
}

/** A disk in memory, upon an image in a file. */
export class Recorder implements FuseFile {
  readonly #file: FileImage;
  readonly #layers: Layer[] = [];
  readonly #onEnd: RecorderEvents["onEnd"];
  readonly #onSet: RecorderEvents["onSet"];
  #image: DiskImage;
  #isRecording = false;
  #recordedBytes = 0;
  #writesLeft = Infinity;

  constructor(file: FileImage, { onEnd, onSet }: RecorderEvents) {
    this.#file = file;
    this.#image = new DiskImage(file);
    this.#onEnd = onEnd;
    this.#onSet = onSet;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  read(offset: number, into: Bytes): void {
    this.#image.read(offset, into);
  }

  write(offset: number, data: Bytes): void {
    this.#image.write(offset, data);
    if (!this.#isRecording) return;
    this.#recordedBytes += data.length;
    this.#record({ kind: "write", atMs: sharedNowMs(), offset, data });
    if (--this.#writesLeft <= 0 || this.#recordedBytes >= RECORDING_BYTES_MAX) this.#endEarly();
  }

  discard(offset: number, length: number): void {
    this.#image.discard(offset, length);
    if (this.#isRecording) this.#record({ kind: "discard", atMs: sharedNowMs(), offset, length });
  }

  flush(): void {
    if (this.#isRecording) this.#record({ kind: "flush", atMs: sharedNowMs() });
  }

  /** Records from now on. */
  record(): void {
    this.#layers.push({ base: this.#image.copy(), events: [], endAtMs: Infinity });
    this.#isRecording = true;
    this.#recordedBytes = 0;
    this.#writesLeft = Infinity;
  }

  /** Ends the recording once so many more writes have arrived. */
  endAfter(writes: number): void {
    this.#writesLeft = writes;
  }

  /** Ends the recording, unless it has ended. */
  end(): void {
    if (!this.#isRecording) return;
    this.#isRecording = false;
    this.#layer.endAtMs = sharedNowMs();
  }

  /** What has been recorded. */
  get recorded(): { readonly events: readonly DiskEvent[]; readonly endAtMs: number } {
    return this.#layer;
  }

  /** Holds what a cut may have left of the recording. */
  set(moment: number, kept: readonly WritePart[]): void {
    const { base, events } = this.#layer;
    this.#hold(stateImage(base, events, { moment, kept }));
  }

  /** Forgets the recording; what the disk held before it is there again. */
  forget(): void {
    this.end();
    this.#hold(this.#layer.base);
    this.#layers.pop();
  }

  /** Writes what the disk holds into its file, and forgets all recordings. */
  settle(): void {
    this.#isRecording = false;
    this.#layers.length = 0;
    this.#file.take(this.#image.differences());
    this.#image = new DiskImage(this.#file);
  }

  #hold(image: DiskImage): void {
    const before = this.#image;
    this.#image = image;
    this.#onSet(image.rangesUnlike(before));
  }

  get #layer(): Layer {
    const layer = this.#layers.at(-1);
    if (layer === undefined) throw new Error("Nothing has been recorded");
    return layer;
  }

  #record(event: DiskEvent): void {
    const { events } = this.#layer;
    events.push(event);
    if (events.length >= EVENTS_MAX) this.#endEarly();
  }

  #endEarly(): void {
    if (!this.#isRecording) return;
    this.end();
    this.#onEnd();
  }
}
