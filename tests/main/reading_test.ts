/**
 * Tests of inspect and export from outside: where text goes, how kvlab exits, and what it says when it cannot.
 *
 * @module
 */
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { damage, runInto, stateOf } from "../inspect/stored_files.ts";
import { temporaryDirectory } from "../run/files.ts";
import { assertCode, type Ended, kvlab, KvlabProcess, linesOf } from "./kvlab.ts";

function assertRefused(ended: Ended, line: string, code = 1): void {
  assertCode(ended, code);
  assertEquals(ended.stdout, "");
  assertEquals(linesOf(ended.stderr), [`kvlab: ${line}`]);
}

Deno.test("inspect and export print what a directory holds, and touch nothing", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  await runInto(path, { layout: { kind: "snapshot", replace: "alternate" }, serializer: "cbor", fileCount: 2 });
  const before = stateOf(path);
  const [text, json, whole, cbor] = await Promise.all([
    kvlab(["inspect", path]),
    kvlab(["inspect", "--format=json", path]),
    kvlab(["export", path]),
    kvlab(["export", path, "--format=cbor"]),
  ]);

  for (const ended of [text, json, whole, cbor]) {
    assertCode(ended, 0);
    assertEquals(ended.stderr, "");
  }
  assertMatch(text.stdout, /^directory {3}.*\nentries {5}[1-9][^]*\nfiles {7}.* of cbor, [^]*\nshards {6}2\n/);
  const { entries } = JSON.parse(json.stdout);
  const document = JSON.parse(whole.stdout);
  assertEquals([document.format, document.shards, document.count], ["kvlab-export/1", 2, entries]);
  assertEquals(Object.keys(document.entries).length, entries);
  assertStringIncludes(cbor.stdout, "kvlab-export/1");
  assertEquals(stateOf(path), before);
});

Deno.test("inspect reports a damaged file, export names it, and both exit with 3", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  await runInto(path, { layout: { kind: "snapshot", replace: "rename" }, serializer: "json", fileCount: 2 });
  const name = "shard-0001-of-0002.json";
  damage(`${path}/${name}`);
  const [inspected, exported] = await Promise.all([kvlab(["inspect", path]), kvlab(["export", path])]);

  const reason = "it does not end with the crc32 of its content";
  assertCode(inspected, 3);
  assertMatch(inspected.stdout, /^damage {6}1 damaged, 1 shard without all that was written$/m);
  assertStringIncludes(inspected.stdout, `${name}: ${reason}\n`);
  assertRefused(
    exported,
    `Cannot export ${path}: no sound file of shard 1 (${name}: ${reason}); move them and STORE away to export the rest`,
    3,
  );
});

Deno.test("export warns of a damaged file that another one makes up for", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  await runInto(path, { layout: { kind: "snapshot", replace: "alternate" }, serializer: "json", fileCount: 1 });
  const name = "shard-0000-of-0001.json";
  Deno.writeTextFileSync(`${path}/${name}`, "not a snapshot, nor one of the two that are written by turns");
  const [ended, inspected] = await Promise.all([kvlab(["export", path]), kvlab(["inspect", path])]);

  // All that was written is in the document, and yet a file is not as it was.
  assertCode(ended, 0);
  assertCode(inspected, 3);
  assertMatch(ended.stderr, new RegExp(`^kvlab: warning: damaged, .*: ${name}: it does not end with .*\\n$`));
  JSON.parse(ended.stdout);
});

Deno.test("inspect and export fail in one line when there is nothing that they can read", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  Deno.writeTextFileSync(`${path}/file`, "");
  const [absent, file, empty] = await Promise.all([
    kvlab(["inspect", `${path}/absent`]),
    kvlab(["export", `${path}/file`]),
    kvlab(["export", path]),
  ]);
  assertRefused(absent, `Cannot read ${path}/absent: No such file or directory (os error 2)`);
  assertRefused(file, `Cannot read ${path}/file: it is not a directory`);
  assertRefused(empty, `Cannot read ${path}: it holds no shard files, block files or logs`);
});

Deno.test("inspect and export refuse the directory of a running kvlab, and read it when forced", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  await runInto(path, { layout: { kind: "snapshot", replace: "rename" }, serializer: "json", fileCount: 2 });
  const load = ["--threads=1", "--load-time-sec=60", "file", "--file-count=2", "--flush-period-us=10000"];
  const running = KvlabProcess.start([...load, `--output=${path}`]);
  await running.says("kvlab: running\n");
  const [inspected, exported, forced, whole] = await Promise.all([
    kvlab(["inspect", path]),
    kvlab(["export", path]),
    kvlab(["inspect", path, "--force-read"]),
    kvlab(["export", "--force-read", path]),
  ]);
  running.signal("SIGTERM");

  const reason = `Cannot read ${path}: it is locked by another kvlab, process ${running.pid}`;
  assertRefused(inspected, reason);
  assertRefused(exported, reason);
  assertCode(forced, 0);
  assertMatch(forced.stdout, /^files {7}2 of json, .*, 2 sound(, 1 temporary)?$/m);
  assertNotMatch(forced.stdout, /^damage/m);
  assertCode(whole, 0);
  const { count, entries } = JSON.parse(whole.stdout);
  assertEquals(Object.keys(entries).length, count);
  assertCode(await running.ended, 143);
});

Deno.test("export ends quietly when its reader has gone away", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  await runInto(path, { layout: { kind: "snapshot", replace: "rename" }, serializer: "json", fileCount: 2 });
  const ended = await kvlab(["export", path], { wrapper: ["sh", "-c", '{ "$@"; echo "code $?" >&2; } | true', "sh"] });
  assertEquals(ended.stderr, "code 0\n");
});
