/**
 * Tests of the workload's flags: which mix each means, and which are refused together.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreaterOrEqual, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { WORKLOAD_FLAGS, WORKLOAD_SWITCHES } from "../../lib/result/option/workload_flags.ts";
import { DISTRIBUTION_NAMES, type MixOptions, PRESETS, WORKLOAD_NAMES } from "../../lib/load/workload.ts";
import { ENGINE_NAMES, ENGINES } from "../../lib/engine/engines.ts";
import { assertRefused, FILE, MEMORY_RUN, parseRun, split } from "./command_lines.ts";

/** What `--workload=b` means. */
const B: MixOptions = {
  kind: "mix",
  name: "b",
  shares: [0.95, 0.05, 0, 0, 0, 0],
  keyCount: 65_536,
  keyCountMax: 65_536,
  keyBytes: 16,
  valueBytesMin: 100,
  valueBytesMax: 100,
  compressible: 1,
  distribution: "zipfian",
  zipfTheta: 0.99,
  preload: true,
};
/** What the seed's workload is when a flag changes it. */
const SEED: MixOptions = {
  ...B,
  name: "seed",
  shares: [0.1, 0.9, 0, 0, 0, 0],
  distribution: "uniform",
  preload: false,
};

function assertMix(flags: string, mix: MixOptions): void {
  const { options } = parseRun(`${flags} memory`);
  assertEquals(options, { ...MEMORY_RUN, workload: mix }, flags);
}

/** The mix that a line means. */
function parseMix(line: string): MixOptions {
  const { workload } = parseRun(line).options;
  assert(workload.kind === "mix", line);
  return workload;
}

Deno.test("parseCommand() keeps the seed's workload unless a flag changes it", () => {
  for (const line of ["memory", "--workload=seed memory", "memory --workload seed", `--workload=seed ${FILE}`]) {
    assertEquals(parseRun(line).options.workload, { kind: "seed" }, line);
  }
});

Deno.test("parseCommand() reads each workload by name", () => {
  assertMix("--workload=b", B);
  assertMix("--workload b", B);
  for (const name of WORKLOAD_NAMES.filter((name) => name !== "seed")) {
    const { shares, distribution, preload } = PRESETS[name];
    const mix = parseMix(`--workload=${name} sqlite`);
    const { keyCountMax } = mix;
    const scans = name === "e" ? { scanLength: 100 } : {};
    assertEquals(mix, { ...B, name, shares, distribution, preload, keyCountMax, ...scans });
    assertStrictEquals(keyCountMax > B.keyCount, name === "d" || name === "e");
  }
});

Deno.test("parseCommand() makes a mix of the seed's workload for every flag that changes it", () => {
  const rows = [
    ["--read-ratio=0.1", SEED],
    ["--read-ratio=0.25", { ...SEED, shares: [0.25, 0.75, 0, 0, 0, 0] }],
    ["--delete-ratio=0.25", { ...SEED, shares: [0.075, 0.675, 0, 0, 0.25, 0] }],
    ["--keys=10k", { ...SEED, keyCount: 10_000, keyCountMax: 10_000 }],
    ["--key-size=1KiB", { ...SEED, keyBytes: 1024 }],
    ["--value-size=1B", { ...SEED, valueBytesMin: 1, valueBytesMax: 1 }],
    ["--value-size=0-8", { ...SEED, valueBytesMin: 0, valueBytesMax: 8 }],
    ["--compressible=0.5", { ...SEED, compressible: 0.5 }],
    ["--distribution=hotspot", { ...SEED, distribution: "hotspot" }],
    ["--distribution=zipfian --zipf-theta=0.5", { ...SEED, distribution: "zipfian", zipfTheta: 0.5 }],
    ["--preload", { ...SEED, preload: true }],
    ["--no-preload", SEED],
  ] as const;
  for (const [flags, mix] of rows) {
    assertMix(flags, mix);
    assertMix(`--workload=seed ${flags}`, mix);
  }
  const tested = rows.flatMap(([flags]) => split(flags)).map((flag) => flag.replace(/^--|=.*$/g, ""));
  const { workload: _workload, keyCountMax: _keyCountMax, scanRatio: _s, scanLength: _l, ...flags } = WORKLOAD_FLAGS;
  const names = [...Object.values(flags), ...Object.values(WORKLOAD_SWITCHES)].map(({ name }) => name);
  assertEquals(new Set(tested), new Set(names));
});

