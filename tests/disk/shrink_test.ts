/**
 * Tests of shrinking: what is left still shows the fault, is as little as can be, and was found within the limit.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import type { DiskState, Recording, WritePart } from "../../lib/disk/recording.ts";
import { lostIn, shrinkState } from "../../lib/disk/shrink.ts";
import { chooseStates } from "../../lib/disk/states.ts";
import { Rng } from "../../lib/load/rng.ts";
import { recordingOf, type Step } from "./recordings.ts";

const FLUSH: Step = { kind: "flush", sector: 0, bytes: [], acknowledged: 0 };
const WRITE: Step = { kind: "write", sector: 0, bytes: [1, 2, 3, 4], acknowledged: 0 };

/** More than any of these tests needs. */
const TRIALS_MAX = 10_000;

/** A write and a flush, and then so many writes that are not flushed, which are the events from 2 on. */
function recordingWith(unflushed: number): Recording {
  return recordingOf([WRITE, FLUSH, ...new Array<Step>(unflushed).fill(WRITE)]).recording;
}

/** Which of the events a state has kept whole. */
function wholeIn({ kept }: DiskState): Set<number> {
  return new Set(kept.filter(({ sectors }) => sectors === undefined).map(({ event }) => event));
}

/** Any state of a recording, and some of the writes that it keeps and some that it does not. */
const anyFault = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.infiniteStream(fc.constantFrom("kept", "lost", "any")))
  .chain(([unflushed, stream]) => {
    const fates = [...stream.take(unflushed)];
    const eventsOf = (fate: string) => fates.flatMap((each, at) => each === fate ? [at + 2] : []);
    return fc.subarray(eventsOf("any")).map((kept) => ({
      unflushed,
      wanted: eventsOf("kept").slice(0, 3),
      unwanted: eventsOf("lost").slice(0, 3),
      kept: [...eventsOf("kept"), ...kept].toSorted((a, b) => a - b),
    }));
  });

Deno.test("shrinkState() finds exactly the writes that must be missing, and those that must be kept", async () => {
  await fc.assert(fc.asyncProperty(anyFault, async ({ unflushed, wanted, unwanted, kept }) => {
    const recording = recordingWith(unflushed);
    const state = { kind: "subset", moment: unflushed + 2, kept: kept.map((event) => ({ event })) };
    const shows = (state: DiskState) => {
      const whole = wholeIn(state);
      return Promise.resolve(wanted.every((event) => whole.has(event)) && !unwanted.some((event) => whole.has(event)));
    };
    const shrunk = await shrinkState(recording, state, shows, TRIALS_MAX);
    assertEquals(lostIn(recording, shrunk.missing), unwanted.map((event) => ({ event })));
    assertEquals(shrunk.kept.kept, wanted.map((event) => ({ event })));
  }));
});

Deno.test("shrinkState() leaves what shows the fault, whatever shows it, and keeps to the limit of trials", async () => {
  const anyNumber = fc.integer({ min: 0, max: 2 ** 31 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 30 }), anyNumber, anyNumber, async (unflushed, seed, of) => {
      const recording = recordingWith(unflushed);
      const states = chooseStates(recording, {
        count: 20,
        random: new Rng(seed),
        acknowledgedAtMs: new Float64Array(),
      });
      const state = states[seed % states.length]!;
      const first = nameOf(state.kept);
      const shows = ({ kept }: DiskState) => nameOf(kept) === first || new Rng(hashOf(nameOf(kept)), of).below(4) === 0;
      let trials = 0;
      const trialsMax = of % 40;
      const counted = (state: DiskState) => {
        trials++;
        return Promise.resolve(shows(state));
      };
      const shrunk = await shrinkState(recording, state, counted, trialsMax);
      assertEquals([shrunk.trials, shows(shrunk.missing), shows(shrunk.kept)], [trials, true, true]);
      assertLessOrEqual(trials, trialsMax);
      assertEquals(await shrinkState(recording, state, counted, trialsMax), shrunk);
    }),
  );
});

Deno.test("shrinkState() says of a fault that shows with all writes as well as with none that nothing is needed", async () => {
  const recording = recordingWith(9);
  const state = { kind: "subset", moment: 11, kept: [{ event: 3 }, { event: 5 }] };
  const { missing, kept, trials } = await shrinkState(recording, state, () => Promise.resolve(true));
  assertEquals([lostIn(recording, missing), kept.kept, trials], [[], [], 2]);
});

Deno.test("shrinkState() does without tearing where a whole write shows the fault, and otherwise tears as little as possible", async () => {
  const recording = recordingWith(3);
  const torn = { event: 3, sectors: Uint8Array.of(1, 0, 0, 0) };
  const state = { kind: "torn", moment: 5, kept: [{ event: 2 }, torn, { event: 4 }] };
  const sectorsOf = ({ kept }: DiskState) => {
    const write = kept.find(({ event }) => event === 3);
    return write === undefined ? [0, 0, 0, 0] : [...write.sectors ?? [1, 1, 1, 1]];
  };
  const isMissing = await shrinkState(recording, state, (state) => Promise.resolve(sectorsOf(state)[2] === 0));
  assertEquals(lostIn(recording, isMissing.missing), [{ event: 3 }]);
  assertEquals(isMissing.kept.kept, []);
  const isTorn = await shrinkState(recording, state, (state) => {
    const [first, , third] = sectorsOf(state);
    return Promise.resolve(first === 1 && third === 0);
  });
  assertEquals(lostIn(recording, isTorn.missing), [{ event: 3, sectors: Uint8Array.of(0, 0, 1, 0) }]);
  assertEquals(isTorn.kept.kept, [torn]);
});

Deno.test("shrinkState() finds one culprit among a thousand writes in its usual number of trials", async () => {
  const recording = recordingWith(1000);
  const state = { kind: "none", moment: 1002, kept: [] };
  const { missing } = await shrinkState(recording, state, (state) => Promise.resolve(!wholeIn(state).has(777)));
  assertEquals(lostIn(recording, missing), [{ event: 777 }]);
});

function nameOf(kept: readonly WritePart[]): string {
  return kept.map(({ event, sectors }) => `${event}/${sectors ?? ""}`).join();
}

function hashOf(text: string): number {
  return [...text].reduce((hash, character) => Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0, 2166136261);
}
