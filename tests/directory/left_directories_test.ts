/**
 * Tests of the directories that killed runs left behind: those that hold nothing but what a run writes are removed, and
 * no others.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { SERIALIZER_NAMES } from "../../lib/codec/codec.ts";
import { LAYOUT_NAMES, layoutOf } from "../../lib/persist/layout/layouts.ts";
import { removeLeftDirectories, RUN_PREFIX } from "../../lib/directory/left_directories.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";

/** The names of files of every layout, as each lists them. */
const STORE_NAMES = LAYOUT_NAMES.flatMap((layout) =>
  SERIALIZER_NAMES.flatMap((serializer) =>
    layoutOf(layout).names({ layout, files: 16, serializer, blockBytes: 4096 }, 3)
  )
);

const OURS = [
  "LOCK",
  "kvlab-device-probe",
  "kvlab-device-probe.tmp",
  `kvlab-probe-${crypto.randomUUID()}`,
  ...STORE_NAMES.flatMap((name) => [
    name,
    `${name}.tmp`,
    `${name}.corrupt-20260729T010203.004Z`,
    `${name}.corrupt-20260729T010203.004Z-1`,
  ]),
];

const LONG_AGO = new Date(Date.now() - 3_600_000);

/** Makes a run's directory with these files, as a process that is no more has left it. */
function leave(parent: string, id: string, names: readonly string[]): string {
  const path = `${parent}/${RUN_PREFIX}${id}`;
  Deno.mkdirSync(path);
  for (const name of ["LOCK", ...names]) Deno.writeTextFileSync(`${path}/${name}`, "");
  Deno.utimeSync(path, LONG_AGO, LONG_AGO);
  return path;
}

Deno.test("removeLeftDirectories() removes a directory with any file that a run leaves", () => {
  using parent = temporaryDirectory();
  for (const [i, name] of OURS.entries()) leave(parent.path, String(i), [name]);
  leave(parent.path, "all", OURS);
  const own = leave(parent.path, "own", []);
  removeLeftDirectories(own);
  assertEquals(namesIn(parent.path), [`${RUN_PREFIX}own`]);
});

Deno.test("removeLeftDirectories() leaves what a run does not write, what is new, and what is locked", () => {
  using parent = temporaryDirectory();
  const own = leave(parent.path, "own", []);
  leave(parent.path, "notes", ["notes.txt"]);
  leave(parent.path, "corrupt", ["notes.corrupt-20260729T010203.004Z"]);
  const fresh = leave(parent.path, "fresh", []);
  Deno.utimeSync(fresh, new Date(), new Date());
  using lock = Deno.openSync(`${leave(parent.path, "locked", [])}/LOCK`, { write: true });
  lock.lockSync(true);
  const before = namesIn(parent.path);
  removeLeftDirectories(own);
  assertEquals(namesIn(parent.path), before);
});