Deno.test("parseCommand() reads every flag of a mix", () => {
  assertMix("--workload=b --keys=1.5M", { ...B, keyCount: 1_500_000, keyCountMax: 1_500_000 });
  assertMix("--workload=b --keys=1", { ...B, keyCount: 1, keyCountMax: 1 });
  assertMix("--workload=b --key-size=9", { ...B, keyBytes: 9 });
  assertMix("--workload=b --value-size=4KiB", { ...B, valueBytesMin: 4096, valueBytesMax: 4096 });
  assertMix("--workload=b --value-size=64-1KiB", { ...B, valueBytesMin: 64, valueBytesMax: 1024 });
  for (const distribution of DISTRIBUTION_NAMES) {
    assertMix(`--workload=b --distribution ${distribution}`, { ...B, distribution });
  }
  assertMix("--workload=b --zipf-theta=0.5", { ...B, zipfTheta: 0.5 });
  assertMix("--workload=b --distribution=latest --zipf-theta=0.001", {
    ...B,
    distribution: "latest",
    zipfTheta: 0.001,
  });
  assertMix("--workload=b --no-preload", { ...B, preload: false });
  assertMix("--workload=b --preload --preload", B);
});

Deno.test("parseCommand() leaves the other operations their proportions when the share of reads is given", () => {
  const rows = [
    ["b", "0.5", [0.5, 0.5, 0, 0, 0, 0]],
    ["b", "0", [0, 1, 0, 0, 0, 0]],
    ["b", "1", [1, 0, 0, 0, 0, 0]],
    ["b", "0.7", [0.7, 0.3, 0, 0, 0, 0]],
    ["c", "0.9", [0.9, 0.1, 0, 0, 0, 0]],
    ["c", "1", [1, 0, 0, 0, 0, 0]],
    ["d", "0.99", [0.99, 0, 0.01, 0, 0, 0]],
    ["f", "0.2", [0.2, 0, 0, 0.8, 0, 0]],
    ["seed", "0.95", [0.95, 0.05, 0, 0, 0, 0]],
  ] as const;
  for (const [name, ratio, shares] of rows) {
    assertEquals(parseMix(`--workload=${name} --read-ratio=${ratio} memory`).shares, shares);
  }
});

Deno.test("parseCommand() gives deletes and scans the shares asked for, and the others the rest in proportion", () => {
  const rows = [
    ["a", "--delete-ratio=0.2", [0.4, 0.4, 0, 0, 0.2, 0]],
    ["a", "--read-ratio=0.5 --delete-ratio=0.25", [0.5, 0.25, 0, 0, 0.25, 0]],
    ["f", "--read-ratio=0.2 --delete-ratio=0.3", [0.2, 0, 0, 0.5, 0.3, 0]],
    ["c", "--delete-ratio=0.25", [0.75, 0, 0, 0, 0.25, 0]],
    ["c", "--read-ratio=0.5 --delete-ratio=0.25", [0.5, 0.25, 0, 0, 0.25, 0]],
    ["seed", "--delete-ratio=1", [0, 0, 0, 0, 1, 0]],
    ["e", "", [0, 0, 0.05, 0, 0, 0.95]],
    ["e", "--scan-ratio=0.5", [0, 0, 0.5, 0, 0, 0.5]],
    ["e", "--delete-ratio=0.5", [0, 0, 0.025, 0, 0.5, 0.475]],
    ["a", "--scan-ratio=0.2", [0.4, 0.4, 0, 0, 0, 0.2]],
    ["a", "--read-ratio=0.1 --delete-ratio=0.2 --scan-ratio=0.7", [0.1, 0, 0, 0, 0.2, 0.7]],
  ] as const;
  for (const [name, flags, shares] of rows) {
    assertEquals(parseMix(`--workload=${name} ${flags} sqlite`).shares, shares, flags);
  }
});

Deno.test("parseCommand() gives shares that sum to 1 and have the ratios asked for", () => {
  const ratios = fc.tuple(fc.nat({ max: 1000 }), fc.nat({ max: 1000 }), fc.nat({ max: 1000 }))
    .filter(([reads, deletes, scans]) => reads + deletes + scans <= 1000)
    .map((thousandths) => thousandths.map((ratio) => ratio / 1000));
  fc.assert(fc.property(fc.constantFrom(...WORKLOAD_NAMES), ratios, (name, [reads, deletes, scans]) => {
    const flags = `--read-ratio=${reads} --delete-ratio=${deletes} --scan-ratio=${scans}`;
    const { shares } = parseMix(`--workload=${name} ${flags} sqlite`);
    assertEquals([shares[0], shares[4], shares[5]], [reads, deletes, scans]);
    assertAlmostEquals(shares.reduce((sum, share) => sum + share, 0), 1, 1e-9);
    assert(shares.every((share) => share >= 0));
  }));
});

