/**
 * A time that all threads and processes of a machine share, and that no step of the system's clock changes.
 *
 * `performance.now()` counts from the start of each thread, and `performance.timeOrigin` says when that was by the
 * clock on the wall, which an administrator or NTP may have set forward or back before the next thread starts. So the
 * start is looked up on the monotonic clock that `performance.now()` itself counts by.
 *
 * @module
 */

/** How to ask for the monotonic clock, by operating system: the C library, and the clock's number in it. */
const CLOCKS: Readonly<Record<string, { readonly library: string; readonly clock: number }>> = {
  linux: { library: "libc.so.6", clock: 1 },
  // CLOCK_UPTIME_RAW: the one that stands still while the machine sleeps.
  darwin: { library: "libSystem.B.dylib", clock: 8 },
};

/** Of so many readings the one counts that took the least time. */
const READINGS = 8;
const MS_PER_SEC = 1e3;
const NS_PER_MS = 1e6;

/**
 * When this thread's `performance.now()` was zero, in milliseconds of the shared time. Where the monotonic clock cannot
 * be asked for, by the clock on the wall.
 */
export const ORIGIN_MS: number = monotonicOriginMs() ?? performance.timeOrigin;

/** The shared time now, in milliseconds. */
export function sharedNowMs(): number {
  return ORIGIN_MS + performance.now();
}

function monotonicOriginMs(): number | undefined {
  const asked = CLOCKS[Deno.build.os];
  if (asked === undefined || Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
  try {
    const library = Deno.dlopen(asked.library, { clock_gettime: { parameters: ["i32", "buffer"], result: "i32" } });
    const time = new BigInt64Array(2);
    const originMs = tightest(() => library.symbols.clock_gettime(asked.clock, time) === 0 ? msOf(time) : NaN);
    library.close();
    return Number.isNaN(originMs) ? undefined : originMs;
  } catch {
    return undefined;
  }
}

/** How far a clock is ahead of `performance.now()`, from the reading that took the least time. */
function tightest(readMs: () => number): number {
  let leastMs = Infinity, aheadMs = NaN;
  for (let reading = 0; reading < READINGS; reading++) {
    const beforeMs = performance.now();
    const atMs = readMs();
    const afterMs = performance.now();
    if (afterMs - beforeMs >= leastMs) continue;
    leastMs = afterMs - beforeMs;
    aheadMs = atMs - (beforeMs + afterMs) / 2;
  }
  return aheadMs;
}

/** A C `timespec`: seconds, and nanoseconds beside them. */
function msOf([seconds = 0n, nanoseconds = 0n]: BigInt64Array): number {
  return Number(seconds) * MS_PER_SEC + Number(nanoseconds) / NS_PER_MS;
}
