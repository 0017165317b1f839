/**
 * Deno KV, which has no settings.
 *
 * @module
 */
import type { EngineDeclaration } from "../declaration.ts";

/** Deno KV on the command line. */
export const DENOKV: EngineDeclaration = {
  about: "Deno KV, in a file of its own.",
  takes: ["output", "in-flight"],
  isOrdered: true,
  flags: {},
};