Deno.test("parseCommand() refuses ratios that add up to more than 1, and scans without an order of keys", () => {
  assertRefused(
    "--read-ratio=0.8 --delete-ratio=0.3 memory",
    "--read-ratio=0.8 and --delete-ratio=0.3 must add up to at most 1, got 1.1",
  );
  assertRefused(
    "--read-ratio=0.5 --delete-ratio=0.3 --scan-ratio=0.3 sqlite",
    "--read-ratio=0.5, --delete-ratio=0.3 and --scan-ratio=0.3 must add up to at most 1, got 1.1",
  );
  const inOrder = ENGINE_NAMES.filter((name) => ENGINES[name].isOrdered);
  assert(!inOrder.includes("redis"));
  const names = `${inOrder.slice(0, -1).join(", ")} or ${inOrder.at(-1)}`;
  const order = `scans (--workload=e, --scan-ratio) need a backend that keeps its keys in order, ${names}, got`;
  for (const load of ["--workload=e", "--scan-ratio=0.1"]) {
    assertRefused(`${load} memory`, `${order} memory: a hash table has no order`);
    assertRefused(`${load} ${FILE}`, `${order} file: a hash table has no order`);
    assertRefused(`${load} redis --spawn`, `${order} redis: a hash table has no order`);
    assertRefused(`crash ${load} --read-ratio=0.1 redis --spawn`, `${order} redis: a hash table has no order`);
    for (const engine of inOrder) {
      const server = ENGINES[engine].usualProgram === undefined ? "" : "--spawn";
      assertStrictEquals(parseMix(`${load} ${engine} ${server}`).scanLength, 100);
    }
  }
  assertStrictEquals(parseMix("--workload=e --scan-length=10k sqlite").scanLength, 10_000);
  const scans = "--scan-length goes with scans (--workload=e, or --scan-ratio), got workload";
  assertRefused("--scan-length=10 sqlite", `${scans} seed, which has none`);
  assertRefused("--workload=e --scan-ratio=0 --scan-length=10 sqlite", `${scans} e, which has none`);
});

Deno.test("parseCommand() makes room for what the load inserts", () => {
  const rows = [
    // 5% of 10,000,000 a second, of 8 threads, for 10 s; no more than 16,000,000, nor than 2 GiB of them.
    ["-t1 --load-time-sec=2", 65_536 + 1_000_000],
    ["-t2 --load-time-sec=2", 65_536 + 2_000_000],
    ["-t1 --load-time-sec=2 --warmup=500ms", 65_536 + 1_250_000],
    ["--keys=1M -t1 --load-time-sec=0.5", 1_000_000 + 250_000],
    ["--value-size=64-1008B", 65_536 + 2 ** 21],
    ["", 65_536 + 16_000_000],
    ["--load-time-sec=86400 --warmup=10m", 65_536 + 16_000_000],
    ["--ops=100k", 65_536 + 100_000],
    ["--ops=20M", 65_536 + 20_000_000],
    ["-t1 --ops=100k --warmup=2s", 65_536 + 100_000 + 1_000_000],
    ["--ops=100k --warmup=1m", 65_536 + 100_000 + 16_000_000],
    ["-t1 --load-time-sec=2 --read-ratio=0.9", 65_536 + 2_000_000],
    ["--read-ratio=1", 65_536],
    ["--max-keys=100k", 100_000],
    ["--max-keys=65536", 65_536],
    ["--max-keys=1M --ops=10M", 1_000_000],
  ] as const;
  for (const [flags, keyCountMax] of rows) {
    assertStrictEquals(parseMix(`--workload=d ${flags} memory`).keyCountMax, keyCountMax, flags);
  }
});

Deno.test("parseCommand() refuses values of the workload's flags that are none, and says what is allowed", () => {
  const count = "a count from 1 to 1000000000, such as 65536, 10k or 1M (k: thousands, M: millions)";
  const units = "in B, kB, KiB, MB, MiB, GB or GiB";
  const values = `a size from 0B to 1MiB ${units}, or a range, such as 100B or 64-1KiB`;
  const rows = [
    ["--workload", "seed, a, b, c, d, e or f", ["g", "ab", "workloadb", "B1", "__proto__", "4"]],
    ["--read-ratio", "a share from 0 to 1, such as 0.95", ["1.1", "95%", "95", "0,5", "-0.5", ".5", "1e-1", "NaN"]],
    ["--delete-ratio", "a share from 0 to 1, such as 0.95", ["1.1", "95%", "-0.5"]],
    ["--scan-ratio", "a share from 0 to 1, such as 0.95", ["1.1", "95%", "-0.5"]],
    ["--scan-length", "a count from 1 to 1000000, such as 100 or 10k (k: thousands, M: millions)", [
      "0",
      "1.5",
      "1001k",
    ]],
    ["--keys", count, ["0", "1.5", "1K", "1m", "1G", "1000000001", "1001M", "-1", "1e6", "1 M", "many"]],
    ["--max-keys", count, ["0", "1.5", "1001M", "many"]],
    ["--key-size", `a size from 5B to 1KiB ${units}, such as 16B`, [
      "4",
      "1025",
      "2KiB",
      "16b",
      "1.5KiB",
      "8-16",
      "-8",
    ]],
    ["--value-size", values, ["1048577", "2MiB", "5-3", "1-", "-1", "1-2-3", "1k"]],
    ["--compressible", "a share above 0 and up to 1, such as 0.5", ["0", "0.0", "1.1", "-0.5", "50%", "2:1", "high"]],
    ["--distribution", "uniform, zipfian, latest or hotspot", ["normal", "even", "5"]],
    ["--zipf-theta", "a number above 0 and below 1, such as 0.99", ["0", "1", "0.0", "1.0", "1.2", "-0.5", "0.9.9"]],
  ] as const;
  for (const [flag, allowed, wrong] of rows) {
    for (const value of wrong) {
      assertRefused([`${flag}=${value}`, "memory"], `${flag} must be ${allowed}, got "${value}"`);
    }
    assertRefused([`${flag}=`, "memory"], `${flag} needs a value, must be ${allowed}`);
    assertRefused(["memory", flag], `${flag} needs a value, must be ${allowed}`);
  }
  assertEquals(rows.map(([flag]) => flag.slice(2)), Object.values(WORKLOAD_FLAGS).map(({ name }) => name));
});

