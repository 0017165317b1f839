/**
 * What the directory's tests need of other processes: one that holds a directory, and one that may not write.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The command that runs `directory_child.ts`; it needs nothing but files of this checkout. */
const CHILD_COMMAND = [
  Deno.execPath(),
  ...["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", "--cached-only"],
  ...["--allow-read", "--allow-write", "--allow-sys=uid"],
  fileURLToPath(new URL("../directory/directory_child.ts", import.meta.url)),
];

/** Another process that has a directory open, or was refused; ended at the end of the block that uses it. */
export class DirectoryHolder implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly pid: number;
  #text = "";

  private constructor(command: readonly string[]) {
    const [program = "", ...args] = command;
    this.#process = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.pid = this.#process.pid;
  }

  /**
   * Starts the process and waits for its answer.
   *
   * @returns it, and what it says: `held`, or an error
   */
  static async open(path: string, prefix: readonly string[] = []): Promise<[DirectoryHolder, string]> {
    const holder = new DirectoryHolder([...prefix, ...CHILD_COMMAND, path]);
    await holder.#readLine();
    return [holder, await holder.#readLine()];
  }

  async #readLine(): Promise<string> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`The child ended after saying ${JSON.stringify(this.#text)}`);
      this.#text += value;
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stdin.close();
    await this.#reader.cancel();
    await this.#process.status;
  }
}

/** What goes in front of a command so that it runs as a user who may not write what root's own. */
export interface Unprivileged {
  readonly prefix: readonly string[];
  /** Why there is no such prefix; the empty string when there is one. */
  readonly reason: string;
}

const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
/** Lets nobody read a checkout and an executable that are root's alone, and write nothing. */
const READ_ALL = ["inh-caps=", "ambient-caps=", "bounding-set=-all,"].map((option) => `--${option}+dac_read_search`);

/** Finds out how to be somebody else than root. */
export function findUnprivileged(): Unprivileged {
  if (Deno.uid() === null) return { prefix: [], reason: "users are Unix's" };
  if (Deno.uid() !== 0) return { prefix: [], reason: "" };
  const reasons: string[] = [];
  for (const prefix of [[...NOBODY, ...READ_ALL], NOBODY]) {
    try {
      const [program = "", ...args] = [...prefix, ...CHILD_COMMAND];
      const { stdout, stderr } = new Deno.Command(program, { args }).outputSync();
      if (new TextDecoder().decode(stdout) === "65534\n") return { prefix, reason: "" };
      reasons.push(new TextDecoder().decode(stderr).trim().split("\n", 1).join());
    } catch (error) {
      reasons.push(String(error));
    }
  }
  return { prefix: [], reason: `cannot be another user than root: ${reasons.join("; ")}` };
}
