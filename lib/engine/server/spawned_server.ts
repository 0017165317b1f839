/**
 * A server that kvlab has started in a directory of its own: waits for it to answer, tells what it says when it fails,
 * and ends it.
 *
 * @module
 */
import { delay, StoppedError } from "../../sync/delay.ts";
import { EngineError, HarnessError } from "../engine_error.ts";
import { type EndReason, readPid, type ServerProcess } from "./server_process.ts";

/** How often a server is asked whether it answers, in milliseconds. */
export const ASK_PERIOD_MS = 10;
/** How long after a failed operation the server's end, or its last lines, may be noticed, in milliseconds. */
const EXPLAIN_MS = 300;

/** How to wait for an answer. */
interface Asking<T> {
  /** Asks once; resolves to `undefined`, or rejects, if there is no answer. */
  ask(): Promise<T | undefined>;
  /** Lets go of an answer that comes when nobody waits for it any more. */
  discard?(answer: T): void;
  /** The error for a server that has ended instead of answering. */
  endError(): Promise<Error>;
  /** What was started, for messages, and where it should answer. */
  readonly what: string;
  readonly where: string;
  readonly timeoutMs: number;
  /** Aborted to give up waiting for it. */
  readonly stop: AbortSignal | undefined;
}

/**
 * Asks a server until it answers.
 *
 * @throws {HarnessError} when that takes too long
 * @throws {StoppedError} when told to stop first
 * @throws {Error} the given one, when the server has ended
 */
export async function untilAnswers<T>(process: ServerProcess, asking: Asking<T>): Promise<T> {
  const { what, where, timeoutMs, stop } = asking;
  const startedAtMs = performance.now();
  for (;;) {
    const asked = asking.ask().catch(() => undefined);
    const answer = await Promise.race([asked, process.ended]);
    if (process.hasEnded) {
      void asked.then((late) => late === undefined ? undefined : asking.discard?.(late));
      throw await asking.endError();
    }
    if (answer !== undefined) return answer as T;
    if (stop?.aborted) throw new StoppedError("a server to listen");
    if (performance.now() - startedAtMs > timeoutMs) {
      throw new HarnessError("start", what, `nothing listens on ${where} within ${timeoutMs / 1000} s`);
    }
    await Promise.race([delay(ASK_PERIOD_MS), process.ended]);
  }
}

/** A server that this process has started, and ends. */
export abstract class SpawnedServer {
  readonly #directory: string;
  #process: ServerProcess;

  constructor(directory: string, process: ServerProcess) {
    this.#directory = directory;
    this.#process = process;
  }

  /** The id of its process; NaN if it does not run. */
  get pid(): number {
    return Number(readPid(this.#directory));
  }

  get process(): ServerProcess {
    return this.#process;
  }

  /**
   * What the server has said about a failure that has just been noticed, and whether it has ended; `undefined` if it
   * has not, and has logged no error.
   */
  async explain(): Promise<string | undefined> {
    await Promise.race([this.#process.ended, delay(EXPLAIN_MS)]);
    const { hasEnded, errors } = this.#process;
    const what = `the server in ${this.#directory}`;
    if (errors.length === 0) return hasEnded ? `${what} has ended` : undefined;
    const said = errors.slice(-2).join("; ");
    // What the server knows: it asked for more to be written than was.
    const hint = /short write/i.test(said) ? " (is the disk full?)" : "";
    return `${what} ${hasEnded ? "has ended, having said" : "says"}: ${said}${hint}`;
  }

  /** Ends the server at once; its directory stays. */
  async end(): Promise<void> {
    await this.#process.end();
  }

  /** Ends the server if it is still running, and has another process be the server from now on. */
  protected async replaceBy(start: () => ServerProcess): Promise<ServerProcess> {
    await this.#process.end();
    return this.#process = start();
  }
}

/**
 * Tells what one of several servers has said about a failure. Those of a cluster log much that is no error, and count
 * only if they have ended.
 */
export async function explainFailures(servers: readonly SpawnedServer[]): Promise<string | undefined> {
  const clauses = await Promise.all(servers.map((server) => server.explain()));
  return clauses.find((_, index) => servers.length === 1 || servers[index]?.process.hasEnded);
}

/** The error for a server that has ended instead of serving. */
export function startError(what: string, { reason, isHarness }: EndReason): EngineError {
  return isHarness ? new HarnessError("start", what, reason) : new EngineError("start", what, reason);
}
