/**
 * Stand-in for `@std/cli/parse-args` where JSR cannot be reached: the genuine module, as npm carries it, with types.
 *
 * @module
 */
// @ts-types="./parse_args.d.ts"
export * from "deno-std/cli/parse_args.js";
