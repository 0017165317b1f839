/**
 * Which keys a run of a mix must have left, from nothing but the keys that were there before, its seed and how many
 * operations each of its threads did.
 *
 * @module
 */
import { MixedWorkload } from "../../lib/load/mixed_workload.ts";
import { DELETE, OPERATIONS } from "../../lib/load/operation.ts";
import { RecordKeys } from "../../lib/load/record.ts";
import { Rng } from "../../lib/load/rng.ts";
import type { MixOptions } from "../../lib/load/workload.ts";

/** What is known of a run's end. */
export interface ModelledKeys {
  /** Keys that must be there. */
  readonly there: ReadonlySet<string>;
  /** Keys of which that depends on which thread was faster; none with one thread. */
  readonly either: ReadonlySet<string>;
  /** Deletes; and those of a key that was there, which alone change anything: at least, and at most. */
  readonly deletes: number;
  readonly removedMin: number;
  readonly removedMax: number;
}

/** What one thread did to a key. */
interface KeyWrites {
  puts: number;
  deletes: number;
  /** Of its deletes, those that came after a put of its own. */
  removed: number;
  /** Whether its first write, and its last one so far, is a delete. */
  readonly beginsWithDelete: boolean;
  endsWithDelete: boolean;
}

/** Goes through each thread's operations again. */
export function modelKeys(
  mix: MixOptions,
  { seed, threadOps, before }: { seed: number; threadOps: readonly number[]; before: Iterable<string> },
): ModelledKeys {
  const there = new Set(before);
  if (mix.preload) { for (const key of firstKeys(mix)) there.add(key); }
  const either = new Set<string>();
  let deletes = 0, removedMin = 0, removedMax = 0;
  for (const [key, threads] of writesByKey(mix, seed, threadOps)) {
    const [first, ...others] = threads;
    if (first === undefined) continue;
    const deletesOfKey = threads.reduce((sum, { deletes }) => sum + deletes, 0);
    deletes += deletesOfKey;
    if (others.length === 0) {
      const removed = first.removed + Number(first.beginsWithDelete && there.has(key));
      removedMin += removed;
      removedMax += removed;
    } else {
      // Between two deletes that remove it, the key must have been put.
      const puts = threads.reduce((sum, { puts }) => sum + puts, 0) + Number(there.has(key));
      removedMax += Math.min(puts, deletesOfKey);
    }
    const last = threads.map(({ endsWithDelete }) => endsWithDelete);
    if (last.includes(false) && last.includes(true)) either.add(key);
    if (last.includes(true)) there.delete(key);
    else there.add(key);
  }
  return { there, either, deletes, removedMin, removedMax };
}

function* firstKeys(mix: MixOptions): Generator<string> {
  const keys = new RecordKeys(mix);
  const key = keys.createKey();
  for (let record = 0; record < mix.keyCount; record++) {
    keys.write(record, key);
    yield key.toString();
  }
}

function writesByKey(mix: MixOptions, seed: number, threadOps: readonly number[]): Map<string, KeyWrites[]> {
  const byKey = new Map<string, KeyWrites[]>();
  for (const [thread, ops] of threadOps.entries()) {
    const own = new Map<string, KeyWrites>();
    const workload = new MixedWorkload(new Rng(seed, 2 * thread), mix, { thread, threads: threadOps.length });
    for (let op = 0; op < ops; op++) {
      workload.next();
      if (!OPERATIONS[workload.kind]?.writes) continue;
      const key = workload.key.toString();
      const isDelete = workload.kind === DELETE;
      const writes = own.get(key);
      if (writes === undefined) {
        const counts = { puts: Number(!isDelete), deletes: Number(isDelete), removed: 0 };
        own.set(key, { ...counts, beginsWithDelete: isDelete, endsWithDelete: isDelete });
        continue;
      }
      if (isDelete) writes.deletes++;
      else writes.puts++;
      if (isDelete && !writes.endsWithDelete) writes.removed++;
      writes.endsWithDelete = isDelete;
    }
    for (const [key, writes] of own) {
      const all = byKey.get(key);
      if (all === undefined) byKey.set(key, [writes]);
      else all.push(writes);
    }
  }
  return byKey;
}
