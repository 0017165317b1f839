/**
 * Reads what Redis answers as text.
 *
 * @module
 */

/** The fields of an answer to `INFO` or `CLUSTER INFO`: lines of `name:value`. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}
