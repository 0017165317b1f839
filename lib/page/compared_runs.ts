/**
 * Reconstructs the runs behind a comparison: it holds every sample of every figure, so each of its files can be shown
 * again.
 *
 * @module
 */
import type { Ending } from "../compare/result_file.ts";
import { type Fields, fieldsIn, isFields, numberIn, rowsIn, textIn } from "./fields.ts";
import type { ComparisonSource, RunsSource } from "./source.ts";

/** The runs of each file of a comparison, in order, with numeric figures only. */
export function comparedRuns({ result }: ComparisonSource): RunsSource[] {
  const figures = Object.entries(fieldsIn(result, "figures") ?? {});
  return rowsIn(result, "files").map((file, at) => ({
    kind: "runs",
    path: textIn(file, "path") ?? `file ${at + 1}`,
    kvlab: textIn(file, "kvlab") ?? "",
    seed: numberIn(file, "seed") ?? 0,
    options: fieldsIn(file, "options") ?? {},
    machine: fieldsIn(file, "machine") ?? {},
    ending: endingOf(file),
    runs: runsOf(figures.map(([name, values]) => [name, samplesOf(values, at)])).map((run) => ({
      ...run,
      ...lossTexts(fieldsIn(file, "options") ?? {}),
    })),
  }));
}

function endingOf(file: Fields): Ending {
  const failed = textIn(file, "failed"), stoppedBy = textIn(file, "stopped_by"), usedUp = textIn(file, "ended_early");
  const repeats = numberIn(file, "repeats") ?? 0, leftOut = numberIn(file, "left_out") ?? 0;
  const asked = numberIn(file, "repeats_asked") ?? 0;
  return {
    leftOut,
    ...(failed === undefined ? {} : { failed }),
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    ...(usedUp === undefined ? {} : { usedUp }),
    ...(asked > repeats + leftOut ? { asked } : {}),
  };
}

/** Texts in a run's JSON that a comparison leaves out but that follow from the options. */
function lossTexts({ backend, sync }: Fields): Fields {
  if (backend === "memory") return { promises: { process_crash: "everything", power_loss: "everything" } };
  return backend === "file" && sync === "none" ? { power_loss: "everything" } : {};
}

function samplesOf(values: unknown, at: number): number[] {
  const value: unknown = Array.isArray(values) ? values[at] : undefined;
  const samples = isFields(value) ? value.samples : undefined;
  return Array.isArray(samples) ? samples.filter((sample) => typeof sample === "number") : [];
}

/** Turns the samples of each figure into the figures of each run. */
function runsOf(figures: readonly (readonly [name: string, samples: readonly number[]])[]): Fields[] {
  const count = Math.max(0, ...figures.map(([, samples]) => samples.length));
  return Array.from({ length: count }, (_, run) =>
    // A figure that some runs lack cannot be assigned to the runs that have it.
    Object.fromEntries(
      figures.flatMap(([name, samples]) => samples.length === count ? [[name, samples[run] ?? 0]] : []),
    ));
}
