/**
 * JSON values, as built by the reports.
 *
 * @module
 */

/** Anything that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object with read-only fields. */
export type JsonObject = { readonly [name: string]: JsonValue };