Deno.test("parseCommand() says of a name what was meant", () => {
  const names = "--workload must be seed, a, b, c, d, e or f, got";
  const distributions = "--distribution must be uniform, zipfian, latest or hotspot, got";
  assertRefused("--workload=A memory", `${names} "A" (did you mean a?)`);
  assertRefused("--workload=sede memory", `${names} "sede" (did you mean seed?)`);
  assertRefused("--distribution=zipf memory", `${distributions} "zipf" (did you mean zipfian?)`);
  assertRefused("--workloads=b memory", 'unknown flag "--workloads" (did you mean --workload?)');
  assertRefused("--preloaded memory", 'unknown flag "--preloaded" (did you mean --preload?)');
  assertRefused("--preload=yes memory", '--preload takes no value, got "yes"');
  assertRefused("--no-preload=yes memory", '--no-preload takes no value, got "yes"');
});

Deno.test("parseCommand() refuses flags of the workload that contradict each other", () => {
  assertRefused(
    "--preload --no-preload memory",
    "--preload and --no-preload contradict each other, give one of them",
  );
  const theta = "--zipf-theta goes with the zipfian or the latest distribution, got";
  assertRefused("--zipf-theta=0.5 memory", `${theta} uniform`);
  assertRefused("--workload=b --distribution=hotspot --zipf-theta=0.5 memory", `${theta} hotspot`);
  const inserts = "--max-keys makes room for inserts, got workload";
  assertRefused("--max-keys=1M memory", `${inserts} seed, which has none`);
  assertRefused("--workload=b --max-keys=1M memory", `${inserts} b, which has none`);
  assertRefused("--workload=d --read-ratio=1 --max-keys=1M memory", `${inserts} d with --read-ratio=1, which has none`);
  const least = "--max-keys must be at least --keys";
  assertRefused("--workload=d --max-keys=10 memory", `${least} (65536), got 10`);
  assertRefused("--workload=d --keys=1M --max-keys=999999 memory", `${least} (1000000), got 999999`);
});

Deno.test("parseCommand() refuses keys too short for their numbers", () => {
  const least = "--key-size must be at least";
  assertRefused("--key-size=8 memory", `${least} 9B for 65536 keys (--keys), got 8B`);
  assertRefused("--workload=b --keys=10M --key-size=10 memory", `${least} 11B for 10000000 keys (--keys), got 10B`);
  assertRefused(
    "--workload=d --max-keys=100001 --key-size=9B memory",
    `${least} 10B for 100001 keys (--max-keys), got 9B`,
  );
  for (const [keys, keySize] of [["1", 5], ["10", 5], ["11", 6], ["100k", 9], ["10M", 11]] as const) {
    assertStrictEquals(parseMix(`--keys=${keys} --key-size=${keySize} memory`).keyBytes, keySize);
  }
});

Deno.test("parseCommand() gives keys of a mix room for every number that it may insert", () => {
  const flags = fc.record({
    name: fc.constantFrom(...WORKLOAD_NAMES),
    keys: fc.integer({ min: 1, max: 1_000_000 }),
    threads: fc.integer({ min: 1, max: 64 }),
    ops: fc.integer({ min: 1, max: 1_000_000 }),
  });
  fc.assert(fc.property(flags, ({ name, keys, threads, ops }) => {
    const mix = parseMix(`--workload=${name} --keys=${keys} -t${threads} --ops=${ops} sqlite`);
    assertGreaterOrEqual(mix.keyCountMax, mix.keyCount);
    assertGreaterOrEqual(mix.keyBytes, 4 + String(mix.keyCountMax - 1).length);
  }));
});
