/**
 * Tests of telling by their names which files of a log are gone: none after a crash at any moment, and each that is
 * needed once somebody has taken it away.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { logFileName } from "../../../../lib/persist/layout/log/log_file_name.ts";
import { goneFromLog, lastSegment } from "../../../../lib/persist/layout/log/log_gaps.ts";

const nameOf = (segment: number, isCheckpoint = false) =>
  logFileName({ log: 3, logs: 16, segment, isCheckpoint, serializer: "cbor" });

/** A log's files as a run makes and removes them, with every state in between. */
class Life {
  readonly states: string[][] = [[]];
  readonly #names = new Set<string>();

  add(name: string): void {
    this.#names.add(`${name}.tmp`);
    this.#note();
    this.#names.delete(`${name}.tmp`);
    this.#names.add(name);
    this.#note();
  }

  remove(name: string): void {
    this.#names.delete(name);
    this.#note();
  }

  /** A checkpoint of the segments before this one, which begins with it. */
  checkpoint(segment: number, before: { readonly checkpoint: number; readonly first: number }): void {
    this.add(nameOf(segment));
    this.add(nameOf(segment, true));
    for (let old = before.first; old < segment; old++) this.remove(nameOf(old));
    if (before.checkpoint > 0) this.remove(nameOf(before.checkpoint, true));
  }

  #note(): void {
    this.states.push([...this.#names].sort());
  }
}

function lifeOfLog(): string[][] {
  const life = new Life();
  for (const segment of [1, 2, 3]) life.add(nameOf(segment));
  life.checkpoint(4, { checkpoint: 0, first: 1 });
  for (const segment of [5, 6]) life.add(nameOf(segment));
  life.checkpoint(7, { checkpoint: 4, first: 4 });
  life.checkpoint(8, { checkpoint: 7, first: 7 });
  life.add(nameOf(9));
  return life.states;
}

Deno.test("goneFromLog() misses nothing wherever a run may end, whatever was recorded before", () => {
  const recorded = new Set([0]);
  for (const names of lifeOfLog()) {
    recorded.add(lastSegment(names));
    for (const mark of recorded) assertEquals(goneFromLog(names, mark), undefined, names.join());
    // What is prepared under temporary names is removed in any order.
    for (const segment of [10, 12]) assertEquals(goneFromLog([...names, `${nameOf(segment)}.tmp`], 0), undefined);
  }
});

Deno.test("goneFromLog() misses each file that is needed, and none that a checkpoint replaces", () => {
  let refused = 0;
  for (const names of lifeOfLog()) {
    const lasting = names.filter((name) => !name.endsWith(".tmp"));
    const newest = lasting.filter((name) => name.includes("checkpoint")).at(-1);
    const first = newest?.replace(".checkpoint", "") ?? "";
    for (const gone of lasting) {
      const left = names.filter((name) => name !== gone);
      const isNeeded = gone === newest || (gone >= first && !gone.includes("checkpoint"));
      // Once nothing is left, only the directory's record tells; nor do the others tell that a last segment was there.
      const isAny = left.some((name) => !name.endsWith(".tmp"));
      const found = goneFromLog(left, lastSegment(names));
      // Until it is gone, the checkpoint before the newest, and all segments since, say as much.
      const replaces = gone === newest && goneFromLog(left, 0) === undefined;
      assertEquals(found !== undefined, isNeeded && isAny && !replaces, `${left.join()} without ${gone}`);
      if (found !== undefined) refused++;
      if (found === undefined || gone === newest || gone === nameOf(1)) continue;
      assertEquals(found.name, gone);
    }
  }
  assertEquals(refused > 20, true);
});

Deno.test("goneFromLog() says what is gone, and how that is known", () => {
  const segments = [1, 2, 3].map((segment) => nameOf(segment));
  const checkpoint = nameOf(2, true);
  assertEquals(goneFromLog([nameOf(1), nameOf(3)], 0), { name: nameOf(2), because: `${nameOf(3)} is there` });
  assertEquals(goneFromLog([checkpoint], 0), { name: nameOf(2), because: `${checkpoint} is there` });
  assertEquals(goneFromLog([checkpoint, nameOf(3)], 0), { name: nameOf(2), because: `${nameOf(3)} is there` });
  assertEquals(goneFromLog(segments, 4), { name: nameOf(4) });
  const begun = (what: string, first: number) => ({
    name: `${what}, or a checkpoint in place of that,`,
    because: `${nameOf(first)} is there`,
  });
  assertEquals(goneFromLog([nameOf(2), nameOf(3)], 0), begun(nameOf(1), 2));
  assertEquals(goneFromLog([nameOf(3)], 0), begun(`${nameOf(1)} to ${nameOf(2)}`, 3));
});
