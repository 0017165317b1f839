/**
 * The reader: the Web Worker that reads a trace while it is replayed.
 *
 * @module
 */
import { Phase, type PhaseHandle } from "../sync/phase.ts";
import { serveTask, type TaskConfiguration } from "../sync/task.ts";
import { type FeedOptions, feedTrace } from "./trace_feed.ts";
import { TraceRing, type TraceRingHandle } from "./trace_ring.ts";

/** What the reader is told at its start. */
export interface ReaderConfiguration extends TaskConfiguration, FeedOptions {
  readonly phase: PhaseHandle;
  /** One for each lane. */
  readonly rings: readonly TraceRingHandle[];
}

serveTask(async ({ phase, rings, ...options }: ReaderConfiguration): Promise<void> => {
  Phase.attach(phase).arrive();
  await feedTrace(options, rings.map((ring) => TraceRing.attach(ring)));
});
