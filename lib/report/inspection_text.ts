/**
 * Reports what a directory holds, as text or JSON. Pure functions that depend on the inspection alone.
 *
 * @module
 */
import type { InspectedFile, InspectedPart, Inspection } from "../inspect/inspect.ts";
import { layoutOf } from "../persist/layout/layouts.ts";
import { INSPECTION_SCHEMA, VERSION } from "../version.ts";
import { escapeControls, readableBytes, readableCount, readableNumber } from "../result/format.ts";
import { blockLines, type Column, type Group, PLAIN, tableLines, type TextStyle } from "./text_layout.ts";
import { documentText } from "../result/json.ts";

/**
 * The inspection in lines, each followed by a newline: what the directory holds in total, and a table with a row for
 * each file, and for what is gone of a shard or log. Consecutive ones without a file share one row.
 */
export function inspectionText(inspection: Inspection, style: TextStyle = PLAIN): string {
  const { kind, parts } = inspection;
  const columns = columnsOf(kind.layout);
  const lines = [...blockLines(inspectionGroups(inspection, style)), "", ...tableLines(columns, rows(parts, columns))];
  return lines.map((line) => `${line}\n`).join("");
}

function inspectionGroups({ directory, kind, totals, setAsideNames }: Inspection, style: TextStyle): Group[] {
  const { files, bytes, entries, versionSum, records, deletes, blocks, health, missingParts } = totals;
  const { part: partName, counts } = layoutOf(kind.layout);
  const part = partName.replace("_", " ");
  const items = counts === undefined ? [] : [readableCount({ blocks, records }[counts], counts.slice(0, -1))];
  return [
    { label: "directory", lines: [[escapeControls(directory)]] },
    {
      label: "entries",
      lines: [[
        readableNumber(entries),
        `of ${readableCount(versionSum, "write")}`,
        ...items,
        ...(deletes === 0 ? [] : [readableCount(deletes, "delete")]),
      ]],
    },
    {
      label: "files",
      lines: [[
        `${readableNumber(files)} of ${kind.serializer}`,
        readableBytes(bytes),
        `${readableNumber(health.sound)} sound`,
        ...counted(health.superseded, "superseded"),
        ...counted(health.temporary, "temporary"),
      ]],
    },
    { label: `${part}s`, lines: [[readableNumber(kind.files), ...counted(missingParts, "without a file")]] },
    { label: "damage", lines: [damagePhrases({ totals, setAsideNames, part }).map((phrase) => style.bold(phrase))] },
  ];
}

function damagePhrases(
  { totals: { health, unreadableParts }, setAsideNames, part }:
    & Pick<Inspection, "totals" | "setAsideNames">
    & { part: string },
): string[] {
  return [
    ...counted(health.torn, "torn"),
    ...counted(health.damaged, "damaged"),
    ...(unreadableParts === 0 ? [] : [`${readableCount(unreadableParts, part)} without all that was written`]),
    ...(setAsideNames.length === 0 ? [] : [`${readableCount(setAsideNames.length, "file")} set aside earlier`]),
  ];
}

/** A count and its noun, if it is not zero. */
function counted(count: number, what: string): string[] {
  return count === 0 ? [] : [`${readableNumber(count)} ${what}`];
}

/**
 * The inspection as one JSON object: `schema`, the version of `kvlab`, `directory`, `layout`, `serializer`, the totals,
 * `set_aside_files`, and `shards`: for each shard its `shard`, `version`, `entries`, `gone` if a file of it is, and
 * `files`, with `path`, `bytes`, `health`, and `version`, `entries`, `records`, `deletes` (of the records) or `reason`
 * if the file has them. For logs, `logs` has the same with `log` in place of `shard`; for block files, `block_files`
 * with `block_file`, and each file has `blocks`.
 */
