/**
 * Tests of the inspection's report: the same figures as text and JSON, and a table that stays readable.
 *
 * @module
 */
import { assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import type { Inspection } from "../../lib/inspect/inspect.ts";
import { inspectionJson, inspectionText } from "../../lib/report/inspection_text.ts";
import { STYLED } from "../../lib/report/text_layout.ts";
import { VERSION } from "../../lib/version.ts";

/** A directory with something of everything. */
const INSPECTION: Inspection = {
  directory: "DIR",
  kind: { layout: "snapshot", files: 9, serializer: "json" },
  totals: {
    files: 3,
    bytes: 123_464,
    entries: 512,
    versionSum: 12_034,
    records: 0,
    deletes: 0,
    blocks: 0,
    health: { sound: 1, torn: 0, superseded: 1, damaged: 1, temporary: 1 },
    missingParts: 7,
    unreadableParts: 1,
  },
  parts: [
    {
      index: 0,
      version: 12_034,
      entries: 512,
      files: [
        file("shard-0000-of-0009.a.json", { bytes: 123_456, health: "sound", version: 12_034, entries: 512 }),
        file("shard-0000-of-0009.b.json", { bytes: 8, health: "superseded", version: 7, entries: 2 }),
      ],
    },
    { index: 1, version: 0, entries: 0, files: [] },
    {
      index: 2,
      version: 0,
      entries: 0,
      files: [file("shard-0002-of-0009.a.json", { bytes: 0, health: "damaged", reason: "it ends after 0\nbytes" })],
    },
    { index: 3, version: 0, entries: 0, files: [] },
    { index: 4, version: 0, entries: 0, files: [] },
    { index: 5, version: 0, entries: 0, files: [] },
    {
      index: 6,
      version: 0,
      entries: 0,
      files: [file("shard-0006-of-0009.json.tmp", { bytes: 3, health: "temporary" })],
    },
    { index: 7, version: 0, entries: 0, files: [] },
    { index: 8, version: 0, entries: 0, files: [] },
  ],
  setAsideNames: ["shard-0002-of-0009.json.corrupt-20260102T030405.678Z"],
};

type File = Inspection["parts"][number]["files"][number];

function file(name: string, rest: Omit<File, "name" | "path">): File {
  return { name, path: `DIR/${name}`, ...rest };
}

const TEXT = `\
directory   DIR
entries     512, of 12,034 writes
files       3 of json, 123 kB, 1 sound, 1 superseded, 1 temporary
shards      9, 7 without a file
damage      1 damaged, 1 shard without all that was written,
              1 file set aside earlier

shard  health      version  entries    size  file
    0  sound        12,034      512  123 kB  shard-0000-of-0009.a.json
    0  superseded        7        2     8 B  shard-0000-of-0009.b.json
    1  missing           -        -       -  -
    2  damaged           -        -     0 B  shard-0002-of-0009.a.json: it ends after 0\\x0abytes
  3-5  missing           -        -       -  -
    6  temporary         -        -     3 B  shard-0006-of-0009.json.tmp
  7-8  missing           -        -       -  -
`;

Deno.test("inspectionText() has the totals, then a row for each file and for shards in a row without one", () => {
  assertStrictEquals(inspectionText(INSPECTION), TEXT);
  assertStrictEquals(inspectionText({ ...INSPECTION, directory: "a\nb" }).split("\n")[0], "directory   a\\x0ab");
});

Deno.test("inspectionText() says nothing of damage where there is none, and makes it bold where there is", () => {
  const health = { sound: 1, torn: 0, superseded: 0, damaged: 0, temporary: 0 };
  const totals = { ...INSPECTION.totals, health, unreadableParts: 0, missingParts: 0 };
  const [sound = ""] = inspectionText({ ...INSPECTION, totals, setAsideNames: [] }).split("\n\n");
  assertStrictEquals(
    sound,
    `\
directory   DIR
entries     512, of 12,034 writes
files       3 of json, 123 kB, 1 sound
shards      9`,
  );
  assertStringIncludes(inspectionText(INSPECTION, STYLED), "\ndamage      \x1b[1m1 damaged\x1b[22m, ");
});

Deno.test("inspectionText() and inspectionJson() say what is gone, apart from what never was there", () => {
  const goneFile = "shard-0000-of-0009.b.json is gone, which STORE lists";
  const gone = (shard: number) => ({ ...INSPECTION.parts[shard]!, gone: `shard-000${shard} is gone` });
  const [first, ...others] = INSPECTION.parts;
  const parts = [{ ...first!, gone: goneFile }, gone(1), ...others.slice(1, 3), gone(4), gone(5), ...others.slice(5)];
  const lines = inspectionText({ ...INSPECTION, parts }).split("\n").slice(9);
  assertEquals(lines, [
    "    0  superseded        7        2     8 B  shard-0000-of-0009.b.json",
    `    0  gone              -        -       -  ${goneFile}`,
    "    1  gone              -        -       -  shard-0001 is gone",
    "    2  damaged           -        -     0 B  shard-0002-of-0009.a.json: it ends after 0\\x0abytes",
    "    3  missing           -        -       -  -",
    "  4-5  gone              -        -       -  shard-0005 is gone, as are the others",
    "    6  temporary         -        -     3 B  shard-0006-of-0009.json.tmp",
    "  7-8  missing           -        -       -  -",
    "",
  ]);
  const { shards } = JSON.parse(inspectionJson({ ...INSPECTION, parts }));
  assertEquals(shards.map(({ gone }: { gone?: string }) => gone).slice(0, 3), [
    goneFile,
    "shard-0001 is gone",
    undefined,
  ]);
});

Deno.test("inspectionJson() has all sums, and every file of every shard", () => {
  const { schema, kvlab, set_aside_files, shards, ...totals } = JSON.parse(inspectionJson(INSPECTION)) as Record<
    string,
    unknown
  >;
  assertEquals([schema, kvlab], ["kvlab-inspection/1", VERSION]);
  assertEquals(totals, {
    directory: "DIR",
    layout: "snapshot",
    serializer: "json",
    file_count: 9,
    files: 3,
    bytes: 123_464,
    entries: 512,
    version_sum: 12_034,
    files_sound: 1,
    files_torn: 0,
    files_superseded: 1,
    files_damaged: 1,
    files_temporary: 1,
    files_set_aside: 1,
    shards_missing: 7,
    shards_unreadable: 1,
  });
  assertEquals(set_aside_files, ["DIR/shard-0002-of-0009.json.corrupt-20260102T030405.678Z"]);
  assertEquals(
    shards,
    INSPECTION.parts.map(({ index, version, entries, files }) => ({
      shard: index,
      version,
      entries,
      files: files.map(({ name: _, ...rest }) => rest),
    })),
  );
});

Deno.test("inspectionText() stays short when nearly all of very many shards are missing", () => {
  const parts = Array.from({ length: 65_536 }, (_, index) => ({
    index,
    version: 0,
    entries: 0,
    files: index === 40_000 ? [file("x", { bytes: 1, health: "temporary" })] : [],
  }));
  const [, table = ""] = inspectionText({ ...INSPECTION, parts }).split("\n\n");
  assertEquals(table.split("\n").slice(1, -1).map((line) => line.trim().split(/\s+/).slice(0, 2)), [
    ["0-39999", "missing"],
    ["40000", "temporary"],
    ["40001-65535", "missing"],
  ]);
});

/** Two logs, one of which was never written to. */
const LOGS: Inspection = {
  directory: "DIR",
  kind: { layout: "log", files: 2, serializer: "cbor" },
  totals: {
    files: 3,
    bytes: 4_200,
    entries: 20,
    versionSum: 53,
    records: 43,
    deletes: 12,
    blocks: 0,
    health: { sound: 2, torn: 1, superseded: 0, damaged: 0, temporary: 0 },
    missingParts: 1,
    unreadableParts: 0,
  },
  parts: [
    {
      index: 0,
      version: 53,
      entries: 20,
      files: [
        file("log-0000-of-0002.00000002.cbor", { bytes: 3_000, health: "sound", records: 40, deletes: 12 }),
        file("log-0000-of-0002.00000002.checkpoint.cbor", { bytes: 1_000, health: "sound", entries: 10 }),
        file("log-0000-of-0002.00000003.cbor", {
          bytes: 200,
          health: "torn",
          records: 3,
          deletes: 0,
          reason: "it is cut short",
        }),
      ],
    },
    { index: 1, version: 0, entries: 0, files: [] },
  ],
  setAsideNames: [],
};

Deno.test("inspectionText() has the records of logs, and which files are torn", () => {
  assertStrictEquals(
    inspectionText(LOGS),
    `\
directory   DIR
entries     20, of 53 writes, 43 records, 12 deletes
files       3 of cbor, 4.2 kB, 2 sound
logs        2, 1 without a file
damage      1 torn

log  health   records  entries   size  file
  0  sound         40        -   3 kB  log-0000-of-0002.00000002.cbor
  0  sound          -       10   1 kB  log-0000-of-0002.00000002.checkpoint.cbor
  0  torn           3        -  200 B  log-0000-of-0002.00000003.cbor: it is cut short
  1  missing        -        -      -  -
`,
  );
});

Deno.test("inspectionJson() calls the parts of a directory of logs logs", () => {
  const { layout, records, deletes, files_torn, logs_missing, logs } = JSON.parse(inspectionJson(LOGS));
  assertEquals([layout, records, deletes, files_torn, logs_missing], ["log", 43, 12, 1, 1]);
  assertEquals(
    logs[0].files.map(({ records, deletes, entries }: File) => [records, deletes, entries]),
    [[40, 12, undefined], [undefined, undefined, 10], [3, 0, undefined]],
  );
  assertEquals([logs[1].log, logs[1].files], [1, []]);
});
