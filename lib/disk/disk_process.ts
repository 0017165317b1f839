/**
 * The parent's side of the process that serves a disk.
 *
 * @module
 */
import { DISK_COMMAND, ownProgram, systemCommand } from "../system/command.ts";
import type { DiskCommand, DiskReply, DiskServerOptions, Done } from "./disk_commands.ts";

/** How long the process may take for what it is told, in milliseconds: it may have an image to copy. */
const REPLY_MS_MAX = 120_000;

/** A process that serves a disk, until it is unmounted. */
export class DiskProcess {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  /** Those who wait for an answer, the first first. */
  readonly #waiting: PromiseWithResolvers<Done>[] = [];
  readonly #serves = Promise.withResolvers<void>();
  readonly #over: Promise<void>;
  #ended = Promise.withResolvers<void>();
  #failure: Error | undefined;

  private constructor(options: DiskServerOptions) {
    const { path, args } = ownProgram();
    this.#process = systemCommand(path, {
      args: [...args, DISK_COMMAND, JSON.stringify(options)],
      // When this process ends, so does the pipe, and with it the server.
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    // Whoever waits gets the failure.
    this.#serves.promise.catch(() => {});
    this.#over = this.#listen();
  }

  /**
   * Starts a process, and waits until it serves.
   *
   * @throws {Error} when it cannot
   */
  static async start(options: DiskServerOptions): Promise<DiskProcess> {
    const process = new DiskProcess(options);
    await process.#serves.promise;
    return process;
  }

  /**
   * Tells it to do something.
   *
   * @throws {Error} when it fails, or the process has ended
   */
  async tell(command: DiskCommand): Promise<Done> {
    if (this.#failure !== undefined) throw this.#failure;
    if (command.do === "record") this.#ended = Promise.withResolvers();
    const reply = Promise.withResolvers<Done>();
    this.#waiting.push(reply);
    const late = setTimeout(() => reply.reject(new Error(`The disk did not ${command.do} in time`)), REPLY_MS_MAX);
    try {
      // If it reads nothing any more, that never ends either.
      this.#input.write(new TextEncoder().encode(JSON.stringify(command) + "\n")).catch(() => {});
      return await reply.promise;
    } finally {
      clearTimeout(late);
    }
  }

  /** Resolves when the recording that began last ends by itself. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Waits until it has ended, as it does when its disk has been unmounted. */
  async close(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#over;
  }

  async #listen(): Promise<void> {
    const stderr = new Response(this.#process.stderr).text();
    let text = "";
    for await (const part of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (text + part).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line) as DiskReply);
    }
    await this.#process.status;
    const said = (await stderr).trim().split("\n").at(-1)?.replace(/^kvlab: /, "");
    this.#failure = new Error(said || "The process that served the disk has ended");
    this.#serves.reject(this.#failure);
    for (const { reject } of this.#waiting) reject(this.#failure);
  }

  #take(reply: DiskReply): void {
    if ("serves" in reply) this.#serves.resolve();
    else if ("ended" in reply) this.#ended.resolve();
    else if ("failed" in reply) this.#waiting.shift()?.reject(new Error(reply.failed));
    else this.#waiting.shift()?.resolve(reply);
  }
}
