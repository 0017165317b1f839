/**
 * Tests of PostgreSQL's protocol: messages however they are cut, what is too long for a buffer, SCRAM, against a
 * server's side of it, and servers that do not answer the request for TLS.
 *
 * @module
 */
import { assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import fc from "fast-check";
import { md5Answer, ScramExchange } from "../../../lib/engine/postgres/authentication.ts";
import { openStream } from "../../../lib/engine/postgres/byte_stream.ts";
import { MessageReader, MessageWriter } from "../../../lib/engine/postgres/messages.ts";

/** A stream that gives some bytes with each read. */
function streamOf(bytes: Uint8Array, step: () => number) {
  let at = 0;
  return {
    read(into: Uint8Array): Promise<number | null> {
      const part = bytes.subarray(at, at + Math.min(step(), into.length));
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
    write: () => Promise.reject(new Error("it is only read")),
    close: () => {},
  };
}

type Value = Uint8Array<ArrayBuffer> | undefined;
type Message = { readonly letter: "D"; readonly values: readonly Value[] } | { readonly letter: "Z" | "E" | "N" };

function written(messages: readonly Message[]): Uint8Array<ArrayBuffer> {
  const writer = new MessageWriter();
  for (const message of messages) {
    writer.begin(message.letter);
    if (message.letter === "D") {
      writer.int16(message.values.length);
      for (const value of message.values) value === undefined ? writer.int32(-1) : writer.value(value);
    } else if (message.letter === "Z") {
      writer.rawText("I");
    } else {
      writer.text("SERROR").text("Mno such table é").text("");
    }
    writer.end();
  }
  return writer.take();
}

Deno.test("MessageReader reads the same messages however they are cut, and longer ones than it has room for", async () => {
  const bytes = fc.integer({ min: 0, max: 20 }).chain((power) => fc.integer({ min: 0, max: 1 << power }))
    .map((length) => Uint8Array.from({ length }, (_, at) => at % 251));
  const values = fc.array(fc.option(bytes, { nil: undefined, freq: 4 }), { maxLength: 4 });
  const message: fc.Arbitrary<Message> = fc.oneof(
    values.map((values) => ({ letter: "D" as const, values })),
    fc.constantFrom("Z" as const, "E" as const, "N" as const).map((letter) => ({ letter })),
  );
  // From single bytes to more than a message in one read.
  const steps = fc.array(fc.integer({ min: 0, max: 21 }).map((power) => 1 << power), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 6 }), steps, async (messages, steps) => {
      const all = written(messages);
      // So that single bytes alone do not take for ever.
      const least = all.length >> 12;
      let reads = 0;
      const reader = new MessageReader(streamOf(all, () => Math.max(least, steps[reads++ % steps.length]!)));
      const found: unknown[] = [];
      do {
        while (reader.next()) {
          const letter = String.fromCharCode(reader.type);
          found.push(letter === "D" ? { letter, values: reader.row() } : { letter });
          if (letter === "E") assertEquals(reader.errorMessage(), "no such table é");
        }
      } while (await reader.fill());
      assertEquals(found, messages);
    }),
    { numRuns: 50 },
  );
});

Deno.test("MessageReader refuses at once what a server of another kind says, and lengths that no message has", async () => {
  const said = [
    "-ERR unknown command\r\n",
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    "SSH-2.0-OpenSSH_9.6\r\n",
    "D\0\0\0\x03",
    "D\0\0\0\0",
  ];
  for (const text of [...said, ...[-1, -2147483648].map(lengthOnly)]) {
    const reader = new MessageReader(streamOf(Buffer.from(text, "latin1"), () => 1000));
    await reader.fill();
    assertThrows(() => reader.next(), Error, "it does not speak PostgreSQL's protocol");
  }
});

function lengthOnly(length: number): string {
  const bytes = Buffer.alloc(5, "D");
  bytes.writeInt32BE(length, 1);
  return bytes.toString("latin1");
}

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

/** A server's first message to a client, without its iterations. */
function ownFirst({ first }: ScramExchange): string {
  return `${first.slice("n,,n=,".length)}-and-more,s=c2FsdGVk`;
}

// What PostgreSQL 15 keeps of each, as its verifier tells.
const PASSWORDS: readonly (readonly [password: string, kept: string])[] = [
  ["\u2168 \u00aa\ufb01", "IX afi"],
  ["pass\u00adword\ufe0f", "password"],
  ["pass\u3000word\u200b", "pass word "],
  ["\u0627\ufb01\u0628", "\u0627\ufb01\u0628"],
  ["\u0627\u00b2\u0628", "\u06272\u0628"],
  ["\u05d01", "\u05d01"],
  ["\ufb4b", "\u05d5\u05b9"],
  ["\u00ad", "\u00ad"],
  ...["\u{1f600}", "\u{1f3f3}\ufe0f\u200d\u{1f308}", "\u0378", "\u0007", "\ue000", "\u200e", "\u{e0001}"].map((
    refused,
  ) => [`\ufb01${refused}`, `\ufb01${refused}`] as const),
];

Deno.test("ScramExchange takes a password for what PostgreSQL takes it for", async () => {
  for (const [password, kept] of PASSWORDS) {
    const exchange = new ScramExchange(password);
    const server = scramServer(exchange.first, kept);
    assertEquals(server.last(await exchange.answer(server.first)).knows, true, JSON.stringify(password));
  }
});

Deno.test("openStream() says soon that a server ends the connection instead of telling whether it has TLS", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = serveOne(listener, (connection) => connection.close());
  const startedAtMs = performance.now();
  await assertRejects(() => openStream(placeOf(listener), never()), Error, "the server has closed the connection");
  assertLess(performance.now() - startedAtMs, 2000);
  await serving;
});

Deno.test("openStream() lets go of a server that does not tell whether it has TLS, once it is given up", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const givenUp = new AbortController();
  let isLetGo = false;
  const serving = serveOne(listener, async (connection) => {
    givenUp.abort();
    isLetGo = await connection.read(new Uint8Array(8)).catch(() => null) === null;
    connection.close();
  });
  await assertRejects(() => openStream(placeOf(listener), givenUp.signal), Error, "aborted");
  await serving;
  assertEquals(isLetGo, true);
});

function never(): AbortSignal {
  return new AbortController().signal;
}

function placeOf({ addr }: Deno.Listener): { readonly url: string } {
  return { url: `postgres://127.0.0.1:${(addr as Deno.NetAddr).port}/?sslmode=require` };
}

/** Takes one connection, and what it asks first. */
async function serveOne(listener: Deno.Listener, act: (connection: Deno.Conn) => void | Promise<void>): Promise<void> {
  const connection = await listener.accept();
  await connection.read(new Uint8Array(8));
  await act(connection);
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
  const refused = ["0", "-1", "1e3", "2147483648"].map((count) => `${ownFirst(other)},i=${count}`);
  for (const first of ["", "r=a,s=b,i=1", server.first, ...refused]) {
    await assertRejects(() => other.answer(first), Error, "it answers SCRAM-SHA-256 with what is no answer");
  }
});
