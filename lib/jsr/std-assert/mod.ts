/**
 * Stand-in for `@std/assert` where JSR cannot be reached: the genuine modules, as npm carries them, with types.
 *
 * @module
 */
// @ts-types="./mod.d.ts"
export * from "deno-std/assert/mod.js";
