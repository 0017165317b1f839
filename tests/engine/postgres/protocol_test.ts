/**
 * Tests of PostgreSQL's protocol: messages however they are cut, what is too long for a buffer, and SCRAM, against a
 * server's side of it.
 *
 * @module
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { md5Answer, ScramExchange } from "../../../lib/engine/postgres/authentication.ts";
import { MessageReader, MessageWriter } from "../../../lib/engine/postgres/messages.ts";

/** A stream that gives so many bytes with each read. */
function streamOf(bytes: Uint8Array, step: number) {
  let at = 0;
  return {
    read(into: Uint8Array): Promise<number | null> {
      const part = bytes.subarray(at, at + Math.min(step, into.length));
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
    write: () => Promise.reject(new Error("it is only read")),
    close: () => {},
  };
}

/** A row with these values, and an error. */
function someMessages(long: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter();
  writer.begin("D").int16(3).value(Uint8Array.of(1, 0, 255)).int32(-1).value(long).end();
  writer.begin("Z").rawText("I").end();
  writer.begin("E").text("SERROR").text("Mno such table é").text("").end();
  return writer.take();
}

Deno.test("MessageReader reads the same messages however they are cut, and longer ones than it has room for", async () => {
  const short = Uint8Array.from({ length: 40 }, (_, at) => at);
  const long = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
  const cases = [[short, 1], [short, 2], [short, 7], [short, 1000], [long, 999], [long, 1e6]] as const;
  for (const [value, step] of cases) {
    const reader = new MessageReader(streamOf(someMessages(value), step));
    const found: unknown[] = [];
    do {
      while (reader.next()) {
        const letter = String.fromCharCode(reader.type);
        found.push(letter === "D" ? reader.row() : letter === "E" ? reader.errorMessage() : letter);
      }
    } while (await reader.fill());
    assertEquals(found, [[Uint8Array.of(1, 0, 255), undefined, value], "Z", "no such table é"]);
  }
});

Deno.test("md5Answer() is what a server makes of the password that it knows", () => {
  const md5 = (bytes: Uint8Array | string) => createHash("md5").update(bytes).digest("hex");
  const salt = Uint8Array.of(1, 2, 3, 255);
  const expected = "md5" + md5(Buffer.concat([Buffer.from(md5("pass word" + "me")), salt]));
  assertEquals(md5Answer({ user: "me", password: "pass word" }, salt), expected);
});

/** A server's side of an exchange: what it says first, and then, by what it knows. */
function scramServer(clientFirst: string, password: string) {
  const bare = clientFirst.slice("n,,".length);
  const nonce = `${bare.slice("n=,r=".length)}-and-more`;
  const salt = Buffer.from("salted");
  const hmac = (key: Uint8Array, text: string) => createHmac("sha256", key).update(text).digest();
  const salted = pbkdf2Sync(password, salt, 4096, 32, "sha256");
  const first = `r=${nonce},s=${salt.toString("base64")},i=4096`;
  return {
    first,
    /** Whether the client has shown that it knows the password, and the answer. */
    last(clientFinal: string) {
      const [withoutProof = "", proof = ""] = clientFinal.split(",p=");
      const all = `${bare},${first},${withoutProof}`;
      const clientKey = hmac(salted, "Client Key");
      const signature = hmac(createHash("sha256").update(clientKey).digest(), all);
      const shown = Buffer.from(proof, "base64").map((byte, at) => byte ^ signature[at]!);
      return {
        knows: Buffer.from(shown).equals(clientKey) && withoutProof === `c=biws,r=${nonce}`,
        text: `v=${hmac(hmac(salted, "Server Key"), all).toString("base64")}`,
      };
    },
  };
}

Deno.test("ScramExchange convinces a server that knows the password, and is convinced by no other", async () => {
  const exchange = new ScramExchange("p,=ä ss");
  const server = scramServer(exchange.first, "p,=ä ss");
  const { knows, text } = server.last(await exchange.answer(server.first));
  assertEquals(knows, true);
  assertEquals(exchange.isUnverified, true);
  exchange.verify(text);
  assertEquals(exchange.isUnverified, false);

  const other = new ScramExchange("p,=ä ss");
  const stranger = scramServer(other.first, "another");
  const strange = stranger.last(await other.answer(stranger.first));
  assertEquals(strange.knows, false);
  for (const last of [strange.text, "v=", "e=other-error", ""]) {
    assertThrows(() => other.verify(last), Error, "it does not know the password itself");
    assertEquals(other.isUnverified, true);
  }
  for (const first of ["", "r=a,s=b,i=1", server.first]) {
    await assertRejects(() => other.answer(first), Error, "it answers SCRAM-SHA-256 with what is no answer");
  }
});
