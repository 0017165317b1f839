/**
 * Says what a comparison's limits found: a sentence for each check, and the fields of the JSON.
 *
 * @module
 */
import type { Gate, GateCheck } from "../compare/gate.ts";
import type { ResultDocument } from "../result/result_document.ts";
import { operationName, readableShare } from "../result/format.ts";
import { fileNames } from "./short_names.ts";

/**
 * A check in one sentence, without a full stop:
 *
 * ```text
 * exceeded: b is 5.2% slower than a (p = 0.029), 3% allowed
 * held: read p99 of b is 12% higher than of a (noise, p = 0.34), 10% allowed
 * undecided whether b is slower than a: 1 and 1 repeats are too few, --repeat=4 or more tell
 * ```
 */
export function checkText(check: GateCheck, documents: readonly ResultDocument[]): string {
  const { limited, document, operation, limit, worse = 0, test, verdict, reason } = check;
  const names = fileNames(documents.map(({ path }) => path));
  const [first, other] = [names[0], names[document]];
  const what = limited === "slower"
    ? other
    : `${operation === undefined ? "the" : operationName(operation)} p99 of ${other}`;
  const [more, less] = limited === "slower" ? ["slower", "faster"] : ["higher", "lower"];
  const than = limited === "slower" ? `than ${first}` : `than of ${first}`;
  if (verdict === "undecided") return `undecided whether ${what} is ${more} ${than}: ${reason}`;
  const noise = test === undefined || test.verdict === "differs" ? [] : ["noise"];
  const remarks = [...noise, ...(test === undefined ? [] : [pText(test.pValue)])].join(", ");
  const change = `${readableShare(Math.abs(worse))} ${worse > 0 ? more : less}`;
  return `${verdict}: ${what} is ${change} ${than} (${remarks}), ${readableShare(limit)} allowed`;
}

/** A p-value with its name. */
export function pText(pValue: number): string {
  return pValue < 0.001 ? "p < 0.001" : `p = ${pValue.toPrecision(2)}`;
}

/**
 * The limits' part of a comparison's JSON: the `verdict`, and for each check its `limit` (`slower` or `p99_higher`),
 * the
 * `file`, the `operation` (null for the throughput), how much is `allowed`, by which share it is `worse` (below 0:
 * better), the `p_value`, its `verdict`, and all of it in words as `text`.
 */
export function gateObject({ verdict, checks }: Gate, documents: readonly ResultDocument[]) {
  return {
    verdict,
    checks: checks.map((check) => ({
      limit: check.limited === "slower" ? "slower" : "p99_higher",
      file: documents[check.document]?.path ?? null,
      operation: check.operation ?? null,
      allowed: check.limit,
      worse: check.worse ?? null,
      p_value: check.test?.pValue ?? null,
      verdict: check.verdict,
      text: checkText(check, documents),
    })),
  };
}
