/**
 * Tests of the output directory: who may have it, what is done to its files, and what is not.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type DirectoryOptions, ShardDirectory } from "../../lib/directory/directory.ts";
import { takeReadLock } from "../../lib/system/directory_lock.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { type FoundShardFile, shardFilesIn } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import { DirectoryHolder, findUnprivileged } from "../persist/child.ts";
import { filesIn, namesIn, TemporaryDirectory } from "../persist/fixtures.ts";

/** What the tests open, unless they say otherwise; `directory_child.ts` opens the same. */
const OPTIONS = { layout: "snapshot", files: 3, serializer: "json" } as const;

/** Opens a directory and closes it at the end of the block that uses it. */
function open(path: string): ShardDirectory & Disposable {
  const directory = ShardDirectory.open({ ...OPTIONS, path });
  return Object.assign(directory, { [Symbol.dispose]: () => directory.close() });
}

/** The shard files in a directory. */
function shardFilesOf(directory: ShardDirectory): Pick<FoundShardFile, "path" | "shard" | "side">[] {
  return shardFilesIn(directory.path, directory.fileNames()).map(({ path, shard, side }) => {
    return { path, shard, ...(side === undefined ? {} : { side }) };
  });
}

/** Asserts that a directory cannot be opened and that the reason takes one line, and gives the reason. */
function assertRefused(options: DirectoryOptions): string {
  const error = assertThrows(() => ShardDirectory.open(options));
  assertInstanceOf(error, PersistError);
  assertMatch(error.message, /^Cannot .+: .+$/);
  return error.message;
}

/** Files of which some look like shard files, with their own names as content. */
function writeFiles(path: string, ...names: string[]): void {
  for (const name of names) Deno.writeTextFileSync(`${path}/${name}`, name);
}

Deno.test("ShardDirectory.open() creates the directory, and those above it, when it is missing", () => {
  using parent = new TemporaryDirectory();
  const path = parent.join("a/b/c");
  using directory = open(path);
  assertEquals(directory.path, path);
  assert(Deno.statSync(path).isDirectory);
  assertFalse(directory.isTemporary);
  assertEquals(shardFilesOf(directory), []);
  writeFiles(path, "shard-0002-of-0003.json");
  assertEquals(shardFilesOf(directory), [{ path: `${path}/shard-0002-of-0003.json`, shard: 2 }]);
});

Deno.test("ShardDirectory.open() takes a path with slashes behind it", () => {
  using parent = new TemporaryDirectory();
  using directory = open(`${parent.path}///`);
  assertEquals(directory.path, parent.path);
});

Deno.test("ShardDirectory.open() names the path when it is a file, or below one, and leaves the file alone", () => {
  using parent = new TemporaryDirectory();
  writeFiles(parent.path, "file");
  const before = filesIn(parent.path);
  const path = parent.join("file");
  assertEquals(assertRefused({ ...OPTIONS, path }), `Cannot use ${path}: it is not a directory`);
  const below = `${path}/below`;
  assertEquals(assertRefused({ ...OPTIONS, path: below }), `Cannot use ${below}: Not a directory (os error 20)`);
  assertEquals(filesIn(parent.path), before);
});

Deno.test("ShardDirectory.open() names the process that holds the directory when that is another one", async () => {
  using parent = new TemporaryDirectory();
  writeFiles(parent.path, "shard-0001-of-0003.json", "shard-0002-of-0003.json.tmp");
  Deno.writeTextFileSync(parent.join("LOCK"), "1\n");
  {
    const [holder, answer] = await DirectoryHolder.open(parent.path);
    await using _ = holder;
    assertEquals(answer, "held");
    assertEquals(namesIn(parent.path), ["LOCK", "shard-0001-of-0003.json"]);
    // The holder may be about to rename this one.
    writeFiles(parent.path, "shard-0000-of-0003.json.tmp");
    const before = filesIn(parent.path);
    assertEquals(
      assertRefused({ ...OPTIONS, path: parent.path }),
      `Cannot use ${parent.path}: it is locked by another kvlab, process ${holder.pid}`,
    );
    assertEquals(filesIn(parent.path), before);
  }
  open(parent.path).close();
});

