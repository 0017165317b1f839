/**
 * Stand-in for `@std/cli/parse-args` when JSR cannot be reached: the original module, as published on npm, with types.
 *
 * @module
 */
// @ts-types="./parse_args.d.ts"
export * from "deno-std/cli/parse_args.js";
