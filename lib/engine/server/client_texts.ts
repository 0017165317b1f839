/**
 * What is said of a server by its client: why that has failed, without a password, and with what a user can do about
 * TLS; and what other runs have left on it.
 *
 * @module
 */
import { withoutPasswordOf } from "../../option/credentials.ts";
import { messageOf } from "../../system/persist_error.ts";

/** What the system's TLS says, and what that means or what helps. */
const REMARKS = [
  [
    /UnknownIssuer|unable to (?:verify|get)|self[- ]signed/i,
    "DENO_CERT can name a file with its authority's certificate",
  ],
  [/fatal alert: (?:BadCertificate|CertificateRequired)/, "it asks for a certificate, and kvlab has none"],
  [/disconnected before secure TLS connection/, "does it take TLS?"],
] as const;

/**
 * The reason of an error.
 *
 * @param url the server's, whose password the error may repeat
 */
export function clientReason(error: unknown, url?: string): string {
  const reason = causeOf(error);
  const [, remark] = REMARKS.find(([pattern]) => pattern.test(reason)) ?? [];
  const text = remark === undefined || reason.includes(remark) ? reason : `${reason} (${remark})`;
  return url === undefined ? text : withoutPasswordOf(url, text);
}

/**
 * Where several addresses were tried, each has its own reason, and the error none. Of a request, the cause says more
 * than that it has failed.
 */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return causeOf(error.errors[0]);
  if (error instanceof TypeError && error.cause !== undefined) return causeOf(error.cause);
  return messageOf(error);
}

/** What was found of other runs. */
interface LeftBehind {
  readonly count: number;
  /** Whether there are no more. */
  readonly isAll?: boolean;
  /** What it is, for one of it. */
  readonly thing: "key" | "table";
  /** What all of their names are like. */
  readonly names: string;
}

/** That a server holds something of other runs, as a sentence; `undefined` if it holds nothing. */
export function leftRemark(address: string, { count, isAll = true, thing, names }: LeftBehind): string | undefined {
  if (count === 0) return undefined;
  const found = `${isAll ? "" : "at least "}${count} ${thing}${count === 1 ? "" : "s"} ${names}`;
  return `${address} holds ${found} of other runs, left alone: of runs that were killed, or are still going on`;
}
