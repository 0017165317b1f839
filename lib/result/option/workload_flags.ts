/**
 * The workload's flags: the mix of operations, the keys and the values.
 *
 * @module
 */
import {
  DISTRIBUTION_NAMES,
  hasInserts,
  hasTheta,
  type MixOptions,
  type Preset,
  PRESETS,
  WORKLOAD_NAMES,
  ZIPF_THETA,
} from "../../load/workload.ts";
import { DELETE, OPERATION_NAMES, READ, SCAN } from "../../load/operation.ts";
import { enginesInOrder } from "../../engine/engines.ts";
import type { RunOptions } from "../../run/run_options.ts";
import { formatCount, operationName } from "../format.ts";
import type { JsonObject } from "../json.ts";
import { type ByteRange, parseByteRange, parseShare } from "../../option/units.ts";
import { count, oneOf, size, sizeAllowed, sizeBounds } from "../../option/kinds.ts";
import type { DefaultedFlag, Flag, Switch } from "./flag.ts";

/** Record numbers are 32-bit integers. */
const KEYS = { min: 1, max: 1_000_000_000 };
const KEY_COUNT = 65_536;
const KEY_SIZE = { min: "5B", max: "1KiB" };
const VALUE_SIZE = { min: "0B", max: "1MiB" };

/** How a flag gives the share of a kind of operation. The shares are part of what is said of the workload. */
function shareOf(kind: number) {
  return {
    allowed: "a share from 0 to 1, such as 0.95",
    parse: parseShare,
    of: (options: RunOptions) => {
      const mix = mixOf(options);
      return mix && (mix.shares[kind] ?? 0);
    },
    isUsual: (options: RunOptions) => mixOf(options)?.shares[kind] === presetOf(options)?.shares[kind],
    json: (): JsonObject => ({}),
    words: () => "",
  };
}

