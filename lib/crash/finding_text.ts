/**
 * A state of a disk that did not hold, in one paragraph that the author of an engine can act upon. A pure function:
 * text, JSON and page all show what it returns.
 *
 * @module
 */
import { nameOf } from "../backend/backends.ts";
import { crashArguments, type CrashResult, type Finding, type KillResult, type Problem } from "./crash_result.ts";
import type { Resurrected } from "./lost_write.ts";
import { lossIn } from "./victim.ts";
import type { NamedWrite } from "../disk/naming.ts";
import { argumentsOf } from "../result/option/options.ts";
import { readableCount, readableDuration, readableNumber } from "../result/format.ts";
import { shellWord } from "../option/wording.ts";
import { VERSION } from "../version.ts";

/** The most writes that are named; there are rarely more than one or two. */
const WRITES_MAX = 4;

/** What is part of every report: what was tested, and how. */
type Tested = Pick<CrashResult, "options" | "failure" | "engine" | "disk" | "promises">;

/**
 * The paragraph: what was found, with which engine, settings and disk; what had been acknowledged, and what a key then
 * held; which writes it takes; and the command.
 */
export function findingText(result: Tested, kill: KillResult, finding: Finding): string {
  return [
    `${subjectText(result)}: ${problemText(result, finding)}.`,
    acknowledgedText(finding),
    writesText(finding),
    `Found in state ${finding.state} of cut ${kill.kill}, shrunk in ${readableCount(finding.trials, "trial")}, by: ${
      ["kvlab", ...crashArguments(result, kill.kill)].map(shellWord).join(" ")
    }.`,
    finding.image === undefined ? "" : `The disk as it then was: ${finding.image} (mount -o loop).`,
  ].filter((sentence) => sentence !== "").join(" ");
}

/** Such as `SQLite 3.53.2 (journal_mode=delete, synchronous=full) on ext4 (noatime)`. */
function subjectText({ options, engine, disk }: Tested): string {
  const args = argumentsOf(options);
  const settings = engine === undefined
    ? args.slice(args.indexOf(nameOf(options.backend))).join(" ")
    : Object.entries(engine.settings).map(([name, value]) => `${name}=${value}`).join(", ");
  const subject = engine === undefined ? `kvlab ${VERSION}` : `${engine.title} ${engine.version}`;
  const mount = disk?.mountOptions === undefined ? "" : ` (${disk.mountOptions})`;
  return `${subject}${settings === "" ? "" : ` (${settings})`}${
    disk === undefined ? "" : ` on ${disk.fileSystem}`
  }${mount}`;
}

function problemText({ promises }: Tested, { problem, result }: Finding): string {
  const { lost, resurrected, gauge = 0, neverPut, tornShards, unreadable = "" } = result;
  const back = resurrected === 0 ? "" : `, with ${readableCount(resurrected, "key")} back that had been deleted`;
  const costs = `a loss of power costs ${readableCount(lost, "acknowledged write")}${back}`;
  const texts: Readonly<Record<Problem, string>> = {
    unreadable: `after a loss of power it cannot be read: ${unreadable}`,
    "never put": `after a loss of power ${readableCount(neverPut, "key")} ${
      neverPut === 1 ? "holds a value" : "hold values"
    } that nobody has put there`,
    torn: `after a loss of power it calls ${readableCount(tornShards, "shard")} damaged`,
    "promise broken": `${costs}, and may cost ${lossIn("powerLoss", promises).text}`,
    "gauge exceeded": `${costs}, and its gauge says at most ${readableNumber(gauge)}`,
  };
  return texts[problem];
}

function acknowledgedText({ problem, result, lostPut, resurrected, strangeValue }: Finding): string {
  const acknowledged = `${readableCount(result.acknowledged, "write")} had been acknowledged before.`;
  if (problem === "never put" && strangeValue !== undefined) {
    const { key, beginning } = strangeValue;
    const begins = beginning === undefined
      ? "begins as none does that was put there"
      : `begins with ${beginning}; as it is, nobody has put it there`;
    return `${acknowledged} Key ${key} holds a value that ${begins}.`;
  }
  if (resurrected !== undefined) return `${acknowledged} ${resurrectedText(resurrected)}`;
  if (lostPut === undefined) return acknowledged;
  const { key, expected, found, acknowledgedMsBefore } = lostPut;
  const when = acknowledgedMsBefore === undefined
    ? ""
    : ` (acknowledged ${readableDuration(acknowledgedMsBefore)} before the cut)`;
  const holds = found === undefined ? "is not there" : `holds ${found}`;
  return `${acknowledged} Key ${key} should hold ${expected}${when}, and ${holds}.`;
}

function resurrectedText({ key, deleteNumber, acknowledgedMsBefore = 0, found }: Resurrected): string {
  const removed = deleteNumber === undefined
    ? "it was gone when the store was opened last"
    : `its delete number ${deleteNumber} was acknowledged ${readableDuration(acknowledgedMsBefore)} before the cut`;
  return `Key ${key} is back: ${removed}, and it holds ${found}.`;
}

function writesText({ arrived, missing, kept }: Finding): string {
  const all = `the ${readableCount(arrived, "write")} that came after the last flush`;
  if (arrived === 0) return "Nothing had been written since the last flush.";
  if (missing.length === 0) return `It shows even with all of ${all} on the disk.`;
  const least = kept.length === 0
    ? "none of them has"
    : `only ${namedWrites(kept)} ${kept.length === 1 ? "has" : "have"}`;
  const one = missing.length === 1;
  return `Of ${all}, ${one ? "one" : readableNumber(missing.length)} need${one ? "s" : ""} to be missing: ${
    namedWrites(missing)
  }. It shows as well if ${least} reached the disk.`;
}

function namedWrites(writes: readonly NamedWrite[]): string {
  const more = writes.length - WRITES_MAX;
  return [
    ...writes.slice(0, WRITES_MAX).map(namedWriteText),
    ...(more > 0 ? [`${readableNumber(more)} more`] : []),
  ].join("; ");
}

/** Such as `store/a.db, 4,096 B at 8,192`. */
function namedWriteText({ kind, isTorn, places }: NamedWrite): string {
  const more = places.length - WRITES_MAX;
  const texts = places.slice(0, WRITES_MAX).map(({ what, offset, length, isInFile }) =>
    `${what}, ${readableNumber(length)} B at ${readableNumber(offset)}${isInFile ? "" : " of the disk"}`
  );
  const named = [...texts, ...(more > 0 ? [`${readableNumber(more)} more places`] : [])].join(", and ");
  return `${isTorn ? "a part of " : ""}${kind === "discard" ? "the discard of " : ""}${named}`;
}
