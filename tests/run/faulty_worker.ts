/**
 * The faulty worker: a load or file worker that fails in the way its name says, for tests of failing runs.
 *
 * @module
 */
import { connectShared, type SharedHandle } from "../backend/shared.ts";
import type { LoadWorkerConfiguration } from "../../lib/load/load.ts";
import type { FileWorkerConfiguration } from "../../lib/persist/file_worker.ts";
import { type QueuedWrite, WriteQueue } from "../../lib/persist/write_queue.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort, AbortError } from "../../lib/sync/abort.ts";
import { Phase, RUNNING } from "../../lib/sync/phase.ts";
import { serveTask, type TaskConfiguration } from "../../lib/sync/task.ts";

/** The ways to fail. */
export type Fault =
  /** Throws while its module is evaluated. */
  | "throws at import"
  /** Throws before it has arrived at the start. */
  | "throws before the start"
  /** Load worker: throws after a few puts. */
  | "throws in the middle"
  /** Load worker: throws when no other thread makes progress any more. */
  | "throws when all others wait"
  /** File worker: takes one snapshot, and throws when no thread makes progress any more. */
  | "throws while the queue is full"
  /** File worker: takes one snapshot, and then does nothing until the run is aborted; no failure of its own. */
  | "stalls"
  /** Ends after a few puts, without a word. */
  | "closes itself"
  | "exits"
  /** Throws what `postMessage` cannot clone. */
  | "throws a function"
  /** Fails outside of its task, with nobody to hear it. */
  | "rejects unheard"
  /** Post what no task posts. */
  | "posts null"
  | "posts text"
  | "posts an unknown kind";

/** How the message of a deliberate failure begins; the time of the throw in milliseconds since the epoch follows. */
export const DELIBERATE = "Deliberate failure at ";

function deliberate(): Error {
  return new Error(DELIBERATE + Date.now());
}

function fail(): never {
  throw deliberate();
}

/** How long nobody must make progress to be taken as waiting. */
const STANDSTILL_MS = 100;
const POLL_MS = 10;
const PUTS_BEFORE_FAILURE = 10;

const FAULTS: Record<Fault, (configuration: TaskConfiguration) => void> = {
  "throws at import": () => {},
  "throws before the start": fail,
  "throws in the middle"(configuration) {
    putAFew(configuration);
    fail();
  },
  "throws when all others wait"(configuration) {
    const { store, abort } = startLoad(configuration as LoadWorkerConfiguration);
    waitForStandstill(store, abort);
    fail();
  },
  "throws while the queue is full"(configuration) {
    const { store, abort } = takeOne(configuration as FileWorkerConfiguration);
    waitForStandstill(store, abort);
    fail();
  },
  "stalls"(configuration) {
    const { abort } = takeOne(configuration as FileWorkerConfiguration);
    while (!abort.raised) sleep(POLL_MS);
    throw new AbortError();
  },
  "closes itself"(configuration) {
    putAFew(configuration);
    scope.close();
  },
  "exits"(configuration) {
    putAFew(configuration);
    Deno.exit(0);
  },
  "throws a function"(configuration) {
    start(configuration as LoadWorkerConfiguration);
    throw () => "no clone of this";
  },
  "rejects unheard": () => {},
  "posts null": () => postAsIs(null),
  "posts text": () => postAsIs("done"),
  "posts an unknown kind": () => postAsIs({ kind: "odd" }),
};

/** Arrives, and waits for the common start. */
function start(configuration: TaskConfiguration & Pick<LoadWorkerConfiguration, "phase">): Abort {
  const abort = Abort.attach(configuration.abort);
  const phase = Phase.attach(configuration.phase);
  phase.arrive();
  phase.waitFor(RUNNING, abort);
  return abort;
}

function startLoad(configuration: LoadWorkerConfiguration) {
  const { thread } = configuration;
  const handle = configuration.backend.target as SharedHandle;
  const backend = connectShared(handle, thread);
  const key = PaddedBytes.of(`thread ${thread}`);
  const value = PaddedBytes.of("x");
  const store = SharedStore.attach(handle.kind === "memory" ? handle.store : handle.persistence.store);
  const abort = start(configuration);
  return { store, abort, put: () => backend.put(key, value) };
}

function putAFew(configuration: TaskConfiguration): void {
  const { put } = startLoad(configuration as LoadWorkerConfiguration);
  for (let i = 0; i < PUTS_BEFORE_FAILURE; i++) put();
}

/** Takes the first snapshot and keeps its place in the queue. */
function takeOne(configuration: FileWorkerConfiguration) {
  if (configuration.persistence.queue === undefined) {
    throw new Error("Cannot fail: this fault is one of the asynchronous policy");
  }
  const abort = start(configuration);
  const snapshot: QueuedWrite = {
    shard: 0,
    version: 0,
    sinceMs: 0,
    bytes: new Uint8Array(new SharedArrayBuffer(0)),
  };
  WriteQueue.attach(configuration.persistence.queue).take(snapshot);
  return { store: SharedStore.attach(configuration.persistence.store), abort };
}

/** Returns when there have been puts, and no more for a while. */
function waitForStandstill(store: SharedStore, abort: Abort): void {
  let seen = 0;
  let sinceMs = performance.now();
  while (seen === 0 || performance.now() - sinceMs < STANDSTILL_MS) {
    abort.check();
    sleep(POLL_MS);
    const now = putsIn(store);
    if (now !== seen) sinceMs = performance.now();
    seen = now;
  }
}

function putsIn(store: SharedStore): number {
  let puts = 0;
  for (let shard = 0; shard < store.size.shards; shard++) puts += store.version(shard);
  return puts;
}

const nothing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

function sleep(durationMs: number): void {
  Atomics.wait(nothing, 0, 0, durationMs);
}

interface WorkerScope {
  readonly name: Fault;
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

function postAsIs(message: unknown): void {
  scope.postMessage(message);
}

// The tests import this module too, for its names.
if (scope.name in FAULTS) {
  if (scope.name === "throws at import") fail();
  serveTask(FAULTS[scope.name]);
  if (scope.name === "rejects unheard") scope.onmessage = () => void Promise.reject(deliberate());
}
