/**
 * Tests of the descriptor budget.
 *
 * @module
 */
import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { openFilesPerWriter } from "../../lib/backend/prepare.ts";

Deno.test("openFilesPerWriter() keeps all writers together below the limit, with room to spare", () => {
  for (const limit of [256, 1024, 65_536]) {
    for (const [writers, threads] of [[1, 2], [3, 3], [1, 9]] as const) {
      const each = openFilesPerWriter({ limit, writers, threads });
      assertGreaterOrEqual(each, 1);
      assertLess(each * writers, limit - 100, `${writers} writers under ${limit}`);
    }
  }
});

Deno.test("openFilesPerWriter() allows at least one file, and a bounded number under no limit", () => {
  assertEquals(openFilesPerWriter({ limit: 64, writers: 100, threads: 100 }), 1);
  assert(Number.isSafeInteger(openFilesPerWriter({ limit: Infinity, writers: 1, threads: 1 })));
});
