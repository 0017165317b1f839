/**
 * Worker tasks: how a Web Worker gets its configuration and returns its one result or error.
 *
 * Both are messages, sent before and after the work. During the work a worker may block and receives no messages: all
 * coordination is in shared memory. A worker that ends without a final message is noticed by its {@link holdLifeline}.
 *
 * @module
 */
import { Abort, AbortError, type AbortHandle } from "./abort.ts";

/** A worker's last messages arrive at most this long after its end. */
const LAST_MESSAGE_MS = 250;

/** Every task's configuration has the abort flag that is raised if the task fails. */
export interface TaskConfiguration {
  readonly abort: AbortHandle;
}

type TaskMessage<R> =
  | { readonly kind: "begun"; readonly lifeline: string | undefined }
  | { readonly kind: "done"; readonly result: R }
  | { readonly kind: "failed"; readonly error: unknown; readonly aborted: boolean };

/** The part of a worker's global scope that a task uses. */
interface WorkerScope<C, R> {
  onmessage: ((event: MessageEvent<C>) => void) | null;
  postMessage(message: TaskMessage<R>): void;
}

/**
 * Called once by a worker's module: runs the task with the configuration that arrives, and posts its result or error.
 */
export function serveTask<C extends TaskConfiguration, R>(task: (configuration: C) => R | Promise<R>): void {
  const scope = globalThis as unknown as WorkerScope<C, R>;
  scope.onmessage = async ({ data }) => {
    try {
      scope.postMessage({ kind: "begun", lifeline: await holdLifeline() });
      scope.postMessage({ kind: "done", result: await task(data) });
    } catch (error) {
      Abort.attach(data.abort).raise();
      scope.postMessage({ kind: "failed", error: cloneable(error), aborted: error instanceof AbortError });
    }
  };
}

/** What was thrown or, if that cannot be posted, an error with the same message. */
function cloneable(thrown: unknown): unknown {
  try {
    return structuredClone(thrown);
  } catch {
    return new Error(String(thrown));
  }
}

/** The main thread's end of a worker that runs one task. */
export class WorkerTask<C extends TaskConfiguration, R> {
  readonly #worker: Worker;
  /**
   * The task's result. Rejects with the task's own error, or with that of loading its module, or with an {@linkcode
   * AbortError} if the task ended only because of a failure elsewhere. The abort flag is raised by then.
   */
  readonly result: Promise<R>;
  readonly #settled = new AbortController();

  /** @param name what the worker is called in an error, such as "Load worker 3" */
  constructor(worker: Worker, configuration: C, name: string) {
    this.#worker = worker;
    const abort = Abort.attach(configuration.abort);
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const fail = (error: unknown) => {
      abort.raise();
      reject(error);
    };
    worker.onmessage = ({ data }: MessageEvent<TaskMessage<R> | null>) => {
      if (data?.kind === "begun") this.#watch(data.lifeline, () => fail(new Error(`${name} ended without a result`)));
      else if (data?.kind === "done") resolve(data.result);
      else if (data?.kind === "failed") fail(data.aborted ? new AbortError() : data.error);
      else fail(new Error("Cannot understand a worker's message"));
    };
    worker.onmessageerror = () => fail(new Error("Cannot read a worker's message"));
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.error ?? new Error(event.message));
    };
    this.result = promise;
    // Whoever awaits the result sees the error; until then it must not count as unhandled.
    promise.catch(() => {}).finally(() => this.#settled.abort());
    worker.postMessage(configuration);
  }

  /** Calls `onEnd` when the worker has ended and nothing more can come from it, unless its task has settled by then. */
  async #watch(lifeline: string | undefined, onEnd: () => void): Promise<void> {
    if (lifeline === undefined) return;
    const { signal } = this.#settled;
    await lifelineCut(lifeline, signal);
    if (signal.aborted) return;
    const timer = setTimeout(onEnd, LAST_MESSAGE_MS);
    signal.addEventListener("abort", () => clearTimeout(timer));
  }

  /**
   * Terminates the worker. It must not be in a long `Atomics.wait`, because the process would then never exit by
   * itself.
   */
  terminate(): void {
    this.#worker.terminate();
  }
}

// A lifeline is how the main thread learns that a worker has ended. Deno fires no event for a worker that closes
// itself, but it releases the Web Locks that the worker held.

/** The part of the Web Locks API that is used here; Deno's own types leave it out. */
interface LockManager {
  request(name: string, callback: () => unknown): Promise<unknown>;
  request(name: string, options: { signal: AbortSignal }, callback: () => unknown): Promise<unknown>;
}

const { locks } = navigator as { locks?: LockManager };

/**
 * Takes a new lifeline and holds it for as long as the calling thread lives, blocked or not.
 *
 * @returns its name, for {@linkcode lifelineCut}; `undefined` if the runtime has no Web Locks
 */
async function holdLifeline(): Promise<string | undefined> {
  if (locks === undefined) return undefined;
  const name = `kvlab-${crypto.randomUUID()}`;
  await new Promise<void>((held) => {
    // Released only when the thread ends.
    void locks.request(name, () => new Promise<never>(() => held()));
  });
  return name;
}

/** Resolves when the thread that holds the lifeline has ended or `signal` is aborted. */
async function lifelineCut(name: string, signal: AbortSignal): Promise<void> {
  try {
    await locks?.request(name, { signal }, () => {});
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
