/**
 * The part of the text reports about the engine and about what the backend promises.
 *
 * @module
 */
import type { Promises } from "../engine/promises.ts";
import type { EngineResult } from "../run/run_result.ts";
import type { Group } from "./text_groups.ts";

/** The engine, its version, and its settings as read back from it. */
export function engineGroups(engine: EngineResult | undefined): Group[] {
  if (engine === undefined) return [];
  const settings = Object.entries(engine.settings).map(([name, value]) => `${name}=${value}`);
  const counts = Object.entries(engine.counts ?? {}).filter(([, count]) => count > 0)
    .map(([name, count]) => `${count.toLocaleString("en-US")} ${name.replaceAll("_", " ")}`);
  return [{ label: "engine", lines: [[`${engine.title} ${engine.version}`, ...settings], counts] }];
}

/** The most that the backend promises to lose in each kind of failure; the same lines for every backend. */
export function promiseGroup({ processCrash, powerLoss, failover }: Promises): Group {
  return {
    label: "may lose",
    lines: [
      [`process crash: ${processCrash.text}`],
      [`power loss: ${powerLoss.text}`],
      failover === undefined ? [] : [`failover: ${failover.text}`],
    ],
  };
}
