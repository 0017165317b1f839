/**
 * JSON's values, as the reports build them.
 *
 * @module
 */

/** Anything that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object of JSON, whose fields are read only. */
export type JsonObject = { readonly [name: string]: JsonValue };
