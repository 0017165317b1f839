/**
 * The inspection's report: what a directory holds, as text or JSON. Pure functions; they know only the inspection.
 *
 * @module
 */
import type { InspectedFile, InspectedShard, Inspection } from "../inspect/inspect.ts";
import { VERSION } from "../version.ts";
import { escapeControls } from "./format.ts";
import { type Column, tableLines } from "./table.ts";

/**
 * The inspection as `name: value` lines, an empty line, and a table with a row for each file. Shards in a row that have
 * no file share one row.
 */
export function inspectionText(inspection: Inspection): string {
  const { directory, serializer } = inspection;
  const lines = [
    `directory: ${escapeControls(directory)}`,
    `serializer: ${serializer}`,
    ...figures(inspection).map(([name, value]) => `${name}: ${value}`),
    "",
    ...tableLines(COLUMNS, rows(inspection.shards)),
  ];
  return lines.join("\n") + "\n";
}

/**
 * The inspection as one JSON object: the names of {@linkcode inspectionText}, `set_aside_files`, and `shards`: of each
 * shard `shard`, `version`, `entries` and `files`, with `path`, `bytes`, `health`, and `version`, `entries` or `reason`
 * where the file has them.
 */
export function inspectionJson(inspection: Inspection): string {
  const { directory, serializer, shards, setAsideNames } = inspection;
  const document = {
    kvlab: VERSION,
    directory,
    serializer,
    ...Object.fromEntries(figures(inspection)),
    set_aside_files: setAsideNames.map((name) => `${directory}/${name}`),
    shards: shards.map(({ shard, version, entries, files }) => ({
      shard,
      version,
      entries,
      files: files.map(fileObject),
    })),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

function figures({ shardCount, totals, setAsideNames }: Inspection): [string, number][] {
  return [
    ["file_count", shardCount],
    ["files", totals.files],
    ["bytes", totals.bytes],
    ["entries", totals.entries],
    ["version_sum", totals.versionSum],
    ["files_sound", totals.sound],
    ["files_superseded", totals.superseded],
    ["files_damaged", totals.damaged],
    ["files_temporary", totals.temporary],
    ["files_set_aside", setAsideNames.length],
    ["shards_missing", totals.missingShards],
    ["shards_unreadable", totals.unreadableShards],
  ];
}

function fileObject({ path, bytes, health, version, entries, reason }: InspectedFile) {
  return { path, bytes, health, version, entries, reason };
}

const COLUMNS: readonly Column[] = [
  { heading: "shard", align: "right" },
  { heading: "health", align: "left" },
  { heading: "version", align: "right" },
  { heading: "entries", align: "right" },
  { heading: "bytes", align: "right" },
  { heading: "file", align: "left" },
];
const NOTHING = "-";

function rows(shards: readonly InspectedShard[]): string[][] {
  const rows: string[][] = [];
  let missingFrom: number | undefined;
  for (const [index, { shard, files }] of shards.entries()) {
    if (files.length > 0) {
      rows.push(...files.map((file) => fileRow(shard, file)));
      continue;
    }
    missingFrom ??= shard;
    if (shards[index + 1]?.files.length === 0) continue;
    const range = missingFrom === shard ? String(shard) : `${missingFrom}-${shard}`;
    rows.push([range, "missing", NOTHING, NOTHING, NOTHING, NOTHING]);
    missingFrom = undefined;
  }
  return rows;
}

function fileRow(shard: number, { name, bytes, health, version, entries, reason }: InspectedFile): string[] {
  const file = reason === undefined ? name : `${name}: ${reason}`;
  return [shard, health, version ?? NOTHING, entries ?? NOTHING, bytes, escapeControls(file)].map(String);
}
