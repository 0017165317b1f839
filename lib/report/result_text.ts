/**
 * The text result: what a person reads on stdout when a run has ended.
 *
 * ```text
 * total_ops: 419392
 * total_runtime: 10.005221101s
 * total_ops_per_sec: 41917.31
 * average_ops_per_sec: 10480.18
 *
 * operations  42,058 reads, 377,334 updates, 83% of reads hit
 * threads     4, at 10,102 to 10,833 ops/s
 * latency, µs           p50       p90       p99     p99.9       max
 *   read              0.330     0.650      2.24      18.9     1,514
 *   update             4.74      6.53      26.9       137     2,836
 * blocked     0.07% of the time on the queue, 0.01% on locks
 * may lose    process crash: at most 1028 writes
 *             power loss: everything that was never synced (--sync=none)
 * at risk     process crash: at most 505 writes, 36.3 ms old (bound 1,028 writes),
 *               99% of the time at most 412, 21.7 ms old
 *             power loss: everything, for --sync=none
 * …
 * ```
 *
 * The seed's four lines are as its program prints them. Below them are groups, of which only those that apply are
 * shown.
 *
 * @module
 */
import { type RunResult, totals } from "../run/run_result.ts";
import { figurePhrases } from "../result/figures.ts";
import { brokenGroup, fileGroups, riskGroups } from "./file_groups.ts";
import { formatRate, formatSeconds } from "../result/format.ts";
import { latencyBlocks } from "./latency_table.ts";
import { endingGroups, operationGroups, waitingGroups } from "./load_groups.ts";
import { engineGroups, promiseGroup } from "./promise_groups.ts";
import { type Block, blockLines, type Group } from "./text_groups.ts";
import { PLAIN, type TextStyle } from "./text_style.ts";

/** The result in lines, each followed by a newline; rate and loss are emphasized if the style allows. */
export function summaryText(result: RunResult, style: TextStyle = PLAIN): string {
  const lines = [...seedLines(result, style), "", ...blockLines(resultBlocks(result, style))];
  return lines.map((line) => `${line}\n`).join("");
}

/** The text below the seed's four lines, in order. */
function resultBlocks(result: RunResult, style: TextStyle): Block[] {
  const { file, engine, promises, options: { backend } } = result;
  const phrases = figurePhrases(result);
  return [
    ...operationGroups(result, phrases),
    ...latencyBlocks(result),
    ...waitingGroups(result, phrases),
    ...engineGroups(engine),
    promiseGroup(promises),
    ...(file === undefined ? [] : riskGroups(file, style)),
    ...(file === undefined || backend.kind !== "file" ? [] : fileGroups(file, backend, phrases)),
    { label: "costs", lines: [phrases("costs")] },
    ...endingGroups(result),
  ];
}

/** What a run says besides its figures, for reports that show the figures themselves. */
export function remarkGroups(result: RunResult, style: TextStyle): Group[] {
  const { file, engine, promises } = result;
  return [
    ...engineGroups(engine),
    promiseGroup(promises),
    ...(file === undefined ? [] : [brokenGroup(file, style)]),
    ...endingGroups(result),
  ];
}

function seedLines({ threads }: RunResult, style: TextStyle): string[] {
  const { ops, runtimeMs, opsPerSec, averageOpsPerSec } = totals(threads);
  return [
    `total_ops: ${ops}`,
    `total_runtime: ${formatSeconds(runtimeMs)}s`,
    `total_ops_per_sec: ${style.bold(formatRate(opsPerSec))}`,
    `average_ops_per_sec: ${formatRate(averageOpsPerSec)}`,
  ];
}