Deno.test("ShardDirectory.open() refuses a directory that this process has open itself, until it is closed", () => {
  using parent = new TemporaryDirectory();
  const path = parent.path;
  {
    using _ = open(path);
    for (let attempt = 0; attempt < 2; attempt++) {
      assertStringIncludes(assertRefused({ ...OPTIONS, path }), `locked by another kvlab, process ${Deno.pid}`);
    }
  }
  using _ = open(path);
});

Deno.test("ShardDirectory.open() refuses a directory that is being read, until it is not any more", () => {
  using parent = new TemporaryDirectory();
  const path = parent.path;
  assertEquals(takeReadLock(path), undefined, "nobody has ever written here");
  assertEquals(namesIn(path), []);
  open(path).close();
  {
    using _ = takeReadLock(path);
    // Readers are not in each other's way.
    takeReadLock(path)?.close();
    assertEquals(
      assertRefused({ ...OPTIONS, path }),
      `Cannot use ${path}: it is being read by another kvlab`,
    );
  }
  using _ = open(path);
  const error = assertThrows(() => takeReadLock(path), PersistError);
  assertEquals(error.message, `Cannot read ${path}: it is locked by another kvlab, process ${Deno.pid}`);
});

Deno.test("ShardDirectory.open() takes a directory whose lock file is left over from a process that is no more", () => {
  using parent = new TemporaryDirectory();
  Deno.writeTextFileSync(parent.join("LOCK"), "123456789012\n");
  using _ = open(parent.path);
  assertEquals(Deno.readTextFileSync(parent.join("LOCK")), `${Deno.pid}\n`);
});

Deno.test("ShardDirectory.open() names the flags that match when the files are of others, and touches none", () => {
  using parent = new TemporaryDirectory();
  const path = parent.path;
  writeFiles(path, "shard-0001-of-0003.json", "shard-0000-of-0003.json.tmp", "shard-0119-of-0120.cbor.tmp", "other");
  const before = filesIn(path);
  for (const [files, serializer] of [[4, "json"], [30_000, "json"], [3, "cbor"], [4, "cbor"]] as const) {
    const message = assertRefused({ path, layout: "snapshot", files, serializer });
    for (const part of [path, "shard-0001-of-0003.json", "--file-count=3 --serializer=json"]) {
      assertStringIncludes(message, part);
    }
    assertStringIncludes(message, `not with --file-count=${files} --serializer=${serializer}`);
    assertEquals(filesIn(path, (name) => name !== "LOCK"), before);
  }
  // And lets go of the lock.
  using directory = open(path);
  assertEquals(shardFilesOf(directory), [{ path: `${path}/shard-0001-of-0003.json`, shard: 1 }]);
});

Deno.test("ShardDirectory.open() refuses a directory that holds files of two numbers, whichever is asked for", () => {
  using parent = new TemporaryDirectory();
  const path = parent.path;
  writeFiles(path, "shard-0001-of-0003.json", "shard-0001-of-0004.json");
  const before = filesIn(path);
  assertStringIncludes(assertRefused({ ...OPTIONS, path }), "--file-count=4 --serializer=json, not with");
  assertStringIncludes(assertRefused({ ...OPTIONS, files: 4, path }), "--file-count=3 --serializer=json, not with");
  assertEquals(filesIn(path, (name) => name !== "LOCK"), before);
});

Deno.test("ShardDirectory.open() removes temporary files of replacements, and leaves everything else alone", () => {
  using parent = new TemporaryDirectory();
  const shardFiles = ["shard-0000-of-0003.json", "shard-0002-of-0003.a.json", "shard-0002-of-0003.b.json"];
  const foreign = [
    ".hidden",
    "notes.tmp",
    "shard-0001-of-0003.json.corrupt-20260729T010203.004Z",
    "shard-0003-of-0003.json.tmp",
    "shard-1-of-3.json.tmp",
    "shard-0000-of-0003.json.tmp.tmp",
    "shard-0000-of-0003.jsonl",
    "shard-0001-of-0003.c.json.tmp",
    "LOCK.tmp",
    "kvlab-probe-1",
  ];
  writeFiles(parent.path, ...shardFiles, ...foreign, `kvlab-probe-${crypto.randomUUID()}`);
  Deno.mkdirSync(parent.join("empty directory"));
  const isKept = (name: string) => shardFiles.includes(name) || foreign.includes(name);
  const before = filesIn(parent.path, isKept);
  writeFiles(
    parent.path,
    ...["shard-0000-of-0003.json.tmp", "shard-0001-of-0003.json.tmp", "shard-0001-of-0003.cbor.tmp"],
    ...["shard-0119-of-0120.json.tmp", "shard-65535-of-65536.cbor.tmp", "shard-0001-of-0003.b.json.tmp"],
  );

  using directory = open(parent.path);
  assertEquals(shardFilesOf(directory).map(({ shard }) => shard), [0, 2, 2]);
  assertEquals(filesIn(parent.path, isKept), before);
  assertEquals(namesIn(parent.path), [...shardFiles, ...foreign, "LOCK", "empty directory"].sort());
});

