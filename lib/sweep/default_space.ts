/**
 * The default space: what `kvlab sweep` measures if the command line does not say.
 *
 * Each group is the product of its lists. Together they cover every policy with a layout that suits it, synced and not,
 * and SQLite for comparison. Whatever is much slower on every machine than something equally safe is left out, to leave
 * time for the rest.
 *
 * @module
 */

/** The groups, as on the command line after each `--`. */
export const DEFAULT_GROUPS: readonly (readonly string[])[] = [
  ["memory"],
  ["file", "--file-count=16", "--layout=log", "--flush-period-us=2000,50000", "--sync=none,data"],
  ["file", "--file-count=128", "--replace=alternate", "--flush-period-us=2000,50000", "--sync=none"],
  ["file", "--file-count=16", "--layout=log", "--queue-depth=64,8192", "--sync=none,data"],
  ["file", "--file-count=16", "--layout=blocks", "--flush-period-us=2000,50000", "--sync=none"],
  ["file", "--file-count=16", "--layout=log", "--write-period-us=500", "--sync=none,data"],
  ["file", "--file-count=1,16", "--layout=log", "--commit-delay-us=0", "--sync=none,data"],
  ["sqlite", "--synchronous=off,normal,full"],
];

/**
 * The load: half reads and half updates on records of realistic size, few enough that most machines load them quickly,
 * and long enough for every policy to reach a steady state.
 */
export const DEFAULT_LOAD: Readonly<Record<string, string>> = {
  "load-time-sec": "1",
  warmup: "300ms",
  pattern: "unthrottled",
  workload: "a",
  keys: "100k",
};
