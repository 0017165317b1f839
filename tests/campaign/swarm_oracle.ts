/**
 * What may not come of a draw of the swarm: what its uses acknowledged is lost, more than may be, or a file is left
 * that cannot be read.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import type { CrashCommand, RunCommand } from "../../lib/command/command.ts";
import { crash } from "../../lib/crash/crash.ts";
import { recoverFiles } from "../crash/fixtures.ts";
import { exportDirectory } from "../../lib/inspect/export.ts";
import { inspectDirectory } from "../../lib/inspect/inspect.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { RecordKeys } from "../../lib/load/record.ts";
import { hasDeletes, type MixOptions } from "../../lib/load/workload.ts";
import { storeFileNames } from "../../lib/directory/store_files.ts";
import { killLine } from "../../lib/report/crash_text.ts";
import { run } from "../../lib/run/runner.ts";
import { totals } from "../../lib/run/run_result.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { modelKeys, type ModelledKeys } from "../run/modelled_keys.ts";
import { childProgram, faultOf } from "./kills.ts";
import { commandOf, type Draw } from "./swarm.ts";

/** What draws have done, together. */
export class SwarmCounts {
  runs = 0;
  "crash commands" = 0;
  kills = 0;
  "orderly ends" = 0;
  written = 0;
  deletes = 0;
  acknowledged = 0;
  lost = 0;
  resurrected = 0;
  "torn in place" = 0;
}

