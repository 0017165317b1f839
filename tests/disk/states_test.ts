/**
 * Tests of which states of a recording are tried: each is one that a cut can leave, none comes twice, and where there
 * are few, all come.
 *
 * @module
 */
import { assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { Epochs } from "../../lib/disk/epochs.ts";
import { type DiskState, type Recording, SECTOR_BYTES, unflushedFrom } from "../../lib/disk/recording.ts";
import { STATE_KINDS } from "../../lib/disk/state_kinds.ts";
import { chooseStates } from "../../lib/disk/states.ts";
import { Rng } from "../../lib/load/rng.ts";
import { anyRecording, baseOf, judgedBy, type Recorded, recordingOf, type Step } from "./recordings.ts";

const anySeed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** More than a small recording has. */
const ALL = 100_000;

Deno.test("chooseStates() keeps only what came since the last flush before the moment, in its order, of whole sectors", () => {
  fc.assert(fc.property(anyRecording(30), anySeed, (recorded, seed) => {
    const { recording } = recorded;
    for (const { kind, moment, kept } of chosen(recorded, 200, seed)) {
      assertEquals((STATE_KINDS as readonly string[]).includes(kind), true, kind);
      assertEquals(moment >= 0 && moment <= recording.events.length, true);
      const from = unflushedFrom(recording, moment);
      for (const [at, { event, sectors }] of kept.entries()) {
        assertEquals(event >= from && event < moment, true, `${event} at moment ${moment}`);
        assertGreater(event, kept[at - 1]?.event ?? -1);
        if (sectors === undefined) continue;
        assertEquals(kind, "torn");
        assertEquals(sectors.length, sectorsOf(recording, event));
        assertEquals([...new Set(sectors)].toSorted(), [0, 1], "a torn write is neither whole nor missing");
      }
    }
  }));
});

Deno.test("chooseStates() returns up to the given number, of which no two are judged by the same", () => {
  fc.assert(fc.property(anyRecording(30), fc.integer({ min: 0, max: 300 }), anySeed, (recorded, count, seed) => {
    const states = chosen(recorded, count, seed);
    assertEquals(states.length <= count, true);
    assertEquals(new Set(states.map((state) => judgedBy(recorded, state))).size, states.length);
  }));
});

Deno.test("chooseStates() returns all subsets of all moments where they are few", () => {
  fc.assert(fc.property(anyRecording(9), anySeed, (recorded, seed) => {
    const states = chosen(recorded, ALL, seed);
    const judged = new Set(states.map((state) => judgedBy(recorded, state)));
    const untorn = states.filter(({ kind }) => kind !== "torn").map((state) => judgedBy(recorded, state));
    const all = new Set([...everySubset(recorded.recording)].map((state) => judgedBy(recorded, state)));
    assertEquals([...all].filter((state) => !judged.has(state)), []);
    assertEquals(untorn.filter((state) => !all.has(state)), []);
  }));
});

Deno.test("chooseStates() returns the same states again for the same seed, and others for another", () => {
  const recorded = longRecording(200);
  assertEquals(chosen(recorded, 100, 1), chosen(recorded, 100, 1));
  assertNotEquals(chosen(recorded, 100, 1), chosen(recorded, 100, 2));
});

Deno.test("chooseStates() returns each kind even if few states are asked for, and all that were asked for if there are", () => {
  for (const seed of Array(20).keys()) {
    const states = chosen(longRecording(100), 20, seed);
    assertEquals(states.length, 20);
    assertEquals(new Set(states.map(({ kind }) => kind)).size, STATE_KINDS.length);
  }
});

Deno.test("chooseStates() prefers what came late, but leaves out no part of the recording", () => {
  const recorded = longRecording(2000);
  const tenths = new Array<number>(10).fill(0);
  for (const { moment } of chosen(recorded, 1000, 7)) {
    tenths[Math.min(9, Math.floor(moment / recorded.recording.events.length * 10))]!++;
  }
  assertEquals(tenths.every((count) => count > 0), true, String(tenths));
  assertGreater(tenths[9]!, 500);
});

Deno.test("chooseStates() of a recording without events returns the one state that there is", () => {
  assertEquals(chosen(recordingOf([]), 20, 1), [{ kind: "none", moment: 0, kept: [] }]);
});

Deno.test("chooseStates() takes a second flush for another state only if something was acknowledged since the first", () => {
  const flush: Step = { kind: "flush", sector: 0, bytes: [], acknowledged: 0 };
  assertEquals(chosen(recordingOf([flush, flush, flush]), 20, 1).length, 1);
  const acknowledged = chosen(recordingOf([flush, { ...flush, acknowledged: 1 }, flush]), 20, 1);
  assertEquals(acknowledged.map(({ kind }) => kind), ["none", "none"]);
});

Deno.test("Epochs.hash() is the same exactly where what is judged is", () => {
  fc.assert(fc.property(anyRecording(8), (recorded) => {
    const epochs = new Epochs(recorded.recording, recorded.acknowledgedAtMs);
    const byHash = new Map<number, string>();
    const hashes = new Map<string, number>();
    for (const state of everySubset(recorded.recording)) {
      const hash = epochs.hash(state), judged = judgedBy(recorded, state);
      assertEquals(byHash.get(hash) ?? judged, judged);
      assertEquals(hashes.get(judged) ?? hash, hash);
      byHash.set(hash, judged);
      hashes.set(judged, hash);
    }
  }));
});

function chosen({ recording, acknowledgedAtMs }: Recorded, count: number, seed: number): DiskState[] {
  return chooseStates(recording, { count, random: new Rng(seed), acknowledgedAtMs });
}

/** Every subset of what came since the last flush, at every moment. */
function* everySubset(recording: Recording): Generator<Pick<DiskState, "moment" | "kept">> {
  for (let moment = 0; moment <= recording.events.length; moment++) {
    const from = unflushedFrom(recording, moment);
    for (let subset = 0; subset < 2 ** (moment - from); subset++) {
      const events = Array.from({ length: moment - from }, (_, at) => from + at);
      yield { moment, kept: events.filter((_, at) => subset >> at & 1).map((event) => ({ event })) };
    }
  }
}

/** A recording of so many epochs, each of twelve writes of different sectors to a large disk, and acknowledgements. */
function longRecording(epochs: number): Recorded {
  const steps = Array.from({ length: epochs }, (_, epoch): Step[] => [
    ...Array.from({ length: 12 }, (_, write): Step => ({
      kind: "write",
      sector: 4 * write,
      bytes: [1, 2, 3, 4].map((byte) => (byte * (epoch + 7) + write) % 256),
      acknowledged: write % 4 === 0 ? 1 : 0,
    })),
    { kind: "flush", sector: 0, bytes: [], acknowledged: 0 },
  ]);
  return recordingOf(steps.flat(), { base: baseOf(64 * SECTOR_BYTES) });
}

function sectorsOf({ events }: Recording, at: number): number {
  const event = events[at];
  if (event === undefined || event.kind === "flush") return 0;
  return (event.kind === "write" ? event.data.length : event.length) / SECTOR_BYTES;
}
