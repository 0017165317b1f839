/**
 * Tests of damaged files in an output directory: each is set aside under a backup name and reported, the rest is
 * loaded, and the run succeeds.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { contentOf, leftOversIn, snapshotsIn, temporaryDirectory, versionSum } from "../run/files.ts";
import { assertCode, type Ended, kvlab, linesOf, resultOf } from "./kvlab.ts";

const FILES = 8;
/** Enough to put into every file, however busy the machine is. */
const LOAD = ["--threads=2", "--ops=5k", "--pattern=unthrottled"];

function fileFlags(output: string, serializer: SerializerName): string[] {
  const store = [`--file-count=${FILES}`, `--serializer=${serializer}`, `--output=${output}`];
  return ["file", ...store, "--queue-depth=64", "--no-device-probe"];
}

function nameOf(shard: number, serializer: SerializerName): string {
  return `shard-${String(shard).padStart(4, "0")}-of-000${FILES}.${serializer}`;
}

/** What becomes of shards' files; the others are left alone. Each gets the path and an undamaged file's bytes. */
const DAMAGES: readonly { what: string; shard: number; damage(bytes: Uint8Array, other: Uint8Array): Uint8Array }[] = [
  { what: "truncated", shard: 0, damage: (bytes) => bytes.slice(0, bytes.length - 20) },
  { what: "one bit flipped in the middle", shard: 1, damage: (bytes) => flipBit(bytes, bytes.length >> 1) },
  { what: "empty", shard: 2, damage: () => new Uint8Array(0) },
  { what: "another shard's", shard: 3, damage: (_, other) => other },
  { what: "neither JSON nor CBOR", shard: 4, damage: () => new TextEncoder().encode("hello, world\n") },
  { what: "one bit flipped at the end", shard: 6, damage: (bytes) => flipBit(bytes, bytes.length - 6) },
];
/** The sound file that one of the damages copies. */
const OTHER_SHARD = 5;

function flipBit(bytes: Uint8Array, position: number): Uint8Array {
  const flipped = bytes.slice();
  flipped[position] = (flipped[position] ?? 0) ^ 4;
  return flipped;
}

/** Damages the files; returns what each damaged one holds, by its name. */
function damage(output: string, serializer: SerializerName): Map<string, Uint8Array> {
  const other = Deno.readFileSync(`${output}/${nameOf(OTHER_SHARD, serializer)}`);
  const damaged = new Map<string, Uint8Array>();
  for (const { shard, damage } of DAMAGES) {
    const name = nameOf(shard, serializer);
    const bytes = damage(Deno.readFileSync(`${output}/${name}`), other);
    Deno.writeFileSync(`${output}/${name}`, bytes);
    damaged.set(name, bytes);
  }
  return damaged;
}

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`damaged ${serializer} files are set aside and the rest is loaded, and both results say so`, async () => {
    using directory = temporaryDirectory();
    using results = temporaryDirectory();
    const output = directory.path;
    const flags = fileFlags(output, serializer);
    assertCode(await kvlab([...LOAD, ...flags]), 0);
    const before = snapshotsIn(output, serializer);
    assertEquals(before.size, FILES);
    const damaged = damage(output, serializer);
    const sound = new Map([...before].filter(([shard]) => !damaged.has(nameOf(shard, serializer))));

    const ended = await kvlab([...LOAD, ...flags, `--result=${results.path}/result.json`]);

    assertCode(ended, 0);
    const backups = assertSetAside(ended, output, damaged);
    const entries = entriesIn(sound).toLocaleString("en-US");
    // Lines end where 80 columns do.
    assertMatch(
      ended.stdout.replaceAll(/\s+/g, " "),
      new RegExp(
        ` found ${sound.size} files with ${entries} entries, opened in [^,]+, ${damaged.size} damaged files set aside `,
      ),
    );
    const result = resultOf({ ...ended, stdout: Deno.readTextFileSync(`${results.path}/result.json`) });
    assertEquals(result.files_set_aside, damaged.size);
    assertEquals(result.files_loaded, sound.size);
    assertEquals(result.entries_loaded, entriesIn(sound));
    const told = result.set_aside_files.map(({ path, backup_path }) => [path, backup_path]).sort();
    assertEquals(told, [...backups].sort());
    for (const { reason } of result.set_aside_files) assertMatch(reason, /./);
    assertMatch(ended.stdout, new RegExp(`^operations .* ${result.writes.toLocaleString("en-US")} updates`, "m"));
    assertSoundFilesWentOn(output, serializer, { sound, writes: result.writes });
  });
}

