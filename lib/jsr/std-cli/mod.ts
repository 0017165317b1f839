/**
 * Stand-in for `@std/cli` where JSR cannot be reached. It has the part that kvlab uses: the parser of arguments.
 *
 * @module
 */
export * from "./parse_args.ts";
