/**
 * Tests of the inspection's report: the same figures as text and JSON, and a table that stays readable.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Inspection } from "../../lib/inspect/inspect.ts";
import { inspectionJson, inspectionText } from "../../lib/report/inspection_text.ts";
import { VERSION } from "../../lib/version.ts";

/** A directory with something of everything. */
const INSPECTION: Inspection = {
  directory: "DIR",
  serializer: "json",
  shardCount: 9,
  totals: {
    files: 3,
    bytes: 123_464,
    entries: 512,
    versionSum: 12_034,
    sound: 1,
    superseded: 1,
    damaged: 1,
    temporary: 1,
    missingShards: 7,
    unreadableShards: 1,
  },
  shards: [
    {
      shard: 0,
      version: 12_034,
      entries: 512,
      files: [
        file("shard-0000-of-0009.a.json", { bytes: 123_456, health: "sound", version: 12_034, entries: 512 }),
        file("shard-0000-of-0009.b.json", { bytes: 8, health: "superseded", version: 7, entries: 2 }),
      ],
    },
    { shard: 1, version: 0, entries: 0, files: [] },
    {
      shard: 2,
      version: 0,
      entries: 0,
      files: [file("shard-0002-of-0009.a.json", { bytes: 0, health: "damaged", reason: "it ends after 0\nbytes" })],
    },
    { shard: 3, version: 0, entries: 0, files: [] },
    { shard: 4, version: 0, entries: 0, files: [] },
    { shard: 5, version: 0, entries: 0, files: [] },
    {
      shard: 6,
      version: 0,
      entries: 0,
      files: [file("shard-0006-of-0009.json.tmp", { bytes: 3, health: "temporary" })],
    },
    { shard: 7, version: 0, entries: 0, files: [] },
    { shard: 8, version: 0, entries: 0, files: [] },
  ],
  setAsideNames: ["shard-0002-of-0009.json.corrupt-20260102T030405.678Z"],
};

type File = Inspection["shards"][number]["files"][number];

function file(name: string, rest: Omit<File, "name" | "path">): File {
  return { name, path: `DIR/${name}`, ...rest };
}

const TEXT = `\
directory: DIR
serializer: json
file_count: 9
files: 3
bytes: 123464
entries: 512
version_sum: 12034
files_sound: 1
files_superseded: 1
files_damaged: 1
files_temporary: 1
files_set_aside: 1
shards_missing: 7
shards_unreadable: 1

shard  health      version  entries   bytes  file
    0  sound         12034      512  123456  shard-0000-of-0009.a.json
    0  superseded        7        2       8  shard-0000-of-0009.b.json
    1  missing           -        -       -  -
    2  damaged           -        -       0  shard-0002-of-0009.a.json: it ends after 0\\x0abytes
  3-5  missing           -        -       -  -
    6  temporary         -        -       3  shard-0006-of-0009.json.tmp
  7-8  missing           -        -       -  -
`;

Deno.test("inspectionText() has the totals, then a row for each file and for shards in a row without one", () => {
  assertStrictEquals(inspectionText(INSPECTION), TEXT);
  assertStrictEquals(inspectionText({ ...INSPECTION, directory: "a\nb" }).split("\n")[0], "directory: a\\x0ab");
});

Deno.test("inspectionJson() has the names of the text, and every file of every shard", () => {
  const { kvlab, set_aside_files, shards, ...totals } = JSON.parse(inspectionJson(INSPECTION)) as Record<
    string,
    unknown
  >;
  assertStrictEquals(kvlab, VERSION);
  const [block = ""] = TEXT.split("\n\n");
  assertEquals(block.split("\n"), Object.entries(totals).map(([name, value]) => `${name}: ${value}`));
  assertEquals(set_aside_files, ["DIR/shard-0002-of-0009.json.corrupt-20260102T030405.678Z"]);
  assertEquals(
    shards,
    INSPECTION.shards.map(({ shard, version, entries, files }) => ({
      shard,
      version,
      entries,
      files: files.map(({ name: _, ...rest }) => rest),
    })),
  );
});

Deno.test("inspectionText() stays short when nearly all of very many shards are missing", () => {
  const shards = Array.from({ length: 65_536 }, (_, shard) => ({
    shard,
    version: 0,
    entries: 0,
    files: shard === 40_000 ? [file("x", { bytes: 1, health: "temporary" })] : [],
  }));
  const [, table = ""] = inspectionText({ ...INSPECTION, shards }).split("\n\n");
  assertEquals(table.split("\n").slice(1, -1).map((line) => line.trim().split(/\s+/).slice(0, 2)), [
    ["0-39999", "missing"],
    ["40000", "temporary"],
    ["40001-65535", "missing"],
  ]);
});
