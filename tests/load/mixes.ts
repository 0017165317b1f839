/**
 * The tests' mixes: options of a mix, of which a test says only what it is about.
 *
 * @module
 */
import { hasScans, type MixOptions, PRESETS, type WorkloadName, ZIPF_THETA } from "../../lib/load/workload.ts";

/** A small mix of the given name, with what the test wants different. */
export function mixOf(name: WorkloadName, changes: Partial<MixOptions> = {}): MixOptions {
  return {
    kind: "mix",
    name,
    ...PRESETS[name],
    keyCount: 1000,
    keyCountMax: 100_000,
    keyBytes: 16,
    valueBytesMin: 10,
    valueBytesMax: 50,
    compressible: 1,
    zipfTheta: ZIPF_THETA,
    ...(hasScans(changes.shares === undefined ? PRESETS[name] : { shares: changes.shares }) ? { scanLength: 100 } : {}),
    ...changes,
  };
}
