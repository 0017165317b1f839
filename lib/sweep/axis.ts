/**
 * Which loss the frontier of a sweep is about.
 *
 * @module
 */
import type { CrashKind } from "../result/run_document.ts";
import type { SummaryLine } from "./lines.ts";

/** The unit of a loss. */
export type LossUnit = SummaryLine["unit"];

/** Which loss the frontier is about. */
export interface LossAxis {
  readonly crash: CrashKind;
  readonly unit: LossUnit;
}

/** The axis of a summary. */
export function axisOf({ on, unit }: Pick<SummaryLine, "on" | "unit">): LossAxis {
  return { crash: on === "power-loss" ? "power_loss" : "process_crash", unit };
}
