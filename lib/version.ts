/**
 * Room of kvlab's version: the root `deno.json` says it, everyone else asks here.
 *
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };

/** This kvlab's version, such as `0.1.0`. */
export const VERSION: string = denoJson.version;
