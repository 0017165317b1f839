/**
 * A disk of kvlab's own, with a file system on it, that records what it is given, and can be put into any state in
 * which a cut of its power may have left it.
 *
 * A process of its own ({@linkcode DiskProcess}) serves a file by FUSE, a loop device makes a block device of the file,
 * and the file system is on that. Whatever writes, and however it does, what it writes and flushes arrives there.
 *
 * @module
 */
import { command } from "../system/command.ts";
import { DEVICE_NAME, DISK_NAME, IMAGE_SUFFIX } from "../system/left_disks.ts";
import { delay } from "../sync/delay.ts";
import { keptText } from "./disk_commands.ts";
import { DiskProcess } from "./disk_process.ts";
import { makeFileSystem, mountDisk, type MountOptions, mountsTwins } from "./file_system.ts";
import { fuseFileName } from "./fuse.ts";
import { FileImage, stateImage } from "./image.ts";
import { ERRNO, libC, OPEN_READ, SystemCallError } from "./libc.ts";
import { LoopDevice } from "./loop_device.ts";
import type { DiskBase, DiskEvent, DiskState, Recording } from "./recording.ts";
import { readDirectory } from "../system/file_io.ts";

/** What a disk is made of. */
export interface DiskOptions {
  /** A directory for its image and its mounts, which are gone when it is closed. */
  readonly directory: string;
  readonly bytes: number;
  readonly fileSystem: MountOptions;
}

/** A process that has just been killed may keep the disk busy for a moment. */
const UNMOUNT_ATTEMPTS_MAX = 300;
const UNMOUNT_RETRY_MS = 10;
/** A namespace of someone else's may take as long as a test. */
const ELSEWHERE_ATTEMPTS_MAX = 6000;

/** A disk. Each of its methods may be called once the one before has resolved. */
export class RecordingDisk {
  /** Where its file system is mounted, when it is. */
  readonly path: string;
  readonly #options: DiskOptions;
  readonly #image: string;
  readonly #process: DiskProcess;
  #device: LoopDevice;
  /** The number of the served file that the device is on. */
  #number = 0;
  readonly #file: Deno.FsFile;
  /** What the disk held when each of the recordings began. */
  readonly #bases: DiskBase[] = [];
  /** What the disk holds, when nothing writes to it. */
  #holds: () => DiskBase;
  #isMounted = false;
  #writeBack: WriteBack | undefined;

  private constructor(options: DiskOptions, parts: { image: string; process: DiskProcess; device: LoopDevice }) {
    this.#options = options;
    this.#file = Deno.openSync(parts.image);
    this.#holds = () => new FileImage(this.#file);
    this.path = `${options.directory}/${DISK_NAME}`;
    this.#image = parts.image;
    this.#process = parts.process;
    this.#device = parts.device;
  }

  /**
   * Makes a disk with an empty file system, which is not mounted yet.
   *
   * @throws {Error} when that fails
   */
  static async make(options: DiskOptions): Promise<RecordingDisk> {
    const { directory, bytes, fileSystem: { name } } = options;
    const image = `${directory}/0${IMAGE_SUFFIX}`;
    const mounted = `${directory}/${DEVICE_NAME}`;
    Deno.createSync(image).close();
    Deno.truncateSync(image, bytes);
    makeFileSystem(name, image);
    Deno.mkdirSync(mounted);
    Deno.mkdirSync(`${directory}/${DISK_NAME}`);
    const process = await DiskProcess.start({ image, directory: mounted });
    try {
      return new RecordingDisk(options, { image, process, device: LoopDevice.attach(`${mounted}/${fuseFileName(0)}`) });
    } catch (error) {
      await unmountOrDetach(mounted);
      await process.close();
      throw error;
    }
  }