Deno.test("shardFilesIn() gives the files by shard when their names are of different lengths", () => {
  using parent = new TemporaryDirectory();
  const shards = 10_002;
  const names = [10_001, 2, 9999, 0, 10_000].map((shard) => `shard-${String(shard).padStart(4, "0")}-of-10002.json`);
  writeFiles(parent.path, ...names);
  const directory = ShardDirectory.open({ path: parent.path, layout: "snapshot", files: shards, serializer: "json" });
  const expected = [0, 2, 9999, 10_000, 10_001].map((shard) => {
    return { path: parent.join(`shard-${String(shard).padStart(4, "0")}-of-10002.json`), shard };
  });
  assertEquals(shardFilesOf(directory), expected);
  directory.close();
});

Deno.test("shardFilesIn() gives every file of a shard, and which side it is", () => {
  using parent = new TemporaryDirectory();
  const names = ["shard-0001-of-0003.b.json", "shard-0001-of-0003.json", "shard-0000-of-0003.b.json"];
  writeFiles(parent.path, ...names, "shard-0001-of-0003.a.json");
  using directory = open(parent.path);
  const files = shardFilesOf(directory);
  assertEquals(files.map(({ shard }) => shard), [0, 1, 1, 1]);
  assertEquals(files.toSorted((one, other) => one.path < other.path ? -1 : 1), [
    { path: parent.join("shard-0000-of-0003.b.json"), shard: 0, side: "b" },
    { path: parent.join("shard-0001-of-0003.a.json"), shard: 1, side: "a" },
    { path: parent.join("shard-0001-of-0003.b.json"), shard: 1, side: "b" },
    { path: parent.join("shard-0001-of-0003.json"), shard: 1 },
  ]);
});

Deno.test("ShardDirectory.open() refuses a directory that holds one of two files of another number or serializer", () => {
  for (
    const [name, flags] of [["shard-0001-of-0004.a.json", "4 --serializer=json"], [
      "shard-0001-of-0003.b.cbor",
      "3 --serializer=cbor",
    ]]
  ) {
    using parent = new TemporaryDirectory();
    const path = parent.path;
    writeFiles(path, `${name}`);
    const message = assertRefused({ ...OPTIONS, path });
    assertStringIncludes(message, `it holds ${name}, which goes with --file-count=${flags}, not with --file-count=3`);
  }
});

Deno.test("ShardDirectory.open() makes a directory of its own when no path is given, and close() removes it", () => {
  const first = ShardDirectory.open(OPTIONS);
  const second = ShardDirectory.open(OPTIONS);
  assert(first.isTemporary);
  assertNotEquals(first.path, second.path);
  for (const { path } of [first, second]) writeFiles(path, "shard-0001-of-0003.json", "other");
  first.close();
  assertThrows(() => Deno.statSync(first.path), Deno.errors.NotFound);
  assert(Deno.statSync(second.path).isDirectory);
  second.close();
  assertThrows(() => Deno.statSync(second.path), Deno.errors.NotFound);
});

Deno.test("ShardDirectory.close() leaves a directory that was given, and its files", () => {
  using parent = new TemporaryDirectory();
  writeFiles(parent.path, "shard-0001-of-0003.json");
  const before = filesIn(parent.path);
  open(parent.path).close();
  assertEquals(filesIn(parent.path, (name) => name !== "LOCK"), before);
});

