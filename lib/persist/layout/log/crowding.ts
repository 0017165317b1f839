/**
 * Tells which log needs a checkpoint, by how much more the logs take on disk than what they hold.
 *
 * @module
 */
import type { SharedStore } from "../../../store/shared_store.ts";
import type { LogEnds } from "./log_ends.ts";

/** What {@linkcode Crowding} works with. */
export interface CrowdingParts {
  readonly store: SharedStore;
  readonly ends: LogEnds;
  readonly logs: number;
  readonly shardsPerLog: number;
  /**
   * A log has outgrown its checkpoint when it has more bytes of records than this and than twice the checkpoint's size.
   */
  readonly logBytes: number;
}

/** How many logs each look looks at. */
const SEARCHED_LOGS = 1024;

/**
 * The most that the logs should take, in units of what checkpoints of what is live would: while a checkpoint is
 * written, and when one begins. Together with what a single flush may add to either, that is about three times what is
 * live.
 */
const FACTOR_MAX = 2.6;
const FACTOR_AT_BEGIN_MAX = 2.1;

/**
 * Where little is live, the logs may take this much more than that, for each of them: to make checkpoints of many small
 * logs again and again would cost those who put more than the room is worth.
 */
const SPARE_BYTES = 512 * 1024;

/** A checkpoint that would gain less is not worth its files, unless logs are so small that they all gain less. */
const GAIN_BYTES_MIN = 256 * 1024;

/**
 * Entries are counted again once a log has got so many more bytes of records: to count them takes the shards' headers
 * out of the caches of those who put.
 */
const COUNTED_AGAIN_BYTES = 64 * 1024;

/**
 * Looks at the logs, from time to time and some at a time, and remembers what it saw.
 *
 * What is live takes as much as a new checkpoint would, which is estimated: the last one's size, times the number of
 * entries now over that when it was made. The logs are crowded when they take {@linkcode FACTOR_AT_BEGIN_MAX} times as
 * much, or, if they are few, so much that with the next checkpoint they would take {@linkcode FACTOR_MAX} times as
 * much: while that is written, its log has the checkpoint before and all records since, the new checkpoint, and as many
 * more records as that covers. Where that is little, they are crowded when they take {@linkcode SPARE_BYTES} for each
 * log more than what is live. Where a log has lost entries since its last checkpoint, it is taken to lose as many again
 * until the next one is there: that begins so much sooner.
 *
 * Only one thread uses it. What it reads is what others have written a moment ago.
 */
export class Crowding {
  readonly #parts: CrowdingParts;
  /** By log: its bytes on disk, how many of them are live, its bytes of records, and the entries of its checkpoint. */
  readonly #bytes: Float64Array<ArrayBuffer>;
  readonly #live: Float64Array<ArrayBuffer>;
  readonly #records: Float64Array<ArrayBuffer>;
  readonly #entries: Float64Array<ArrayBuffer>;
  /** By log: its entries when they were counted last, and its bytes of records then. */
  readonly #counts: Float64Array<ArrayBuffer>;
  readonly #countedAt: Float64Array<ArrayBuffer>;
  /** Sums over all logs. */
  #allBytes = 0;
  #allLive = 0;
  #allRecords = 0;
  /** How much less will be live, by log and of all, once each has another checkpoint. */
  readonly #losing: Float64Array<ArrayBuffer>;
  #allLosing = 0;
  /** How many times what is live the logs may take when a checkpoint begins, or how much more than that. */
  readonly #factor: number;
  readonly #spareBytes: number;
  /** The log at which the next look begins. */
  #next = 0;

  constructor(parts: CrowdingParts) {
    const { logs, logBytes } = parts;
    this.#parts = parts;
    this.#bytes = new Float64Array(logs);
    this.#live = new Float64Array(logs);
    this.#records = new Float64Array(logs);
    this.#losing = new Float64Array(logs);
    // What is there now was loaded, and is about what the checkpoints have.
    this.#entries = Float64Array.from({ length: logs }, (_, log) => this.#count(log));
    this.#counts = this.#entries.slice();
    this.#countedAt = new Float64Array(logs);
    this.#factor = Math.min(FACTOR_AT_BEGIN_MAX, 1 + (FACTOR_MAX - 1 - 1 / logs) / (1 + 1 / logs));
    this.#spareBytes = logs * Math.min(SPARE_BYTES, logBytes);
  }

  /** About how many bytes of records the logs have when they are nearly crowded. */
  get roomBytes(): number {
    return Math.max(this.#allLive, this.#spareBytes);
  }

  /** A log that needs a checkpoint; -1 if there is none among those looked at. */
  dueLog(): number {
    const { ends, logs, logBytes } = this.#parts;
    let due = -1;
    let most = Math.min(GAIN_BYTES_MIN, logBytes);
    for (let i = Math.min(SEARCHED_LOGS, logs); i > 0; i--) {
      const log = this.#next;
      this.#next = log + 1 < logs ? log + 1 : 0;
      this.look(log);
      if (ends.logBytes(log) > Math.max(logBytes, 2 * ends.checkpointBytes(log))) return log;
      const gain = this.gain(log);
      if (gain <= most) continue;
      due = log;
      most = gain;
    }
    return this.#isCrowded(this.#allLive - this.#allLosing, 0) ? due : -1;
  }

  /** How many bytes a checkpoint of the log would free, as it was when last looked at. */
  gain(log: number): number {
    return this.#bytes[log]! - this.#live[log]!;
  }

  /** Whether the logs are crowded although so many bytes count as freed, which a checkpoint under way will free. */
  isCrowded(freedBytes: number): boolean {
    return this.#isCrowded(this.#allLive, freedBytes);
  }

  #isCrowded(liveBytes: number, freedBytes: number): boolean {
    const room = Math.max(this.#factor * liveBytes, liveBytes + this.#spareBytes);
    return this.#allBytes - freedBytes > room && this.#allRecords > this.#parts.logBytes;
  }

  /** Says that the log has a new checkpoint of so many entries. */
  checkpointed(log: number, entries: number): void {
    this.#entries[log] = entries;
    this.#counts[log] = entries;
    this.#countedAt[log] = this.#parts.ends.logBytes(log);
    this.look(log);
  }

  /** Looks at a log anew. */
  look(log: number): void {
    const { ends } = this.#parts;
    const checkpointBytes = ends.checkpointBytes(log);
    const records = ends.logBytes(log);
    const bytes = checkpointBytes + records + Math.max(0, ends.allocated(log) - ends.offset(log));
    const entries = this.#entries[log]!;
    if (Math.abs(records - this.#countedAt[log]!) >= COUNTED_AGAIN_BYTES) {
      this.#counts[log] = this.#count(log);
      this.#countedAt[log] = records;
    }
    const live = entries === 0 ? 0 : checkpointBytes * this.#counts[log]! / entries;
    const losing = Math.min(live / 2, Math.max(0, checkpointBytes - live));
    this.#allBytes += bytes - this.#bytes[log]!;
    this.#allLive += live - this.#live[log]!;
    this.#allRecords += records - this.#records[log]!;
    this.#allLosing += losing - this.#losing[log]!;
    this.#bytes[log] = bytes;
    this.#live[log] = live;
    this.#records[log] = records;
    this.#losing[log] = losing;
  }

  #count(log: number): number {
    const { store, shardsPerLog } = this.#parts;
    let count = 0;
    for (let shard = log * shardsPerLog; shard < (log + 1) * shardsPerLog; shard++) count += store.count(shard);
    return count;
  }
}
