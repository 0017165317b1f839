/**
 * Tests of the store's check: what is refused because no store can hold it, and that whatever is let through can be
 * built.
 *
 * @module
 */
import { assert, assertInstanceOf, assertLess, assertMatch } from "@std/assert";
import fc from "fast-check";
import { planStore } from "../../lib/backend/plan.ts";
import { memoryShards } from "../../lib/backend/memory.ts";
import { UsageError } from "../../lib/option/wording.ts";
import { hasScans, mixKeySpace, PRESETS, WORKLOAD_NAMES } from "../../lib/load/workload.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { checkStoreSize } from "../../lib/store/store_size.ts";
import { assertRefused, parseRun } from "./command_lines.ts";

Deno.test("parseCommand() refuses records that no store can hold, and says which flags to lower", () => {
  assertRefused(
    "-t1 --keys=100M memory",
    "100000000 keys of 16B with values of up to 100B need a store of 14.1GiB in 128 shards, must be below 8GiB: " +
      "lower --keys or --value-size",
  );
  assertRefused(
    "-t4 --workload=d --max-keys=20065536 --value-size=64-1KiB memory",
    "20065536 keys (--max-keys) of 16B with values of up to 1024B need a store of 13.1GiB in 512 shards, " +
      "must be below 8GiB: lower --keys, --max-keys or --value-size",
  );
  assertRefused(
    "--keys=1000M --key-size=1KiB file --file-count=128 --flush-period-us=50",
    "1000000000 keys of 1024B with values of up to 100B need a store of 1091.2GiB with --file-count=128, " +
      "must be below 8GiB: lower --keys or --value-size",
  );
});

Deno.test("parseCommand() refuses more shards than large values leave room for, and says which flag to lower", () => {
  assertRefused(
    "-t8 --keys=1k --value-size=1MiB memory",
    "1000 keys of 16B with values of up to 1048576B need a store of 15.1GiB in 1024 shards, must be below 8GiB: " +
      "lower --keys, --value-size or --threads",
  );
  assertRefused(
    "--keys=1k --value-size=1MiB file --file-count=2048 --flush-period-us=50",
    "1000 keys of 16B with values of up to 1048576B need a store of 26.1GiB with --file-count=2048, " +
      "must be below 8GiB: lower --keys, --value-size or --file-count",
  );
  for (const backend of ["-t1 memory", "file --file-count=128 --flush-period-us=50"]) {
    parseRun(`--keys=1k --value-size=1MiB ${backend}`);
  }
});

Deno.test("parseCommand() refuses records that are too many for one file, and says which flag to raise", () => {
  const file = "--file-count=1 --flush-period-us=50";
  assertRefused(
    `--keys=20M file ${file}`,
    "20000000 keys of 16B with values of up to 100B need a store of 2.7GiB with --file-count=1, must be below 2GiB per file: " +
      "raise --file-count, or lower --keys or --value-size",
  );
  for (const line of [`--keys=10M file ${file}`, "--keys=20M file --file-count=2 --flush-period-us=50"]) parseRun(line);
});

Deno.test("parseCommand() takes ten million records of YCSB's size", () => {
  for (const backend of ["memory", "file --file-count=128 --flush-period-us=50000"]) {
    parseRun(`--workload=b --keys=10M --value-size=256B ${backend}`);
  }
});

Deno.test("parseCommand() lets no mix through whose store cannot be built", () => {
  const flags = fc.record({
    name: fc.constantFrom(...WORKLOAD_NAMES.filter((name) => !hasScans(PRESETS[name]))),
    keys: fc.double({ min: 0, max: 30, noNaN: true }).map((exponent) => Math.floor(2 ** exponent)),
    keySize: fc.integer({ min: 14, max: 1024 }),
    valueSize: fc.double({ min: 0, max: 20, noNaN: true }).map((exponent) => Math.floor(2 ** exponent)),
    threads: fc.integer({ min: 1, max: 8 }),
    files: fc.option(fc.double({ min: 0, max: 16, noNaN: true }).map((exponent) => Math.floor(2 ** exponent))),
  });
  let built = 0;
  let refused = 0;
  fc.assert(
    fc.property(flags, ({ name, keys, keySize, valueSize, threads, files }) => {
      const backend = files === null ? "memory" : `file --file-count=${files} --flush-period-us=50`;
      const load = `-t${threads} --workload=${name} --preload --ops=1k`;
      const line = `${load} --keys=${
        Math.min(keys, 10 ** 9)
      } --key-size=${keySize} --value-size=${valueSize} ${backend}`;
      try {
        const { workload } = parseRun(line).options;
        assert(workload.kind === "mix");
        const size = planStore(files ?? memoryShards(threads), mixKeySpace(workload));
        checkStoreSize(size);
        // Every index of a word must be a 32-bit integer.
        assertLess(SharedStore.byteLength(size) / 4, 2 ** 31);
        built++;
      } catch (error) {
        assertInstanceOf(error, UsageError);
        assertMatch(error.message, /^\d+ keys .* need a store of \d+\.\dGiB .*, must be below [28]GiB/);
        refused++;
      }
    }),
    { numRuns: 2000 },
  );
  assert(built > 0 && refused > 0, `${built} built, ${refused} refused`);
});