/** The workload's flags, in the order shown to users. */
export const WORKLOAD_FLAGS = {
  workload: {
    name: "workload",
    scope: "workload",
    about: "seed: 90% updates and 10% reads of value foo under Key0…Key65535, uniform (with an engine, foo and a " +
      "number). The others are YCSB's. a: 50% reads, 50% updates. b: 95% reads, 5% updates. c: reads. d: 95% " +
      "reads of the latest, 5% inserts. e: 95% scans, 5% inserts. f: 50% reads, 50% read-modify-writes. Each of " +
      "the following flags changes it; seed then has keys and values like the others.",
    defaultText: "seed",
    ...oneOf(WORKLOAD_NAMES),
    of: ({ workload }: RunOptions) => {
      if (workload.kind === "replay") return undefined;
      return workload.kind === "mix" ? workload.name : workload.kind;
    },
    words: (name: string, { workload }: RunOptions) =>
      workload.kind === "mix" ? `workload ${name} (${sharesText(workload.shares)})` : "",
  },
  readRatio: {
    name: "read-ratio",
    scope: "workload",
    placeholder: "R",
    about: "Share of reads, from 0 to 1. The workload's other operations split the rest in proportion; if it has " +
      "none, the rest is updates.",
    defaultNote: "the workload's",
    ...shareOf(READ),
    // All shares, of which the other flags change some.
    json: (options: RunOptions): JsonObject => {
      const shares = OPERATION_NAMES.map((name, kind) => [name, mixOf(options)?.shares[kind] ?? 0] as const);
      return mixOf(options) === undefined
        ? {}
        : { shares: Object.fromEntries(shares.filter(([, share]) => share > 0)) };
    },
  },
  deleteRatio: {
    name: "delete-ratio",
    scope: "workload",
    placeholder: "R",
    about: "Share of deletes, likewise. They choose records as updates do, and an update puts a deleted record anew: " +
      "once the load has reached all of them, U / (U + D) of the records are there, where U is the share of updates " +
      "and read-modify-writes, and D that of deletes.",
    defaultNote: "0",
    ...shareOf(DELETE),
  },
  scanRatio: {
    name: "scan-ratio",
    scope: "workload",
    placeholder: "R",
    about: `Share of scans, likewise; for ${enginesInOrder().join(", ")}, which keep their keys in order.`,
    defaultNote: "0; 0.95 with e",
    ...shareOf(SCAN),
  },
  scanLength: {
    name: "scan-length",
    scope: "workload",
    about: "The most records that a scan reads: from 1 to N, each number equally often.",
    defaultText: "100",
    of: (options: RunOptions) => mixOf(options)?.scanLength,
    words: (scanLength: number) => `scans of up to ${formatCount(scanLength, "record")}`,
    ...count({ min: 1, max: 1_000_000 }, { example: "100 or 10k" }),
  },
  keyCount: {
    name: "keys",
    scope: "workload",
    about: "Records that exist when the load starts, such as 65536, 10k or 1.5M.",
    defaultText: String(KEY_COUNT),
    // With seed any flag makes it a mix, so one must be said.
    isUsual: (options: RunOptions) => mixOf(options)?.keyCount === KEY_COUNT && mixOf(options)?.name !== "seed",
    words: (keyCount: number, options: RunOptions) => {
      const { keyCountMax, keyBytes } = mixOf(options) ?? {};
      const room = mixWith(hasInserts, options) === undefined ? "" : ` (room for ${keyCountMax})`;
      return `${formatCount(keyCount, "key")}${room} of ${keyBytes} B`;
    },
    ...count(KEYS, { example: "65536, 10k or 1M" }),
  },
  keyCountMax: {
    name: "max-keys",
    scope: "workload",
    about: "Records that there is room for, including those that the load inserts.",
    defaultNote: "what the load may insert",
    of: (options: RunOptions) => mixWith(hasInserts, options)?.keyCountMax,
    words: () => "",
    ...count(KEYS, { example: "65536, 10k or 1M" }),
  },
  /** In bytes. */
  keyBytes: {
    name: "key-size",
    scope: "workload",
    about: "Size of each key, up to 1KiB; at least 4 bytes plus the digits of the last record's number.",
    defaultText: "16B",
    ...size(KEY_SIZE, { example: "16B" }),
    words: () => "",
  },
  /** In bytes. */
  valueBytes: {
    name: "value-size",
    scope: "workload",
    placeholder: "SIZE",
    about: "Size of the values, up to 1MiB, or a range such as 64-1KiB, uniform within it.",
    defaultText: "100B",
    allowed: `${sizeAllowed(VALUE_SIZE)}, or a range, such as 100B or 64-1KiB`,
    parse: (text: string) => parseByteRange(text, sizeBounds(VALUE_SIZE)),
    of: (options: RunOptions): ByteRange | undefined => {
      const mix = mixOf(options);
      return mix && { min: mix.valueBytesMin, max: mix.valueBytesMax };
    },
    text: ({ min, max }: ByteRange) => min === max ? `${max}B` : `${min}B-${max}B`,
    json: (options: RunOptions): JsonObject => {
      const mix = mixOf(options);
      return mix === undefined
        ? {}
        : { value_size_bytes_min: mix.valueBytesMin, value_size_bytes_max: mix.valueBytesMax };
    },
    words: ({ min, max }: ByteRange) => `values of ${min === max ? `${max} B` : `${min} to ${max} B`}`,
  },
  compressible: {
    name: "compressible",
    scope: "workload",
    placeholder: "R",
    about: "The part of their size to which compression such as LevelDB's shrinks the values, above 0 and up to 1. " +
      "The first 4 bytes of each value (23 with crash) tell it from others and do not shrink, so values of few bytes " +
      "shrink less.",
    defaultText: "1",
    allowed: "a share above 0 and up to 1, such as 0.5",
    parse: (text: string) => parseShare(text) || undefined,
    // Not said of random values.
    of: ({ workload }: RunOptions) =>
      workload.kind === "seed" || workload.compressible === 1 ? undefined : workload.compressible,
    words: (compressible: number) => `compressible to ${compressible}`,
  },
  distribution: {
    name: "distribution",
    scope: "workload",
    about: "How often each key is chosen. zipfian: few keys very often; it is YCSB's scrambled zipfian, which draws " +
      "one of ten billion ranks and hashes it to a key, so the top key of 1,000 gets 3.9% of the operations, where a " +
      "plain one would get 13%. latest: the last inserted most often. hotspot: a small part of the keys gets most " +
      "operations.",
    defaultNote: "zipfian; latest with d, uniform with seed",
    ...oneOf(DISTRIBUTION_NAMES),
    isUsual: (options: RunOptions) => mixOf(options)?.distribution === presetOf(options)?.distribution,
    words: (distribution: string, options: RunOptions) => {
      const theta = mixWith(hasTheta, options)?.zipfTheta;
      return theta === undefined ? distribution : `${distribution} ${theta}`;
    },
  },
  zipfTheta: {
    name: "zipf-theta",
    scope: "workload",
    placeholder: "X",
    about: "How uneven zipfian and latest are, above 0 and below 1.",
    defaultText: String(ZIPF_THETA),
    allowed: "a number above 0 and below 1, such as 0.99",
    parse: (text: string) => {
      const theta = parseShare(text);
      return theta === undefined || theta === 0 || theta === 1 ? undefined : theta;
    },
    of: (options: RunOptions) => mixWith(hasTheta, options)?.zipfTheta,
    words: () => "",
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;

/** The workload's switches, in the order shown to users. */
export const WORKLOAD_SWITCHES = {
  preload: {
    name: "preload",
    scope: "workload",
    about: "Put all records before the load. Default: on; off with seed.",
    of: (options: RunOptions) => mixOf(options)?.preload ?? false,
    isUsual: (options: RunOptions) => presetOf(options)?.preload === true,
    json: (options: RunOptions): JsonObject => {
      const mix = mixOf(options);
      return mix === undefined ? {} : { preload: mix.preload };
    },
    words: () => "preloaded",
  },
  noPreload: {
    name: "no-preload",
    scope: "workload",
    about: "Start with what the store already holds.",
    of: (options: RunOptions) => mixOf(options)?.preload === false,
    isUsual: (options: RunOptions) => presetOf(options)?.preload === false,
    json: () => ({}),
    words: () => "not preloaded",
  },
} as const satisfies Record<string, Switch>;

function mixOf({ workload }: RunOptions): MixOptions | undefined {
  return workload.kind === "mix" ? workload : undefined;
}

/** The mix, if it is one of these. */
function mixWith(has: (mix: MixOptions) => boolean, options: RunOptions): MixOptions | undefined {
  const mix = mixOf(options);
  return mix !== undefined && has(mix) ? mix : undefined;
}

/** What the mix started from. */
function presetOf(options: RunOptions): Preset | undefined {
  const mix = mixOf(options);
  return mix && PRESETS[mix.name];
}

function sharesText(shares: readonly number[]): string {
  return OPERATION_NAMES.flatMap((name, kind) => {
    const share = shares[kind] ?? 0;
    return share === 0 ? [] : `${Number((share * 100).toPrecision(6))}% ${operationName(name)}`;
  }).join(", ");
}
