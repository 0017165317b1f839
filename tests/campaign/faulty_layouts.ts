/**
 * The layouts of the faults campaign: how a run begins, which files it may touch, and what these must hold after it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { BLOCK_CODECS, CODECS } from "../../lib/codec/codecs.ts";
import type { SerializerName } from "../../lib/codec/codec.ts";
import { recoverFiles } from "../crash/fixtures.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { blockFileName } from "../../lib/persist/layout/blocks/block_file_name.ts";
import type { LayoutOptions } from "../../lib/persist/layout/layouts.ts";
import type { ReplaceName } from "../../lib/persist/layout/snapshot/replacement.ts";
import { logFileName } from "../../lib/persist/layout/log/log_file_name.ts";
import { parseShardFileName, shardFileName } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import { TEMPORARY_SUFFIX } from "../../lib/system/file_io.ts";
import { RECORD_NAME } from "../../lib/directory/store_record.ts";
import { decode } from "../codec/decode.ts";
import { contentOf } from "../run/files.ts";

/** Of every run. */
export const FILE_COUNT = 2;

/** Each shard's version. */
type Versions = ReadonlyMap<number, number>;

/** What a directory holds: the versions of its shards, and how many of its files a run has set aside. */
export interface Held {
  readonly versions: Versions;
  readonly setAside: number;
  /** Shards that may have gone back, because a file of theirs was set aside. */
  readonly excused: ReadonlySet<number>;
}

/** What the campaign must know of a layout. */
export interface FaultyLayout {
  readonly kind: LayoutOptions["kind"];
  /** Also tells the strategies of snapshots apart. */
  readonly name: string;
  readonly flags: readonly string[];
  /** Flags of the runs that make what a run begins with, beside its policy. */
  readonly templateFlags: readonly string[];
  /** Whether a template is complete. */
  isComplete(template: ReadonlyMap<string, unknown>): boolean;
  /** Turns what is in a complete template's directory into what a run that was killed would have left there. */
  breakOff?(directory: string, serializer: SerializerName): void;
  /** The names of the files that a run may touch. */
  namesOf(serializer: SerializerName): string[];
  /** A file that a broken run has left. */
  leftName(serializer: SerializerName): string;
  /** System calls that no run, or not every one, makes. */
  readonly unmet: readonly string[];
  /**
   * Reads what a directory holds after a run that began with these files.
   *
   * @throws {Error} when any file is not whole
   */
  read(directory: string, serializer: SerializerName, before: ReadonlyMap<string, Uint8Array>): Promise<Held>;
}

/** Snapshots under a replacement strategy; a template has all the files that the strategy gives each shard. */
export function faultySnapshots(replace: ReplaceName): FaultyLayout {
  const files = replace === "alternate" ? 2 * FILE_COUNT : FILE_COUNT;
  const flags = [`--replace=${replace}`];
  return {
    kind: "snapshot",
    name: replace,
    flags,
    templateFlags: flags,
    unmet: replace === "rename" ? ["ftruncate"] : ["ftruncate", "rename"],
    isComplete: ({ size }) => size >= files,
    namesOf: (serializer) =>
      Array.from({ length: FILE_COUNT }, (_, shard) => [
        shardFileName(shard, FILE_COUNT, serializer),
        shardFileName(shard, FILE_COUNT, serializer) + TEMPORARY_SUFFIX,
        shardFileName(shard, FILE_COUNT, serializer, "a"),
        shardFileName(shard, FILE_COUNT, serializer, "b"),
      ]).flat(),
    leftName: (serializer) => shardFileName(0, FILE_COUNT, serializer) + TEMPORARY_SUFFIX,
    read: (directory, serializer, before) => Promise.resolve(readSnapshots(directory, serializer, before)),
  };
}

function readSnapshots(
  directory: string,
  serializer: SerializerName,
  before: ReadonlyMap<string, Uint8Array>,
): Held {
  const codec = CODECS[serializer];
  const versions = new Map<number, number>();
  const excused = new Set<number>();
  let setAside = 0;
  for (const [name, bytes] of contentOf(directory)) {
    const original = /^(.*)\.corrupt-.*$/.exec(name)?.[1];
    if (original !== undefined) {
      setAside++;
      assertEquals(bytes, before.get(original), name);
      excused.add(decode(codec, bytes).shard);
    }
    const parsed = parseShardFileName(name);
    if (parsed === undefined || parsed.temporary) continue;
    const { shard, version } = decode(codec, bytes);
    assertEquals(shard, parsed.shard);
    versions.set(shard, Math.max(versions.get(shard) ?? 0, version));
  }
  return { versions, setAside, excused };
}

