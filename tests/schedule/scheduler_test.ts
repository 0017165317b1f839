/**
 * Tests of the scheduler itself: that it tries each schedule once, finds what must be found, and repeats what it found.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Builder, type BuildOptions, withMarks } from "./build.ts";
import { Crew, type Failure, scheduleOf, textOf } from "./crew.ts";

async function withToy(name: string, look: (crew: Crew) => Promise<void>): Promise<void> {
  using builder = new Builder();
  using crew = await Crew.start(3);
  await crew.load(builder.build("tests/schedule/scenarios/toys.ts"), name);
  await look(crew);
}

function failureIn({ failure }: { failure?: Failure }): Failure {
  assert(failure !== undefined, "nothing has failed");
  return failure;
}

Deno.test("Crew.bounded() tries each schedule once, up to the bound", async () => {
  // Who begins, then who goes on at each step, who still can.
  const counts: Record<string, number[]> = {
    "two workers with one step each": [2, 4, 6],
    "three workers with one step each": [6, 24, 60, 90, 90],
  };
  for (const [name, schedules] of Object.entries(counts)) {
    await withToy(name, async (crew) => {
      for (const [preemptions, count] of schedules.entries()) {
        const outcome = await crew.bounded(preemptions, 1_000);
        assertEquals([outcome.schedules, outcome.exhausted], [count, true], `${name}, ${preemptions} preemptions`);
      }
    });
  }
});

Deno.test("Crew.bounded() finds a lost update with one preemption and none without", async () => {
  await withToy("two count in two steps", async (crew) => {
    assertEquals((await crew.bounded(0, 1_000)).failure, undefined);
    const { message, preemptions } = failureIn(await crew.bounded(1, 1_000));
    assertEquals([message, preemptions], ["the count is 1, must be 2", 1]);
  });
});

Deno.test("Crew.random() finds the same again by its seed, and by the schedule that it shrinks to", async () => {
  await withToy("two count in two steps, many times", async (crew) => {
    const failure = failureIn(await crew.random(0, 10_000));
    const again = failureIn(await crew.random(failure.seed ?? NaN, 1));
    assertEquals(again.deviations, failure.deviations);
    const least = await crew.shrink(failure);
    assertEquals([least.preemptions, least.message], [1, "the count is 1, must be 2"]);
    const replayed = failureIn(await crew.follow(scheduleOf(textOf(least.deviations))));
    assertEquals(replayed.deviations, least.deviations);
    assertStringIncludes(await crew.told(least.deviations), "store at buffer 0, byte 0\n");
  });
});

Deno.test("Crew.bounded() finds a deadlock", async () => {
  await withToy("two take two locks, each another one first", async (crew) => {
    const { message } = failureIn(await crew.bounded(1, 1_000));
    assertEquals(message, "deadlock: worker 0 waits at buffer 0, byte 4, worker 1 waits at buffer 0, byte 0");
    // A failure leaves nothing behind.
    assertEquals((await crew.bounded(0, 1_000)).failure, undefined);
  });
});

Deno.test("a wait times out by choice, and otherwise when nothing else can run", async () => {
  await withToy("one sleeps, one wakes it in time", async (crew) => {
    assertEquals((await crew.bounded(0, 1_000)).failure, undefined);
    assertEquals(failureIn(await crew.bounded(1, 1_000)).message, "a wait is false, must be true");
  });
  await withToy("one sleeps for a time", async (crew) => {
    assertEquals((await crew.bounded(2, 1_000)).failure, undefined);
  });
});

Deno.test("a copy into shared memory can be seen in part", async () => {
  await withToy("one copies what another looks at", async (crew) => {
    assertEquals(failureIn(await crew.bounded(1, 1_000)).message, "the last byte is 0, must be 1");
  });
});

Deno.test("a schedule without an end fails", async () => {
  await withToy("one never ends", async (crew) => {
    assertStringIncludes(failureIn(await crew.bounded(0, 1)).message, "no end within");
  });
});

Deno.test("Builder.build() throws when there is nothing to patch or to mark", () => {
  using builder = new Builder();
  const build = (options: BuildOptions) => builder.build("tests/schedule/scenarios/mutex.ts", options);
  const path = "lib/sync/mutex.ts";
  build({ patches: [{ path, from: "const SPIN_COUNT_MAX = 100;", to: "const SPIN_COUNT_MAX = 1;" }], marked: [path] });
  assertThrows(() => build({ patches: [{ path, from: "const LOCKED = 3;", to: "" }] }), Error, `${path} has 0 times`);
  const other = "lib/sync/phase.ts";
  assertThrows(() => build({ patches: [{ path: other, from: "", to: "" }] }), Error, `does not import ${other}`);
  assertThrows(() => build({ marked: [other] }), Error, `does not import ${other}`);
});

Deno.test("withMarks() sets marks before statements that access arrays, and in loops that copy", () => {
  const marks = (line: string) => withMarks(`{\n  ${line}`).split("kvlabMark();").length - 1;
  assertEquals(marks("words[0] = 1;"), 1);
  assertEquals(marks("const a = this.#words[0];"), 1);
  assertEquals(marks("for (let i = 0; i < 9; i++) words[i] = 0;"), 2);
  for (const line of ["lock(words, 0);", "// words[0]", "* words[0]", "} else words[0] = 1;", "type A = string[];"]) {
    assertEquals(marks(line), 0, line);
  }
  assertEquals(withMarks("f(\n  words[0],\n);"), "f(\n  words[0],\n);");
});
