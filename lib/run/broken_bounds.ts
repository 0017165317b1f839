/**
 * Checks what was measured to be at risk against what the configuration promises.
 *
 * @module
 */
import type { ExposureBound } from "../persist/policy/policy_module.ts";
import type { ExposureSummary } from "./exposure_sampler.ts";

/** The bounds that were exceeded, each as one sentence without a period. Ages within clock tolerance do not count. */
export function brokenBounds({ writes, ageMs }: ExposureBound, found: ExposureSummary): string[] {
  const broken: string[] = [];
  if (writes !== undefined && found.writes.max > writes) {
    broken.push(
      `the bound was exceeded: ${found.writes.max} writes were at risk at one time, promised at most ${writes}`,
    );
  }
  if (ageMs !== undefined && found.ageMs.max > ageMs + AGE_TOLERANCE_MS) {
    const [seconds, boundSeconds] = [found.ageMs.max, ageMs].map((ms) => (ms / 1000).toFixed(3));
    broken.push(
      `the bound was exceeded: a write was at risk for ${seconds} s, promised at most ${boundSeconds} s: ` +
        "the file worker did not get enough CPU time",
    );
  }
  return broken;
}

/** Threads read their clocks slightly apart, and a sweep begins slightly after it is due. */
const AGE_TOLERANCE_MS = 5;
