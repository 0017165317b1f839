/**
 * Stand-in for `@std/cli` when JSR cannot be reached. It has the part that kvlab uses, the argument parser.
 *
 * @module
 */
export * from "./parse_args.ts";