  /** @throws {SystemCallError} when what is on the disk cannot be mounted */
  async mount(): Promise<void> {
    // Whoever has looked at the device meanwhile has left pages of it behind.
    await whenFree(() => this.#device.dropCache());
    mountDisk(this.#device.path, this.path, this.#options.fileSystem);
    this.#isMounted = true;
  }

  /**
   * What the system remembers of this state must not hide the next one, nor be written over it. A mount namespace that
   * someone has created while it was mounted keeps it mounted until that ends; it may have the device, which another
   * takes the place of, and what it still writes is in vain.
   */
  async #leaveDevice(): Promise<void> {
    const { directory, fileSystem: { name } } = this.#options;
    try {
      await whenFree(() => this.#device.dropCache(), mountsTwins(name) ? UNMOUNT_ATTEMPTS_MAX : ELSEWHERE_ATTEMPTS_MAX);
    } catch (error) {
      if (!mountsTwins(name)) throw error;
      const before = this.#device;
      this.#device = LoopDevice.attach(`${directory}/${DEVICE_NAME}/${fuseFileName(++this.#number)}`);
      before.detach();
    }
  }

  /** Has everything that was written to it on it, for good. */
  sync(): void {
    command("sync", ["--file-system", this.path]);
  }

  /** @throws {SystemCallError} when something keeps using it */
  async unmount(): Promise<void> {
    if (!this.#isMounted) return;
    await this.hurry(false);
    await whenFree(() => libC().unmount(this.path));
    this.#isMounted = false;
    await this.#leaveDevice();
  }

  /** Has unsynced data reach the disk soon, in any order, while it is mounted; or again when the system likes. */
  async hurry(isHurried: boolean): Promise<void> {
    this.#device.hurry(isHurried);
    await this.#writeBack?.stop();
    this.#writeBack = isHurried ? new WriteBack(this.path) : undefined;
  }

  /** Records from now on, upon what the disk holds. */
  async record(): Promise<void> {
    this.#bases.push(this.#holds());
    await this.#process.tell({ do: "record" });
  }

  /**
   * Ends the recording with the one that comes so many writes later.
   *
   * @returns what resolves then
   */
  async endAfter(writes: number): Promise<void> {
    const { ended } = this.#process;
    await this.#process.tell({ do: "end after", writes });
    await ended;
  }

  /** Resolves when there is no room for more in the recording that began last, or it has ended as it was to. */
  get ended(): Promise<void> {
    return this.#process.ended;
  }

  /** Ends the recording, if it has not ended. */
  async end(): Promise<void> {
    await this.#process.tell({ do: "end" });
  }

  /** What has been recorded. It can be read until the recording is forgotten or settled. */
  async take(): Promise<Recording> {
    const path = `${this.#options.directory}/recording`;
    const { events = [], endAtMs = 0 } = await this.#process.tell({ do: "take", path });
    const data = Deno.readFileSync(path);
    Deno.removeSync(path);
    let at = 0;
    const recorded = events.map((event): DiskEvent => {
      const { kind, atMs, offset, length } = event;
      if (kind === "flush") return { kind, atMs };
      if (kind === "discard") return { kind, atMs, offset, length };
      return { kind, atMs, offset, data: data.subarray(at, at += length) };
    });
    const base = this.#bases.at(-1) ?? this.#holds();
    return { base, events: recorded, end: { atMs: endAtMs } };
  }

  /** Puts the disk, which must not be mounted, into a state that a cut may have left of the latest recording. */
  async set({ base, events }: Recording, { moment, kept }: DiskState): Promise<void> {
    this.#holds = () => stateImage(base, events, { moment, kept });
    await this.#process.tell({ do: "set", moment, kept: kept.map(keptText) });
  }

  /** Forgets the latest recording: the disk, which must not be mounted, holds again what it held before. */
  async forget(): Promise<void> {
    const base = this.#bases.pop();
    if (base !== undefined) this.#holds = () => base;
    await this.#process.tell({ do: "forget" });
  }

  /** Forgets all recordings; the disk goes on holding what it holds. */
  async settle(): Promise<void> {
    this.#bases.length = 0;
    this.#holds = () => new FileImage(this.#file);
    await this.#process.tell({ do: "settle" });
  }

  /** Takes it down, whatever state it is in. What still uses it has nothing behind it any more. */
  async close(): Promise<void> {
    const { directory } = this.#options;
    await this.hurry(false);
    if (this.#isMounted) await unmountOrDetach(this.path);
    this.#device.detach();
    // The device goes when its last user does.
    await unmountOrDetach(`${directory}/${DEVICE_NAME}`);
    await this.#process.close();
    Deno.removeSync(`${directory}/${DEVICE_NAME}`);
    Deno.removeSync(this.path);
    this.#file.close();
    Deno.removeSync(this.#image);
  }
}

async function unmountOrDetach(path: string): Promise<void> {
  try {
    await whenFree(() => libC().unmount(path));
  } catch {
    libC().unmount(path, true);
  }
}

/** Does what can be done only when nothing else uses something any more. */
async function whenFree(act: () => void, attemptsMax = UNMOUNT_ATTEMPTS_MAX): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return act();
    } catch (error) {
      const isBusy = error instanceof SystemCallError && error.errno === ERRNO.EBUSY;
      if (!isBusy || attempt === attemptsMax) throw error;
      await delay(UNMOUNT_RETRY_MS);
    }
  }
}

/** How long to wait before the next file, at most, in milliseconds. */
const PAUSE_MS_MAX = 20;

/**
 * Hurries the write-back of files that nobody syncs: of one after the other in a directory and in those that are in it,
 * chosen by chance, the system is told to begin to write what is unwritten, as it would by itself half a minute later.
 * Nothing is waited for and nothing flushed. So what is lost in a cut is not simply all that was not synced, but some
 * of it, in any order.
 */
class WriteBack {
  readonly #over: Promise<void>;
  #isStopped = false;

  constructor(directory: string) {
    this.#over = this.#run(directory);
  }

  /** Resolves when no file is open any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#over;
  }

  async #run(directory: string): Promise<void> {
    while (!this.#isStopped) {
      await delay(Math.random() * PAUSE_MS_MAX);
      try {
        await begin(chosenIn(directory));
      } catch {
        // The file has gone meanwhile.
      }
    }
  }
}

async function begin(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const libc = libC();
  const fd = libc.open(path, OPEN_READ);
  try {
    await libc.beginWriteBack(fd);
  } finally {
    libc.close(fd);
  }
}

/** The path of a file; `undefined` if there is none where chance has led. */
function chosenIn(directory: string): string | undefined {
  const entries = readDirectory(directory).filter(({ isFile, isDirectory }) => isFile || isDirectory);
  const entry = entries[Math.floor(Math.random() * entries.length)];
  if (entry === undefined) return undefined;
  const path = `${directory}/${entry.name}`;
  return entry.isDirectory ? chosenIn(path) : path;
}
