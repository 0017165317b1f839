/**
 * Tests of credentials: nothing shows them, and they reach another process all the same.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  passArguments,
  PASSWORD_VARIABLES,
  withoutCredentials,
  withoutPasswordOf,
  withPasswordOfEnvironment,
} from "../../lib/option/credentials.ts";

Deno.test("withoutCredentials() hides what a URL has before its host, and leaves anything else alone", () => {
  const rows = [
    ["redis://:secret@host:1/2", "redis://:PASSWORD@host:1/2"],
    ["--url=rediss://me:secret@host", "--url=rediss://me:PASSWORD@host"],
    ["--url=redis://secret@host", "--url=redis://USER@host"],
    ["redis://:a b@c:d@host", "redis://:PASSWORD@host"],
    ["redis://host:6379", "redis://host:6379"],
    ["--output=/tmp/a:b@c", "--output=/tmp/a:b@c"],
    ["", ""],
  ] as const;
  for (const [text, shown] of rows) assertEquals(withoutCredentials(text), shown);
});

Deno.test("withoutPasswordOf() hides the password, as written and as meant, in what a server says", () => {
  const message = "unknown command 'AUTH', with args beginning with: 's@cret'; s%40cret";
  const hidden = "unknown command 'AUTH', with args beginning with: 'PASSWORD'; PASSWORD";
  assertEquals(withoutPasswordOf("redis://:s%40cret@host", message), hidden);
  assertEquals(withoutPasswordOf("redis://host", message), message);
});

const [PASSWORD_VARIABLE] = PASSWORD_VARIABLES;

Deno.test("passArguments() moves a password into the environment, from where it comes back into the URL", () => {
  const { args, env } = passArguments(["redis", "--url=redis://me:s%40cret@host:1/2", "--in-flight=4"]);
  assertEquals(args, ["redis", "--url=redis://me@host:1/2", "--in-flight=4"]);
  assertEquals(env, { [PASSWORD_VARIABLE]: "s@cret" });
  assertEquals(passArguments(["redis", "--url=redis://host"]), { args: ["redis", "--url=redis://host"], env: {} });
  Deno.env.set(PASSWORD_VARIABLE, "s@cret");
  try {
    assertEquals(withPasswordOfEnvironment("redis://me@host:1/2"), "redis://me:s%40cret@host:1/2");
    assertEquals(withPasswordOfEnvironment("redis://:own@host"), "redis://:own@host");
  } finally {
    Deno.env.delete(PASSWORD_VARIABLE);
  }
});
