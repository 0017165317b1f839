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

Deno.test("passArguments() moves a password into the environment, from where it comes back into the URL", () => {
  assertEquals(passArguments(["redis", "--url=redis://host"]), { args: ["redis", "--url=redis://host"], env: {} });
  const rows = [
    ["redis", "rediss", "KVLAB_REDIS_PASSWORD"],
    ["postgres", "postgresql", "KVLAB_POSTGRES_PASSWORD"],
    ["etcd", "http", "KVLAB_ETCD_PASSWORD"],
    ["etcd", "https", "KVLAB_ETCD_PASSWORD"],
  ] as const;
  assertEquals(new Set(rows.map(([, , variable]) => variable)), new Set(PASSWORD_VARIABLES));
  for (const [engine, scheme, variable] of rows) {
    const { args, env } = passArguments([engine, `--url=${scheme}://me:s%40cret@host:1/2`, "--in-flight=4"]);
    assertEquals(args, [engine, `--url=${scheme}://me@host:1/2`, "--in-flight=4"]);
    assertEquals(env, { [variable]: "s@cret" });
    Deno.env.set(variable, "s@cret");
    try {
      assertEquals(withPasswordOfEnvironment(`${scheme}://me@host:1/2`), `${scheme}://me:s%40cret@host:1/2`);
      assertEquals(withPasswordOfEnvironment(`${scheme}://:own@host`), `${scheme}://:own@host`);
      // Nobody else's.
      const other = rows.find((row) => row[2] !== variable);
      assertEquals(withPasswordOfEnvironment(`${other?.[1]}://me@host:1/2`), `${other?.[1]}://me@host:1/2`);
    } finally {
      Deno.env.delete(variable);
    }
  }
});
