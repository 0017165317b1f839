/**
 * Places the ticks of logarithmic axes.
 *
 * @module
 */

/** Within this many decades there is room for ticks in between. */
const FINE_DECADES = 2.2;
/** With more decades, only every other one gets a tick. */
const DECADES_MAX = 7;

/** The options of a logarithmic axis over a range, with numbered ticks at round values. */
export function logAxis([low, high]: readonly [number, number]) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const span = Math.log10(high / low);
  const steps = span <= FINE_DECADES ? [1, 2, 5] : [1];
  const every = Math.ceil(span / DECADES_MAX);
  const ticks: number[] = [];
  for (let power = first; power <= last; power += every) {
    // Divided if the power is negative, to get the same float as the literal 0.0001.
    for (const step of steps) ticks.push(power < 0 ? step / 10 ** -power : step * 10 ** power);
  }
  return {
    type: "log" as const,
    domain: [low, high],
    ticks: ticks.filter((tick) => tick >= low && tick <= high),
    grid: true,
    label: null,
  };
}