/** Of these values, a short load fills segments of logs, or extents of block files. */
const VALUE_FLAGS = ["--value-size=1KiB", "--no-preload"];
const VALUE_BYTES = 1024;
const KEY_BYTES = 16;

/** An extent has four blocks of this size. */
const BLOCK_BYTES = 8192;
const BLOCK_FLAGS = ["--layout=blocks", `--block-size=${BLOCK_BYTES}`, ...VALUE_FLAGS];

/**
 * Block files, almost each key in a block of its own. A template has only some of the keys that a run puts, lacks the
 * last file, and has a piece of an interrupted extension behind the first. So a run truncates the first, creates the
 * last, overwrites blocks, and extends both.
 */
export const FAULTY_BLOCKS: FaultyLayout = {
  kind: "blocks",
  name: "blocks",
  flags: [...BLOCK_FLAGS, "--keys=32"],
  templateFlags: [...BLOCK_FLAGS, "--keys=8"],
  unmet: [],
  isComplete: (template) => [...template.keys()].filter((name) => name.startsWith("blocks-")).length >= FILE_COUNT,
  breakOff(directory, serializer) {
    // What it lists would be missed.
    Deno.removeSync(`${directory}/${RECORD_NAME}`);
    Deno.writeFileSync(
      `${directory}/${blockFile(0, serializer)}`,
      BLOCK_CODECS[serializer].blank(BLOCK_BYTES),
      { append: true },
    );
    Deno.removeSync(`${directory}/${blockFile(FILE_COUNT - 1, serializer)}`);
  },
  namesOf: (serializer) =>
    Array.from({ length: FILE_COUNT }, (_, file) => {
      const name = blockFile(file, serializer);
      return [name, name + TEMPORARY_SUFFIX];
    }).flat(),
  leftName: (serializer) => blockFile(FILE_COUNT - 1, serializer) + TEMPORARY_SUFFIX,
  read: (directory, serializer) => readRecovered(directory, serializer, { kind: "blocks", blockBytes: BLOCK_BYTES }),
};

function blockFile(file: number, serializer: SerializerName): string {
  return blockFileName({ file, files: FILE_COUNT, blockBytes: BLOCK_BYTES, serializer });
}

/** Segments that a run, whose load is short, reaches at most. */
const SEGMENTS_MAX = 24;
const LOG_BYTES = 2 ** 16;
const LOG_FLAGS = ["--layout=log", "--keys=64", ...VALUE_FLAGS];

/**
 * Logs, of which a template has more records than a run puts up with: so a run begins with checkpoints, which take the
 * place of segments.
 */
export const FAULTY_LOGS: FaultyLayout = {
  kind: "log",
  name: "log",
  flags: [...LOG_FLAGS, `--log-size=${LOG_BYTES}`],
  templateFlags: [...LOG_FLAGS, "--log-size=64MiB", "--pattern=unthrottled"],
  unmet: [],
  isComplete: (template) => [...template.keys()].filter((name) => name.startsWith("log-")).length >= FILE_COUNT,
  namesOf: (serializer) =>
    Array.from({ length: FILE_COUNT * SEGMENTS_MAX }, (_, i) => {
      const name = { log: i % FILE_COUNT, logs: FILE_COUNT, segment: 1 + Math.floor(i / FILE_COUNT), serializer };
      const names = [false, true].map((isCheckpoint) => logFileName({ ...name, isCheckpoint }));
      return [...names, ...names.map((name) => name + TEMPORARY_SUFFIX)];
    }).flat(),
  leftName: (serializer) =>
    logFileName({ log: 0, logs: FILE_COUNT, segment: SEGMENTS_MAX, isCheckpoint: false, serializer }) +
    TEMPORARY_SUFFIX,
  read: (directory, serializer) =>
    readRecovered(directory, serializer, { kind: "log", logBytes: LOG_BYTES, pendingBytes: 2 ** 24 }),
};

/** Reads logs or block files as a new process would. Nothing may be set aside, by this process or by the run. */
async function readRecovered(output: string, serializer: SerializerName, layout: LayoutOptions): Promise<Held> {
  const policy = { kind: "periodic", flushPeriodUs: 10_000 } as const;
  const backend = { kind: "file", output, fileCount: FILE_COUNT, serializer, policy, layout, sync: "none" } as const;
  const mix = { ...NUMBERED_SEED_MIX, keyBytes: KEY_BYTES, valueBytesMax: VALUE_BYTES };
  const recovered = await recoverFiles(backend, mix);
  await recovered.close();
  const { versions, setAside } = recovered.files;
  assertEquals(setAside, []);
  const before = [...contentOf(output).keys()].filter((name) => name.includes(".corrupt-"));
  assert(before.length === 0, `set aside: ${before}`);
  return { versions: new Map(versions.entries()), setAside: 0, excused: new Set() };
}
