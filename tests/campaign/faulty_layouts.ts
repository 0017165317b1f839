/**
 * The layouts of the faults campaign: how a run begins, which files it may touch, and what these must hold after it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { SerializerName } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { recoverFiles } from "../../lib/crash/recovery.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import type { ReplaceName } from "../../lib/persist/layout/layout_options.ts";
import { logFileName } from "../../lib/persist/layout/log/log_file_name.ts";
import { parseShardFileName, shardFileName, TEMPORARY_SUFFIX } from "../../lib/persist/shard_file.ts";
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
  readonly name: string;
  readonly flags: readonly string[];
  /** Flags of the runs that make what a run begins with, beside its policy. */
  readonly templateFlags: readonly string[];
  /** Whether a template is complete. */
  isComplete(template: ReadonlyMap<string, unknown>): boolean;
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

/** Segments that a run, whose load is short, reaches at most. */
const SEGMENTS_MAX = 24;
/** Of these and larger values, a short load fills segments. */
const VALUE_FLAGS = ["--keys=64", "--value-size=1KiB", "--no-preload"];

/**
 * Logs, of which a template has more records than a run puts up with: so a run begins with checkpoints, which take the
 * place of segments.
 */
export const FAULTY_LOGS: FaultyLayout = {
  name: "log",
  flags: ["--layout=log", "--log-size=64KiB", ...VALUE_FLAGS],
  templateFlags: ["--layout=log", "--log-size=64MiB", "--pattern=unthrottled", ...VALUE_FLAGS],
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
  async read(output, serializer) {
    const layout = { kind: "log", logBytes: 2 ** 16, pendingBytes: 2 ** 24 } as const;
    const policy = { kind: "periodic", periodMs: 10 } as const;
    const backend = { kind: "file", output, fileCount: FILE_COUNT, serializer, policy, layout, sync: "none" } as const;
    const recovered = await recoverFiles(backend, { ...NUMBERED_SEED_MIX, keyBytes: 16, valueBytesMax: 1024 });
    await recovered.close();
    const { versions, setAside } = recovered.files;
    assertEquals(setAside, []);
    const before = [...contentOf(output).keys()].filter((name) => name.includes(".corrupt-"));
    assert(before.length === 0, `set aside: ${before}`);
    return { versions: new Map(versions.entries()), setAside: 0, excused: new Set() };
  },
};
