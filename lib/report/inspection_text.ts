/**
 * The inspection's report: what a directory holds, as text or JSON. Pure functions; they know only the inspection.
 *
 * @module
 */
import type { InspectedFile, InspectedPart, Inspection } from "../inspect/inspect.ts";
import { VERSION } from "../version.ts";
import { escapeControls } from "./format.ts";
import { type Column, tableLines } from "./table.ts";

/**
 * The inspection as `name: value` lines, an empty line, and a table with a row for each file. Shards or logs in a row that
 * have no file share one row.
 */
export function inspectionText(inspection: Inspection): string {
  const { directory, kind, parts } = inspection;
  const columns = COLUMNS[kind.layout];
  const lines = [
    `directory: ${escapeControls(directory)}`,
    `layout: ${kind.layout}`,
    `serializer: ${kind.serializer}`,
    ...figures(inspection).map(([name, value]) => `${name}: ${value}`),
    "",
    ...tableLines(columns, rows(parts, columns)),
  ];
  return lines.join("\n") + "\n";
}

/**
 * The inspection as one JSON object: the names of {@linkcode inspectionText}, `set_aside_files`, and `shards`: of each
 * shard `shard`, `version`, `entries` and `files`, with `path`, `bytes`, `health`, and `version`, `entries`, `records` or
 * `reason` where the file has them. Of logs, `logs` has the same with `log` in place of `shard`.
 */
export function inspectionJson(inspection: Inspection): string {
  const { directory, kind: { layout, serializer }, parts, setAsideNames } = inspection;
  const part = PART_NAMES[layout];
  const document = {
    kvlab: VERSION,
    directory,
    layout,
    serializer,
    ...Object.fromEntries(figures(inspection)),
    set_aside_files: setAsideNames.map((name) => `${directory}/${name}`),
    [`${part}s`]: parts.map(({ index, version, entries, files }) => ({
      [part]: index,
      version,
      entries,
      files: files.map(fileObject),
    })),
  };
  return JSON.stringify(document, null, 2) + "\n";
}

/** What a layout's parts are called. */
const PART_NAMES = { snapshot: "shard", log: "log" } as const;

function figures({ kind: { layout, files: fileCount }, totals, setAsideNames }: Inspection): [string, number][] {
  const { files, bytes, entries, versionSum, records, health, missingParts, unreadableParts } = totals;
  const part = PART_NAMES[layout];
  const onlyLogs = (name: string, value: number): [string, number][] => layout === "log" ? [[name, value]] : [];
  return [
    ["file_count", fileCount],
    ["files", files],
    ["bytes", bytes],
    ["entries", entries],
    ["version_sum", versionSum],
    ...onlyLogs("records", records),
    ["files_sound", health.sound],
    ...onlyLogs("files_torn", health.torn),
    ["files_superseded", health.superseded],
    ["files_damaged", health.damaged],
    ["files_temporary", health.temporary],
    ["files_set_aside", setAsideNames.length],
    [`${part}s_missing`, missingParts],
    [`${part}s_unreadable`, unreadableParts],
  ];
}

function fileObject({ path, bytes, health, version, entries, records, reason }: InspectedFile) {
  return { path, bytes, health, version, entries, records, reason };
}

/** What a cell shows of a file. */
type Cell = Column & { readonly of: (file: InspectedFile) => string | number | undefined };

const HEALTH: Cell = { heading: "health", align: "left", of: ({ health }) => health };
const VERSION_CELL: Cell = { heading: "version", align: "right", of: ({ version }) => version };
const RECORDS: Cell = { heading: "records", align: "right", of: ({ records }) => records };
const ENTRIES: Cell = { heading: "entries", align: "right", of: ({ entries }) => entries };
const BYTES: Cell = { heading: "bytes", align: "right", of: ({ bytes }) => bytes };
const FILE: Cell = {
  heading: "file",
  align: "left",
  of: ({ name, reason }) => escapeControls(reason === undefined ? name : `${name}: ${reason}`),
};
const NOTHING = "-";

/** The table's columns; the first is the part's number. */
const COLUMNS: Readonly<Record<Inspection["kind"]["layout"], readonly [Column, ...Cell[]]>> = {
  snapshot: [{ heading: PART_NAMES.snapshot, align: "right" }, HEALTH, VERSION_CELL, ENTRIES, BYTES, FILE],
  log: [{ heading: PART_NAMES.log, align: "right" }, HEALTH, RECORDS, ENTRIES, BYTES, FILE],
};

function rows(parts: readonly InspectedPart[], [, ...cells]: readonly [Column, ...Cell[]]): string[][] {
  const rows: string[][] = [];
  let missingFrom: number | undefined;
  for (const [i, { index, files }] of parts.entries()) {
    if (files.length > 0) {
      rows.push(...files.map((file) => [index, ...cells.map(({ of }) => of(file) ?? NOTHING)].map(String)));
      continue;
    }
    missingFrom ??= index;
    if (parts[i + 1]?.files.length === 0) continue;
    const range = missingFrom === index ? String(index) : `${missingFrom}-${index}`;
    rows.push([range, "missing", ...cells.slice(1).map(() => NOTHING)]);
    missingFrom = undefined;
  }
  return rows;
}
