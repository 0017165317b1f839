/**
 * Tests of what Redis promises: by the settings that a server is started with, or by those that it tells.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { redisPromises } from "../../../lib/engine/redis/promises.ts";

const URL_GIVEN = { url: "redis://host", wait: 0 };

Deno.test("redisPromises() of a running server are those of a spawned one with the same settings", () => {
  const rows = [
    [{}, { appendonly: "no", appendfsync: "everysec", save: "" }],
    [{ rdbSeconds: 60, rdbChanges: 5 }, { appendonly: "no", save: "60 5" }],
    [{ appendfsync: "no" }, { appendonly: "yes", appendfsync: "no", save: "60 5" }],
    [{ appendfsync: "everysec" }, { appendonly: "yes", appendfsync: "everysec" }],
    [{ appendfsync: "always" }, { appendonly: "yes", appendfsync: "always", no_appendfsync_on_rewrite: "no" }],
  ] as const;
  for (const [settings, readings] of rows) {
    const spawned = redisPromises({ spawn: "redis-server", wait: 0, ...settings });
    assertEquals(redisPromises(URL_GIVEN, readings), spawned);
  }
});

Deno.test("redisPromises() of a running server has all of its snapshots, and what pauses its syncs", () => {
  const { processCrash } = redisPromises(URL_GIVEN, { appendonly: "no", save: "3600 1 300 100" });
  assertEquals(
    processCrash,
    { text: "all writes since the last snapshot (taken after 3600 s with 1 change or 300 s with 100 changes)" },
  );
  const pausing = { appendonly: "yes", appendfsync: "always", no_appendfsync_on_rewrite: "yes" };
  assertEquals(redisPromises(URL_GIVEN, pausing).powerLoss, {
    text: "nothing; while a file is rewritten, what the system has not written yet (no-appendfsync-on-rewrite=yes)",
  });
});

Deno.test("redisPromises() of a running server are unknown where it does not tell what matters", () => {
  const text = "unknown: the server does not tell its appendonly, appendfsync and save (CONFIG GET)";
  for (const readings of [{}, { appendonly: "yes" }, { appendonly: "no" }, { appendfsync: "always", save: "" }]) {
    const { processCrash, powerLoss } = redisPromises(URL_GIVEN, readings);
    assertEquals([processCrash, powerLoss], [{ text }, { text }]);
  }
  const { failover } = redisPromises({ ...URL_GIVEN, cluster: true }, {});
  assertEquals(failover?.text, "what the replica does not have yet: replication is asynchronous");
});