/**
 * Checks that the damaged files are there under backup names, unchanged, and that stderr names them.
 *
 * @returns each file's path and its backup's
 */
function assertSetAside(ended: Ended, output: string, damaged: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const lines = linesOf(ended.stderr).filter((line) => line.startsWith("kvlab: set aside "));
  assertEquals(lines.length, damaged.size, ended.stderr);
  const content = contentOf(output);
  const backups = new Map<string, string>();
  for (const [name, bytes] of damaged) {
    const [backup, ...others] = [...content.keys()].filter((other) => other.startsWith(`${name}.corrupt-`));
    assert(backup !== undefined && others.length === 0, `one backup of ${name} in ${[...content.keys()]}`);
    assertMatch(backup, /\.corrupt-\d{8}T\d{6}(\.\d{3})?Z$/);
    assertEquals(content.get(backup), bytes, `${backup} is what was set aside`);
    const line = lines.find((line) => line.includes(`${output}/${name} as ${output}/${backup}: `));
    assert(line !== undefined, `${name} and ${backup} in ${ended.stderr}`);
    backups.set(`${output}/${name}`, `${output}/${backup}`);
  }
  assertEquals(leftOversIn(output), []);
  return backups;
}

/** Checks that the sound files' entries are still there, and that versions went on from theirs alone. */
function assertSoundFilesWentOn(
  output: string,
  serializer: SerializerName,
  { sound, writes }: { sound: ReturnType<typeof snapshotsIn>; writes: number },
): void {
  const after = snapshotsIn(output, serializer);
  for (const [shard, { entries }] of sound) {
    for (const key of Object.keys(entries)) assert(after.get(shard)?.entries[key] === "foo", `${key} is lost`);
  }
  assertEquals(versionSum(after), versionSum(sound) + writes);
}

function entriesIn(snapshots: ReturnType<typeof snapshotsIn>): number {
  return [...snapshots.values()].reduce((sum, { entries }) => sum + Object.keys(entries).length, 0);
}

Deno.test("files that are set aside twice within a moment keep both backups", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const flags = fileFlags(output, "json");
  for (const text of ["first", "second"]) {
    Deno.writeTextFileSync(`${output}/${nameOf(0, "json")}`, text);
    const ended = await kvlab(["--threads=1", "--load-time-sec=0.05", ...flags]);
    assertCode(ended, 0);
    assertMatch(ended.stdout, /^found [^:]*\b1 damaged file set aside$/m);
  }
  const backups = [...contentOf(output)].filter(([name]) => name.includes(".corrupt-"));
  assertEquals(backups.map(([, bytes]) => new TextDecoder().decode(bytes)), ["first", "second"]);
});

Deno.test("files that kvlab has not made are left alone", async () => {
  using directory = temporaryDirectory();
  const output = directory.path;
  const foreign = new Map([
    ["notes.txt", "mine"],
    ["shard-1-of-8.json", "mine"],
    ["shard-0001-of-0008.json.bak", "mine"],
    ["shard-0001-of-0008.json.corrupt-20260102T030405Z", "mine"],
    ["other.tmp", "mine"],
  ]);
  for (const [name, text] of foreign) Deno.writeTextFileSync(`${output}/${name}`, text);
  Deno.writeTextFileSync(`${output}/${nameOf(1, "json")}.tmp`, "left over by a crash");

  assertCode(await kvlab(["--threads=1", "--load-time-sec=0.05", ...fileFlags(output, "json")]), 0);

  const after = contentOf(output);
  for (const [name, text] of foreign) assertEquals(new TextDecoder().decode(after.get(name)), text, name);
  assertEquals(leftOversIn(output), ["other.tmp"]);
});
