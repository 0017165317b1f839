/**
 * Stand-in for `@std/assert` when JSR cannot be reached: the original modules, as published on npm, with types.
 *
 * @module
 */
// @ts-types="./mod.d.ts"
export * from "deno-std/assert/mod.js";