Deno.test("ShardDirectory.setAside() renames the shard's file to a name with the time, and says so", () => {
  using parent = new TemporaryDirectory();
  writeFiles(parent.path, "shard-0001-of-0003.json", "shard-0002-of-0003.json");
  using directory = open(parent.path);
  const earliest = compact(new Date());
  const path = parent.join("shard-0001-of-0003.json");
  const setAside = directory.setAside(path, "it is damaged");
  const latest = compact(new Date());

  assertEquals({ ...setAside, backupPath: "" }, { path, backupPath: "", reason: "it is damaged" });
  const time = /^\.corrupt-(\d{8}T\d{6}\.\d{3}Z)$/.exec(setAside.backupPath.replace(path, ""))?.[1] ?? "";
  assert(earliest <= time && time <= latest, `${time} is not from ${earliest} to ${latest}`);
  assertEquals(Deno.readTextFileSync(setAside.backupPath), "shard-0001-of-0003.json");
  assertEquals(shardFilesOf(directory), [{ path: parent.join("shard-0002-of-0003.json"), shard: 2 }]);
});

/** A time as in the name of a file set aside. */
function compact(time: Date): string {
  return time.toISOString().replaceAll("-", "").replaceAll(":", "");
}

Deno.test("ShardDirectory.setAside() finds a new name each time when the time stands still", () => {
  using parent = new TemporaryDirectory();
  using directory = open(parent.path);
  const path = parent.join("shard-0000-of-0003.b.json");
  const { Date } = globalThis;
  const names: string[] = [];
  try {
    globalThis.Date = class extends Date {
      constructor() {
        super(0);
      }
    } as DateConstructor;
    for (let attempt = 0; attempt < 4; attempt++) {
      Deno.writeTextFileSync(path, `content ${attempt}`);
      names.push(directory.setAside(path, "").backupPath);
    }
  } finally {
    globalThis.Date = Date;
  }
  const first = `${path}.corrupt-19700101T000000.000Z`;
  assertEquals(names, [first, `${first}-1`, `${first}-2`, `${first}-3`]);
  assertEquals(names.map((name) => Deno.readTextFileSync(name)), [0, 1, 2, 3].map((attempt) => `content ${attempt}`));
});

Deno.test("ShardDirectory.setAside() throws PersistError, which names the path, when there is no file", () => {
  using parent = new TemporaryDirectory();
  using directory = open(parent.path);
  const path = parent.join("shard-0001-of-0003.json");
  const error = assertThrows(() => directory.setAside(path, "it is damaged"), PersistError);
  assertEquals(error.message, `Cannot set aside ${path}: No such file or directory (os error 2)`);
});

const { prefix, reason: notUnprivileged } = findUnprivileged();

Deno.test({
  name: "ShardDirectory.open() names the path, and changes nothing, when its user may not write there" +
    (notUnprivileged === "" ? "" : ` [IGNORED: ${notUnprivileged}]`),
  ignore: notUnprivileged !== "",
  async fn() {
    using parent = new TemporaryDirectory();
    const path = parent.path;
    writeFiles(path, "shard-0001-of-0003.json", "shard-0000-of-0003.json.tmp");
    Deno.chmodSync(path, 0o555);
    try {
      assertEquals(await answerTo(path), `Cannot create ${path}/LOCK: Permission denied (os error 13)`);
      assertEquals(await answerTo(`${path}/a/b`), `Cannot use ${path}/a/b: Permission denied (os error 13)`);
      assertEquals(namesIn(path), ["shard-0000-of-0003.json.tmp", "shard-0001-of-0003.json"]);

      Deno.chmodSync(path, 0o755);
      Deno.writeTextFileSync(parent.join("LOCK"), "");
      Deno.chmodSync(`${path}/LOCK`, 0o666);
      Deno.chmodSync(path, 0o555);
      const before = filesIn(path, (name) => name !== "LOCK");
      assertEquals(
        await answerTo(path),
        `Cannot use ${path}: it is not writable: Permission denied (os error 13)`,
      );
      assertEquals(filesIn(path, (name) => name !== "LOCK"), before);
    } finally {
      Deno.chmodSync(path, 0o755);
    }
  },
});

/** What a process of another user says when it is to open the directory. */
async function answerTo(path: string): Promise<string> {
  const [holder, answer] = await DirectoryHolder.open(path, prefix);
  await using _ = holder;
  return answer.replace(/^PersistError: /, "");
}
