/**
 * What was found to be at risk beyond what the configuration promises.
 *
 * @module
 */
import type { ExposureBound } from "../persist/exposure_bound.ts";
import type { ExposureSummary } from "./exposure_sampler.ts";

/** What was beyond a bound, each in one sentence without a period; what is kept to the millisecond is within. */
export function brokenBounds({ writes, ageMs }: ExposureBound, found: ExposureSummary): string[] {
  const broken: string[] = [];
  if (writes !== undefined && found.writes.max > writes) {
    broken.push(
      `the bound was broken: ${found.writes.max} writes were at risk at one time, ${writes} are promised at most`,
    );
  }
  if (ageMs !== undefined && found.ageMs.max > ageMs + AGE_TOLERANCE_MS) {
    const [seconds, boundSeconds] = [found.ageMs.max, ageMs].map((ms) => (ms / 1000).toFixed(3));
    broken.push(
      `the bound was broken: a write was at risk for ${seconds} s, ${boundSeconds} s are promised at most: ` +
        "the file worker did not get its turns",
    );
  }
  return broken;
}

/** Threads read their clocks a little apart, and a sweep begins a little after it is due. */
const AGE_TOLERANCE_MS = 5;
