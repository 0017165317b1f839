/**
 * What a crash would have lost, from the JSON of runs.
 *
 * @module
 */
import { median } from "simple-statistics";
import type { CrashKind, LossSummary } from "../../sweep/lines.ts";
import { type Fields, fieldsIn, numberIn } from "./fields.ts";

/** Of both kinds of crash, over all runs of one configuration. */
export function lossesOf(runs: readonly Fields[]): Readonly<Record<CrashKind, LossSummary>> {
  return { process_crash: lossOf(runs, "process_crash"), power_loss: lossOf(runs, "power_loss") };
}

/** Promises, in the words of a run's JSON, that are as good as numbers. */
const NOTHING = "nothing";
const EVERYTHING = "everything";

const MS_PER_SEC = 1000;

function lossOf(runs: readonly Fields[], crash: CrashKind): LossSummary {
  const [promise] = runs.map((run) => fieldsIn(run, "promises")?.[crash]);
  if (promise === EVERYTHING || (crash === "power_loss" && runs.some((run) => run.power_loss === EVERYTHING))) {
    return { writes: "everything", age_ms: "everything" };
  }
  const promised = promise === NOTHING ? 0 : null;
  const all = (name: string) => runs.map((run) => numberIn(run, name)).filter((value) => value !== undefined);
  const middle = (name: string) => {
    const values = all(name);
    return values.length === 0 ? undefined : median(values);
  };
  const worst = (name: string) => {
    const values = all(name);
    return values.length === 0 ? undefined : Math.max(...values);
  };
  const ms = (seconds: number | undefined) => seconds === undefined ? undefined : seconds * MS_PER_SEC;
  const summary = {
    bound_writes: middle(`${crash}_writes_bound`),
    bound_age_ms: ms(middle(`${crash}_age_bound_sec`)),
    p99_writes: middle(`${crash}_writes_p99`),
    p99_age_ms: ms(middle(`${crash}_age_p99_sec`)),
    max_writes: worst(`${crash}_writes_max`),
    max_age_ms: ms(worst(`${crash}_age_max_sec`)),
  };
  return {
    writes: summary.bound_writes ?? middle(`${crash}_writes_max`) ?? promised,
    age_ms: summary.bound_age_ms ?? ms(middle(`${crash}_age_max_sec`)) ?? promised,
    ...present(summary),
  };
}

/** The object without what is undefined. */
function present<T extends Record<string, number | undefined>>(values: T): { [K in keyof T]?: number } {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [K in keyof T]?: number };
}
