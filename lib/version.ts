/**
 * The version of kvlab, from the root `deno.json`, and that of its results.
 *
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };

/** This kvlab's version, such as `0.1.0`. */
export const VERSION: string = denoJson.version;

/** The name and the version of a JSON result's form. The version rises when a field goes or changes its meaning. */
export const RESULT_SCHEMA = "kvlab-result/1";

/** The same of a comparison's JSON, and of that of kills. The first version wrote neither. */
export const COMPARISON_SCHEMA = "kvlab-comparison/1";
export const CRASH_SCHEMA = "kvlab-crash/1";

/** The same of what the check command has found, and of what inspect shows. */
export const CHECK_SCHEMA = "kvlab-check/1";
export const INSPECTION_SCHEMA = "kvlab-inspection/1";
