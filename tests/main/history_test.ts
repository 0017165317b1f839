/**
 * Tests of judged histories from outside: what a run prints of them, and in which documents.
 *
 * @module
 */
import { assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { assertCode, kvlab } from "./kvlab.ts";

const CHECKED = ["--threads=2", "--ops=1000", "--pattern=unthrottled", "--check=linearizability"];

Deno.test("kvlab --check=linearizability judges the history of each backend", async () => {
  for (
    const backend of [["memory"], ["sqlite", "--synchronous=off"], ["lmdb", "--sync-mode=no-sync", "--in-flight=4"]]
  ) {
    const ended = await kvlab([...CHECKED, "--workload=a", "--keys=20", "--format=json", ...backend]);
    assertCode(ended, 0);
    const { history_operations, history_keys, history_contradicting_keys, contradictions } = JSON.parse(ended.stdout);
    assertGreater(history_operations, 999);
    assertEquals([history_keys, history_contradicting_keys, contradictions], [20, 0, []]);
  }
});

Deno.test("kvlab --check=linearizability says in its text what it has judged, and gives the seed's load values that it can tell apart", async () => {
  const ended = await kvlab([...CHECKED, "file", "--file-count=2", "--queue-depth=64"]);
  assertCode(ended, 0);
  assertMatch(ended.stdout, /^history {5}linearizable, 1,000 operations judged,\s+on \S+ keys,\s+in /m);
  assertStringIncludes(ended.stderr, "checked for linearizability");
  const short = await kvlab([...CHECKED, "--value-size=8B", "memory"]);
  assertCode(short, 2);
  assertStringIncludes(short.stderr, "--value-size must be at least 23B with --check");
});
