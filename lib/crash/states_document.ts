/**
 * The states that were tried of cuts of the power in JSON, written, and read again by reports.
 *
 * @module
 */
import { type CrashResult, type Finding, type KillResult, type StateResult, statesOf } from "./crash_result.ts";
import type { LostPut, Resurrected, StrangeValue } from "./lost_write.ts";
import type { NamedWrite } from "../disk/naming.ts";
import { STATE_KINDS } from "../disk/state_kinds.ts";
import { given } from "../option/given.ts";
import { secondsOf } from "../option/units.ts";
import { type Fields, type JsonObject, numberIn, rowsIn, textIn } from "../result/json.ts";
import { findingText } from "./finding_text.ts";

/**
 * The `disk` (`file_system`, and `mount_options` if there were any), how many states were tried as `states`, all of
 * them distinct, `states_by_kind`, `states_again` (after a second cut, during recovery), `states_unmountable` (by the
 * file system), `states_held`, and the `findings`; nothing where no power was cut.
 */
export function statesObject(result: CrashResult): JsonObject {
  const { kills, disk } = result;
  if (disk === undefined) return {};
  const states = statesOf(kills);
  return {
    disk: { file_system: disk.fileSystem, ...given({ mount_options: disk.mountOptions }) },
    states: states.length,
    states_by_kind: Object.fromEntries(countByKind(states).map(([kind, count]) => [kind.replaceAll(" ", "_"), count])),
    states_again: states.filter(({ again }) => again).length,
    states_unmountable: states.filter(({ unmountable }) => unmountable !== undefined).length,
    states_held: states.filter(({ problem }) => problem === undefined).length,
    findings: kills.flatMap((kill) =>
      (kill.findings ?? []).map((finding) => findingObject(finding, kill, findingText(result, kill, finding)))
    ),
  };
}

/** How many states of each kind there are. */
export function countByKind(states: readonly StateResult[]): (readonly [kind: string, count: number])[] {
  const kinds = Map.groupBy(states, ({ kind }) => kind);
  return STATE_KINDS.filter((kind) => kinds.has(kind)).map((kind) => [kind, kinds.get(kind)?.length ?? 0]);
}

/** A state: its `kind`, the `moment` as the number of events before it, and what it cost. */
export function stateObject(state: StateResult): JsonObject {
  const { kind, again, moment, acknowledged, lost, resurrected, gauge, recoveryMs, unmountable, unreadable, problem } =
    state;
  return {
    kind,
    moment,
    ...given({ again: again || undefined }),
    acknowledged,
    lost,
    resurrected,
    ...given({ gauge }),
    recovery_sec: secondsOf(recoveryMs),
    held: problem === undefined,
    ...given({ problem, unreadable, unmountable }),
  };
}

/**
 * A finding, with a `text` that says all of it; `missing` and `kept` are its writes, of those that `arrived`. Of what
 * is lost there is one example: a key that is `resurrected`, if any is, or else a `lost_put`.
 */
function findingObject(finding: Finding, { kill }: KillResult, text: string): JsonObject {
  const { problem, state, result, lostPut, resurrected, strangeValue, arrived, missing, kept, trials, image } = finding;
  return {
    kill,
    state,
    problem,
    found: stateObject(result),
    ...given({ lost_put: lostPut === undefined ? undefined : lostPutObject(lostPut) }),
    ...given({ resurrected: resurrected === undefined ? undefined : resurrectedObject(resurrected) }),
    ...given({ strange_value: strangeValue === undefined ? undefined : strangeValueObject(strangeValue) }),
    arrived,
    missing: missing.map(writeObject),
    kept: kept.map(writeObject),
    trials,
    ...given({ image }),
    text,
  };
}

function strangeValueObject({ key, beginning }: StrangeValue): JsonObject {
  return { key, begins_with: beginning ?? null };
}

function lostPutObject({ key, expected, found, acknowledgedMsBefore }: LostPut): JsonObject {
  return { key, expected, found: found ?? null, ...acknowledgedBefore(acknowledgedMsBefore) };
}

/** The key that is back: the number of the `delete` that had removed it, and what is `found` there. */
function resurrectedObject({ key, deleteNumber, found, acknowledgedMsBefore }: Resurrected): JsonObject {
  return { key, ...given({ delete: deleteNumber }), found, ...acknowledgedBefore(acknowledgedMsBefore) };
}

function acknowledgedBefore(ms: number | undefined): JsonObject {
  return given({ acknowledged_sec_before: ms === undefined ? undefined : secondsOf(ms) });
}

function writeObject({ kind, isTorn, places }: NamedWrite): JsonObject {
  return {
    kind,
    torn: isTorn,
    places: places.map(({ what, offset, length, isInFile }) => ({ what, offset, length, in_file: isInFile })),
  };
}

/** What one state cost in which a cut of the power may have left the disk. */
export interface StateDocument extends Pick<StateResult, "kind" | "lost" | "held"> {
  /** From 1. */
  readonly kill: number;
}

/** What each state cost, in the order in which they were tried, and what did not hold, each as a paragraph. */
export interface StatesDocument {
  readonly states: readonly StateDocument[];
  readonly findings: readonly string[];
}

/** Reads what {@linkcode statesObject} and {@linkcode stateObject} have written; there is none of older versions. */
export function readStates(document: Fields): StatesDocument {
  return {
    states: rowsIn(document, "rows").flatMap((row, at) =>
      rowsIn(row, "states").map((state) => ({
        kill: at + 1,
        kind: textIn(state, "kind") ?? "",
        lost: numberIn(state, "lost") ?? 0,
        held: state.held !== false,
      }))
    ),
    findings: rowsIn(document, "findings").flatMap((finding) => textIn(finding, "text") ?? []),
  };
}
