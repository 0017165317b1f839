/**
 * What a load may put: how many keys, of which sizes.
 *
 * @module
 */
import type { KeySpace } from "../backend/plan.ts";
import { wordsFor } from "../store/shard.ts";
import { NUMBERED_VALUE_BYTES_MIN } from "./numbered_workload.ts";
import { SEED_KEY_SPACE } from "./seed_workload.ts";
import { mixKeySpace, type ReplayOptions, traceOf, type WorkloadOptions } from "./workload.ts";

/** A count that follows from a sample may be too low by so much, in six of its standard deviations. */
const ESTIMATE_MARGIN = 0.006;

/** @param isNumbered whether each value identifies its put, and is as long as that takes */
export function keySpaceOf(workload: WorkloadOptions, isNumbered = false): KeySpace {
  switch (workload.kind) {
    case "seed":
      return SEED_KEY_SPACE;
    case "mix":
      return mixKeySpace(workload);
    case "replay":
      return replayKeySpace(workload, isNumbered);
  }
}

/** The sizes in a trace differ much, so a store is planned by their sum. */
function replayKeySpace(workload: ReplayOptions, isNumbered: boolean): KeySpace {
  const { keys, isExact, keyBytesMax, valueBytesMax, entryWords: words, entryWordsSquared: squared } = traceOf(
    workload,
  );
  const least = isNumbered ? NUMBERED_VALUE_BYTES_MIN : 0;
  // Each entry takes at most so much more than in the trace.
  const more = wordsFor(least);
  const margin = isExact ? 1 : 1 + ESTIMATE_MARGIN;
  return {
    keyCount: Math.ceil(keys * margin),
    keyLengthMax: keyBytesMax,
    valueLengthMax: Math.max(valueBytesMax, least),
    entries: {
      words: Math.ceil((words + more * keys) * margin),
      wordsSquared: Math.ceil((squared + 2 * more * words + more ** 2 * keys) * margin),
    },
  };
}