/** Does what a draw says in a new directory; what is wrong then, in one line, or `undefined`. */
export async function faultOfDraw(draw: Draw, counts: SwarmCounts): Promise<string | undefined> {
  using directory = temporaryDirectory();
  try {
    for (const use of draw.uses) {
      const command = commandOf(draw, use, directory.path);
      assert(command !== undefined, "the command line refuses what it took before");
      const fault = command.kind === "run" ? await faultOfRun(command, counts) : await faultOfCrash(command, counts);
      if (fault !== undefined) return fault;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** Runs a load to its end: all that it wrote must be there, in files that are sound. */
async function faultOfRun({ options }: RunCommand, counts: SwarmCounts): Promise<string | undefined> {
  const { backend, workload } = options;
  assert(backend.kind === "file" && backend.output !== undefined);
  const before = stateOf(backend.output);
  const keysBefore = keysIn(backend.output);
  const result = await run(options);
  if (result.failed !== undefined) return `the run has failed: ${result.failed}`;
  counts.runs++;
  const { writes } = totals(result.threads);
  const written = writes + (result.preload?.keys ?? 0);
  counts.written += written;
  const after = stateOf(backend.output);
  const setAside = (result.file?.filesSetAside ?? []).map(({ path }) => path);
  const wronglySetAside = setAside.filter((path) => !before.unsound.has(path));
  if (wronglySetAside.length > 0) return `${wronglySetAside} were set aside, though they had been sound`;
  const unsound = [...after.unsound].filter((path) => !before.unsound.has(path));
  if (unsound.length > 0) return `an orderly end left ${unsound} that are not sound`;
  const found = after.versions - before.versions;
  const threadOps = result.threads.map(({ ops }) => ops);
  const model = workload.kind === "mix" && hasDeletes(workload)
    ? modelKeys(workload, { seed: options.seed, threadOps, before: keysBefore })
    : undefined;
  const { deletes = 0, removedMin = 0, removedMax = 0 } = model ?? {};
  counts.deletes += deletes;
  const [min, max] = [written - deletes + removedMin, written - deletes + removedMax];
  if (found < min || found > max) return `${min} to ${max} writes have changed something, ${found} are in the files`;
  // A load that only reads leaves no file.
  if (after.versions === 0) return undefined;
  const fault = await faultOfContent(backend, workload.kind === "mix" ? workload : undefined, after.entries);
  return fault ?? (model === undefined ? undefined : faultOfKeys(model, keysIn(backend.output)));
}

/** What deletes have left: no key more, and none less. */
function faultOfKeys({ there, either }: ModelledKeys, found: ReadonlySet<string>): string | undefined {
  for (const key of there) if (!found.has(key) && !either.has(key)) return `key ${key} is not there`;
  for (const key of found) if (!there.has(key) && !either.has(key)) return `key ${key} is there, though it was deleted`;
  return undefined;
}

/** The keys that a directory exports. */
function keysIn(directory: string): Set<string> {
  if (storeFileNames(namesIn(directory)).size === 0) return new Set();
  return new Set(Object.keys(exportedEntries(directory)));
}

/** What a directory holds; nothing if it is still empty. */
function stateOf(directory: string) {
  if (storeFileNames(namesIn(directory)).size === 0) return { versions: 0, entries: 0, unsound: new Set<string>() };
  const { totals: { versionSum, entries }, parts } = inspectDirectory(directory, { forceRead: false });
  const unsound = parts.flatMap(({ files }) => files)
    .filter(({ health }) => health !== "sound" && health !== "superseded");
  return { versions: versionSum, entries, unsound: new Set(unsound.map(({ path }) => path)) };
}

/** Opens the directory as a new run would, and exports it: every entry is there, and of a length that was put. */
async function faultOfContent(
  backend: FileBackendOptions,
  mix: MixOptions | undefined,
  entries: number,
): Promise<string | undefined> {
  const recovered = await recoverFiles(backend, mix ?? NUMBERED_SEED_MIX);
  try {
    if (recovered.files.setAside.length > 0) {
      return `${recovered.files.setAside[0]?.path} was set aside when opened again`;
    }
    if (mix !== undefined && mix.preload && !hasDeletes(mix)) {
      const keys = new RecordKeys(mix);
      const key = keys.createKey();
      const value = new PaddedBytes(mix.valueBytesMax);
      for (let record = 0; record < mix.keyCount; record++) {
        keys.write(record, key);
        if (!await recovered.get(key, value)) return `record ${record} was preloaded, and is not there`;
        const isRight = value.length >= mix.valueBytesMin && value.length <= mix.valueBytesMax;
        if (!isRight) return `record ${record} has ${value.length} B`;
      }
    }
  } finally {
    await recovered.close();
  }
  const exported = Object.keys(exportedEntries(backend.output ?? "")).length;
  return exported === entries ? undefined : `${entries} entries are there, ${exported} are exported`;
}

function exportedEntries(directory: string): Record<string, string> {
  let text = "";
  const decoder = new TextDecoder();
  for (const piece of exportDirectory(directory, { format: "json", forceRead: false })) {
    text += decoder.decode(piece, { stream: true });
  }
  return JSON.parse(text).entries;
}

/** Ends children, each in the middle of its load: no more is lost than may be. */
async function faultOfCrash({ kills, cut, options }: CrashCommand, counts: SwarmCounts): Promise<string | undefined> {
  const { backend, threads } = options;
  assert(backend.kind === "file");
  let result;
  try {
    result = await crash({ kills, cut, options }, { program: childProgram("./crash_child.ts") });
  } catch (error) {
    // Where a load inserts faster than there is room for, there is nothing to be killed.
    if (error instanceof Error && error.message.includes("records of --max-keys are used up")) return undefined;
    throw error;
  }
  counts["crash commands"]++;
  for (const kill of result.kills) {
    counts[cut === "none" ? "orderly ends" : "kills"]++;
    counts.acknowledged += kill.acknowledged;
    counts.lost += kill.lost;
    counts.resurrected += kill.resurrected;
    const line = killLine(kill, result.failure);
    if (cut === "none") {
      if (!kill.held || kill.tornShards > 0 || kill.damagedSpares > 0) return line;
      continue;
    }
    const isInPlace = backend.layout.kind === "snapshot" && backend.layout.replace === "in-place";
    if (isInPlace && kill.tornShards > 0) counts["torn in place"]++;
    else if (faultOf(kill, { ...backend, threads }) !== undefined) return line;
  }
  return undefined;
}
