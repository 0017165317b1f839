/**
 * How a client shows a server that it knows a password: as it is, by MD5, or by SCRAM-SHA-256 (RFC 5802 and RFC 7677),
 * in which the server shows that it knows it, too.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { prepared } from "./saslprep.ts";

const DIGEST = "sha256", DIGEST_BYTES = 32;

/** More than a server can have. */
const ITERATIONS_MAX = 2 ** 31 - 1;

/** The mechanism's name. */
export const SCRAM = "SCRAM-SHA-256";

/** The answer to a server that asks for a password's MD5. */
export function md5Answer({ user, password }: Credentials, salt: Uint8Array): string {
  const md5 = (...parts: (string | Uint8Array)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash("md5")).digest("hex");
  return `md5${md5(md5(password, user), salt)}`;
}

/** Who connects. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** One exchange of SCRAM messages. */
export class ScramExchange {
  /** The client's first message. */
  readonly first: string;
  readonly #password: string;
  readonly #nonce = randomBytes(18).toString("base64");
  #serverSignature = Buffer.alloc(0);
  #isUnverified = false;

  constructor(password: string) {
    this.#password = prepared(password);
    // The server knows the user already.
    this.first = `n,,${this.#firstBare}`;
  }

  /** Whether it has begun, and the server has not shown that it knows the password. */
  get isUnverified(): boolean {
    return this.#isUnverified;
  }

  /**
   * The client's answer to the server's first message.
   *
   * @throws {Error} when that is none
   */
  async answer(serverFirst: string): Promise<string> {
    this.#isUnverified = true;
    const { r: nonce = "", s: salt = "", i: iterations = "" } = fieldsOf(serverFirst);
    const count = /^\d+$/.test(iterations) ? Number(iterations) : 0;
    if (!nonce.startsWith(this.#nonce) || salt === "" || count === 0 || count > ITERATIONS_MAX) {
      throw new Error(`it answers ${SCRAM} with what is no answer`);
    }
    const salted = await derive(this.#password, Buffer.from(salt, "base64"), count, DIGEST_BYTES, DIGEST);
    const clientKey = hmac(salted, "Client Key");
    const final = `c=${Buffer.from("n,,").toString("base64")},r=${nonce}`;
    const all = `${this.#firstBare},${serverFirst},${final}`;
    const signature = hmac(createHash(DIGEST).update(clientKey).digest(), all);
    this.#serverSignature = hmac(hmac(salted, "Server Key"), all);
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!));
    return `${final},p=${proof.toString("base64")}`;
  }

  /** @throws {Error} when the server's last message does not show that it knows the password */
  verify(serverFinal: string): void {
    const shown = Buffer.from(fieldsOf(serverFinal).v ?? "", "base64");
    this.#isUnverified = shown.length !== DIGEST_BYTES || !timingSafeEqual(shown, this.#serverSignature);
    if (this.#isUnverified) throw new Error("it does not know the password itself");
  }

  get #firstBare(): string {
    return `n=,r=${this.#nonce}`;
  }
}

const derive = promisify(pbkdf2);

function hmac(key: Uint8Array, text: string): Buffer<ArrayBuffer> {
  return createHmac(DIGEST, key).update(text).digest() as Buffer<ArrayBuffer>;
}

/** The fields of a message, by their letters. */
function fieldsOf(message: string): Readonly<Record<string, string>> {
  return Object.fromEntries(message.split(",").map((field) => [field.slice(0, 1), field.slice(2)]));
}
