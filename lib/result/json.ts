/**
 * JSON values, as built by the reports, and fields of JSON documents of unchecked shape: anything absent or of another
 * type is undefined.
 *
 * @module
 */
/** A JSON object whose fields have not been checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether the value is a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The field as a finite number. */
export function numberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  // JSON has no NaN, but 1e999 is Infinity.
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The field as a string. */
export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

/** The field as a list of strings. */
export function textsIn(fields: Fields, name: string): readonly string[] | undefined {
  const value = fields[name];
  return Array.isArray(value) && value.every((text) => typeof text === "string") ? value : undefined;
}

/** The field as an object. */
export function fieldsIn(fields: Fields, name: string): Fields | undefined {
  const value = fields[name];
  return isFields(value) ? value : undefined;
}

/** The objects in an array field; none if it is not an array. */
export function rowsIn(fields: Fields, name: string): Fields[] {
  const value = fields[name];
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** Anything that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object with read-only fields. */
export type JsonObject = { readonly [name: string]: JsonValue };

/** A document as it is printed: indented by two spaces and followed by a newline. */
export function documentText(document: object): string {
  return JSON.stringify(document, null, 2) + "\n";
}