export function inspectionJson(inspection: Inspection): string {
  const { directory, kind: { layout, serializer }, parts, setAsideNames } = inspection;
  const { part } = layoutOf(layout);
  const document = {
    schema: INSPECTION_SCHEMA,
    kvlab: VERSION,
    directory,
    layout,
    serializer,
    ...Object.fromEntries(figures(inspection)),
    set_aside_files: setAsideNames.map((name) => `${directory}/${name}`),
    [`${part}s`]: parts.map(({ index, version, entries, files, gone }) => ({
      [part]: index,
      version,
      entries,
      gone,
      files: files.map(fileObject),
    })),
  };
  return documentText(document);
}

function figures({ kind: { layout, files: fileCount }, totals, setAsideNames }: Inspection): [string, number][] {
  const { files, bytes, entries, versionSum, records, deletes, blocks, health, missingParts, unreadableParts } = totals;
  const { part, counts } = layoutOf(layout);
  return [
    ["file_count", fileCount],
    ["files", files],
    ["bytes", bytes],
    ["entries", entries],
    ["version_sum", versionSum],
    ...(counts === undefined ? [] : [[counts, { blocks, records }[counts]] as [string, number]]),
    ...(counts === "records" ? [["deletes", deletes] as [string, number]] : []),
    ["files_sound", health.sound],
    ["files_torn", health.torn],
    ["files_superseded", health.superseded],
    ["files_damaged", health.damaged],
    ["files_temporary", health.temporary],
    ["files_set_aside", setAsideNames.length],
    [`${part}s_missing`, missingParts],
    [`${part}s_unreadable`, unreadableParts],
  ];
}

function fileObject({ path, bytes, health, version, entries, records, deletes, blocks, reason }: InspectedFile) {
  return { path, bytes, health, version, entries, records, deletes, blocks, reason };
}

/** A column whose cells depend on a file. */
type Cell = Column & { readonly of: (file: InspectedFile) => string | undefined };

const HEALTH: Cell = { heading: "health", align: "left", of: ({ health }) => health };
const ENTRIES: Cell = { heading: "entries", align: "right", of: ({ entries }) => numberText(entries) };
const SIZE: Cell = { heading: "size", align: "right", of: ({ bytes }) => readableBytes(bytes) };
const FILE: Cell = {
  heading: "file",
  align: "left",
  of: ({ name, reason }) => escapeControls(reason === undefined ? name : `${name}: ${reason}`),
};
const NOTHING = "-";

/** The table's columns; the first is the part's number. */
function columnsOf(layout: string): readonly [Column, ...Cell[]] {
  const { part, counts = "version" } = layoutOf(layout);
  const counted: Cell = { heading: counts, align: "right", of: (file) => numberText(file[counts]) };
  return [{ heading: part.split("_").at(-1)!, align: "right" }, HEALTH, counted, ENTRIES, SIZE, FILE];
}

function rows(parts: readonly InspectedPart[], [, ...cells]: readonly [Column, ...Cell[]]): string[][] {
  const rows: string[][] = [];
  const withoutFile = (health: string, which: string, file: string) =>
    rows.push([which, health, ...cells.slice(2).map(() => NOTHING), file]);
  let from: number | undefined;
  for (const [i, { index, files, gone }] of parts.entries()) {
    if (files.length > 0) {
      rows.push(...files.map((file) => [String(index), ...cells.map(({ of }) => of(file) ?? NOTHING)]));
      if (gone !== undefined) withoutFile("gone", String(index), gone);
      continue;
    }
    from ??= index;
    const next = parts[i + 1];
    if (next?.files.length === 0 && (next.gone === undefined) === (gone === undefined)) continue;
    const which = from === index ? String(index) : `${from}-${index}`;
    if (gone === undefined) withoutFile("missing", which, NOTHING);
    else withoutFile("gone", which, from === index ? gone : `${gone}, as are the others`);
    from = undefined;
  }
  return rows;
}

function numberText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : readableNumber(value);
}
