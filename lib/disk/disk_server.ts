/**
 * The process that serves a disk. It is one of its own, because it must never wait for the disk: a thread that does
 * cannot be killed, and keeps open what the others would have to close. It ends when its parent does, or when what it
 * serves is unmounted; whoever waits for the disk then gets an error.
 *
 * @module
 */
import {
  type DiskCommand,
  type DiskReply,
  type DiskServerOptions,
  type Done,
  type EventText,
  readKept,
} from "./disk_commands.ts";
import { messageOf, PersistError } from "../system/persist_error.ts";
import { FuseServer } from "./fuse.ts";
import { FileImage } from "./image.ts";
import { libC } from "./libc.ts";
import { Recorder } from "./recorder.ts";
import { changedBytes, type DiskEvent } from "./recording.ts";

const STDIN = 0;
const COMMAND_BYTES = 1 << 16;

/** Serves a disk until it is unmounted or the parent has ended. */
export function serveDisk(optionsJson: string): void {
  const { image, directory } = JSON.parse(optionsJson) as DiskServerOptions;
  const libc = libC();
  // The terminal's signals are for the parent, which still has to take down what uses the disk.
  libc.leaveTerminal();
  libc.becomeIoFlusher();
  const file = new FileImage(Deno.openSync(image, { read: true, write: true }));
  const recorder = new Recorder(file, {
    onEnd: () => say({ ended: true }),
    onSet: (changed) => {
      // What the system is still reading ahead would have to be waited for, by who has to answer it.
      fuse.serve();
      for (const { offset, length } of changed) fuse.invalidate(offset, length);
    },
  });
  const fuse = new FuseServer(directory, recorder);
  const commands = new Commands(recorder, image);
  say({ serves: true });
  for (;;) {
    const [isTold, isAsked] = libc.waitToRead([STDIN, fuse.fd]);
    if (isAsked && !fuse.serve()) return;
    if (isTold && !commands.read()) return;
  }
}

/** The commands that arrive on stdin. */
class Commands {
  readonly #recorder: Recorder;
  /** The path of the image. */
  readonly #image: string;
  readonly #bytes = new Uint8Array(COMMAND_BYTES);
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(recorder: Recorder, image: string) {
    this.#recorder = recorder;
    this.#image = image;
  }

  /** Does what has arrived; returns whether the parent is still there. */
  read(): boolean {
    const length = libC().read(STDIN, this.#bytes);
    if (length === 0) return false;
    if (length < 0) return true;
    this.#text += this.#decoder.decode(this.#bytes.subarray(0, length), { stream: true });
    const lines = this.#text.split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) say(this.#tryTo(JSON.parse(line) as DiskCommand));
    return true;
  }

  #tryTo(command: DiskCommand): DiskReply {
    try {
      return { ...this.#do(command), done: true };
    } catch (error) {
      return { failed: messageOf(error) };
    }
  }

  #do(command: DiskCommand): Omit<Done, "done"> | undefined {
    const recorder = this.#recorder;
    switch (command.do) {
      case "record":
        recorder.record();
        break;
      case "end after":
        recorder.endAfter(command.writes);
        break;
      case "end":
        recorder.end();
        break;
      case "take": {
        const { events, endAtMs } = recorder.recorded;
        writing(command.path, () => saveData(command.path, events));
        return { events: events.map(eventText), endAtMs };
      }
      case "set":
        recorder.set(command.moment, command.kept.map(readKept));
        break;
      case "forget":
        recorder.forget();
        break;
      case "settle":
        writing(this.#image, () => recorder.settle());
        break;
    }
    return undefined;
  }
}

function eventText(event: DiskEvent): EventText {
  const { kind, atMs } = event;
  return { kind, atMs, offset: kind === "flush" ? 0 : event.offset, length: changedBytes(event) };
}

function saveData(path: string, events: readonly DiskEvent[]): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  for (const event of events) {
    if (event.kind !== "write") continue;
    for (let at = 0; at < event.data.length;) at += file.writeSync(event.data.subarray(at));
  }
}

/** @throws {PersistError} which names the file, as there may be no room for it */
function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new PersistError("write", path, error);
  }
}

function say(reply: DiskReply): void {
  const bytes = new TextEncoder().encode(JSON.stringify(reply) + "\n");
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
