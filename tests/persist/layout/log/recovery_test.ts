/**
 * Tests of what is recovered from logs: all of a sound one; of a torn or damaged one what is sound up to there, and
 * never in silence less than all.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertRejects, assertStringIncludes } from "@std/assert";
import { connectShared } from "../../../backend/shared.ts";
import type { FileBackendOptions } from "../../../../lib/backend/backend.ts";
import { prepareFiles } from "../../../../lib/backend/prepare.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../../../lib/codec/codec.ts";
import { attachPersistence } from "../../../../lib/persist/persistence.ts";
import { PersistError } from "../../../../lib/system/persist_error.ts";
import { PaddedBytes } from "../../../../lib/store/padded_bytes.ts";
import { Abort } from "../../../../lib/sync/abort.ts";
import { Clock } from "../../../../lib/sync/clock.ts";
import { isFull } from "../../../campaign/campaign.ts";
import { namesIn, temporaryDirectory } from "../../../run/files.ts";

const KEYS = { keyCount: 64, keyLengthMax: 8, valueLengthMax: 40 };

function optionsOf(output: string, serializer: SerializerName, change: Partial<FileBackendOptions> = {}) {
  return {
    kind: "file",
    output,
    fileCount: 1,
    serializer,
    policy: { kind: "commit", commitDelayUs: 0 },
    layout: { kind: "log", logBytes: 2 ** 16, pendingBytes: 2 ** 20 },
    sync: "none",
    ...change,
  } as const satisfies FileBackendOptions;
}

/** A put, or a delete, which has no value. */
type Write = readonly [key: string, value: string | null];

async function open(options: FileBackendOptions) {
  return await prepareFiles(options, KEYS, { abort: Abort.create(), clock: Clock.create(), threads: 1 });
}

/**
 * Puts one after the other, each committed before the next, and lets go of the directory as a kill would: undrained.
 */
async function putAll(options: FileBackendOptions, puts: readonly Write[], maintain = false) {
  const files = await open(options);
  const backend = connectShared(files.handle, 0);
  const fileWorker = attachPersistence(files.persistence, 0);
  for (const [key, value] of puts) {
    if (value === null) backend.delete(PaddedBytes.of(key));
    else backend.put(PaddedBytes.of(key), PaddedBytes.of(value));
    while (maintain && fileWorker.writer.maintain());
  }
  const { checkpoints } = files.writeMeter.totals;
  files.directory.close();
  return { checkpoints };
}

/** What a run would find, and what it would say about that. */
async function recover(options: FileBackendOptions) {
  const { store, directory, filesSetAside, filesTorn } = await open(options);
  directory.close();
  const values: Record<string, string> = {};
  for (let n = 0; n < KEYS.keyCount; n++) {
    const value = store.getString(`k${n}`);
    if (value !== undefined) values[`k${n}`] = value;
  }
  return { values, told: filesSetAside.length + filesTorn.length, setAside: filesSetAside.length };
}

/** Puts on five keys, two of which are then deleted. */
const PUTS = Array.from({ length: 9 }, (_, i): Write => [`k${i % 5}`, i === 6 || i === 7 ? null : `value ${i} "é`]);

/** What the first so many puts leave. */
function after(puts: readonly Write[], count: number): Record<string, string> {
  const values = new Map(puts.slice(0, count));
  return Object.fromEntries([...values].flatMap(([key, value]) => value === null ? [] : [[key, value]]));
}

/** How many of the puts are there; the values must be those that the first so many leave. */
function prefixOf(values: Record<string, string>, puts: readonly Write[], what: string): number {
  for (let count = puts.length; count >= 0; count--) {
    if (JSON.stringify(sorted(values)) === JSON.stringify(sorted(after(puts, count)))) return count;
  }
  throw new Error(`${what}: ${JSON.stringify(values)} is what no number of puts leaves`);
}

function sorted(values: Record<string, string>): [string, string][] {
  return Object.entries(values).sort(([a], [b]) => a < b ? -1 : 1);
}

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`a log in ${serializer} gives back what was committed, again and again`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer);
    for (let round = 1; round <= 4; round++) {
      const puts = PUTS.map(([key, value]): Write => [key, value && `${value} ${round}`]);
      await putAll(options, puts);
      assertEquals(await recover(options), { values: after(puts, puts.length), told: 0, setAside: 0 });
    }
  });

  Deno.test(`a log in ${serializer} writes checkpoints, drops what they hold, and loses nothing`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer);
    const text = "x".repeat(30);
    const puts = Array.from(
      { length: 6_000 },
      (_, i): Write => [`k${i * 7 % 64}`, i % 600 === 599 ? null : `${text} ${i}`],
    );
    const { checkpoints } = await putAll(options, puts, true);
    assertGreater(checkpoints, 1);
    assertEquals(await recover(options), { values: after(puts, puts.length), told: 0, setAside: 0 });
    const names = namesIn(directory.path).filter((name) => name !== "LOCK");
    assert(names.length <= 6, `old segments and checkpoints are still there: ${names.join(", ")}`);
  });

  Deno.test(`a log in ${serializer} that is cut short anywhere gives back a prefix of its puts, and says that it is one`, async () => {
    using directory = temporaryDirectory();
    await eachDamage(directory.path, serializer, (bytes, used) => {
      const step = isFull() ? 1 : 9;
      return Array.from({ length: Math.ceil(used / step) }, (_, i) => bytes.subarray(0, i * step));
    });
  });

  Deno.test(`a log in ${serializer} with any bit flipped gives back a prefix of its puts, and says that it is one`, async () => {
    using directory = temporaryDirectory();
    await eachDamage(directory.path, serializer, function* (bytes, used) {
      const step = isFull() ? 1 : 61;
      for (let bit = 0; bit < 8 * used; bit += step) {
        const flipped = bytes.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        yield flipped;
      }
    });
  });

  Deno.test(`a log in ${serializer} with a bad record before sound ones sets them aside, and keeps what is before`, async () => {
    using directory = temporaryDirectory();
    const options = optionsOf(directory.path, serializer);
    await putAll(options, PUTS);
    const [name = ""] = namesIn(directory.path).filter((name) => name.startsWith("log-"));
    const path = `${directory.path}/${name}`;
    const bytes = Deno.readFileSync(path);
    const at = lastIndexOf(bytes, new TextEncoder().encode("value 4"));
    bytes[at]! ^= 1;
    Deno.writeFileSync(path, bytes);
    const recovered = await recover(options);
    assertEquals(recovered.values, after(PUTS, 4));
    assertEquals(recovered.setAside, 1);
    assert(namesIn(directory.path).some((other) => other.startsWith(`${name}.corrupt-`)));
    // What was kept is still there without what was set aside, and puts go on from it.
    const more = [["k9", "more"]] as const;
    await putAll(options, more);
    assertEquals(await recover(options), { values: { ...after(PUTS, 4), k9: "more" }, told: 0, setAside: 0 });
  });
}

for (const serializer of SERIALIZER_NAMES) {
  Deno.test(`a checkpoint in ${serializer} that is damaged anywhere never gives less than all in silence`, async () => {
    using directory = temporaryDirectory();
    const template = `${directory.path}/template`;
    // So many logs that each has one shard, and its checkpoint few bytes.
    const change = { fileCount: 256 } as const;
    await preload(optionsOf(template, serializer, change));
    await putAll(optionsOf(template, serializer, change), PUTS);
    const names = namesIn(template).filter((name) => name.startsWith("log-"));
    const name = names.find((name) => name.includes("checkpoint")) ?? "";
    const bytes = Deno.readFileSync(`${template}/${name}`);
    const whole = { ...PRELOADED, ...after(PUTS, PUTS.length) };
    let turn = 0, lost = 0;
    for (const damaged of damagesOf(bytes)) {
      const output = `${directory.path}/${turn++}`;
      Deno.mkdirSync(output);
      for (const other of names) Deno.copyFileSync(`${template}/${other}`, `${output}/${other}`);
      Deno.removeSync(`${output}/${name}`);
      Deno.writeFileSync(`${output}/${name}`, damaged);
      const options = optionsOf(output, serializer, change);
      const what = `${serializer}, damage ${turn} of ${name}`;
      const { values, told } = await recover(options);
      for (const [key, value] of Object.entries(values)) assertEquals(value, whole[key] ?? PRELOADED[key], what);
      if (Object.keys(values).length < Object.keys(whole).length) {
        assertGreater(told, 0, `${what}: something is lost, and nothing is said`);
        lost++;
      }
      assertEquals(await recover(options), { values, told: 0, setAside: 0 }, what);
      Deno.removeSync(output, { recursive: true });
    }
    assertGreater(lost, 0);
  });
}

/** What is in the store before anyone puts. */
const PRELOADED: Record<string, string> = Object.fromEntries(
  Array.from({ length: 12 }, (_, i) => [`k${10 + i}`, `old ${i}`]),
);

/** Puts straight into the store, and has that written as a preload is: as checkpoints. */
async function preload(options: FileBackendOptions): Promise<void> {
  const files = await open(options);
  for (const [key, value] of Object.entries(PRELOADED)) files.store.putString(key, value);
  attachPersistence(files.persistence, 0).writer.rewriteStaleFiles();
  files.directory.close();
}

/** The bytes cut off, and with a bit flipped, here and there; in full everywhere. */
function* damagesOf(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  const [cutStep, bitStep] = isFull() ? [1, 1] : [17, 101];
  for (let length = 0; length < bytes.length; length += cutStep) yield bytes.slice(0, length);
  for (let bit = 0; bit < 8 * bytes.length; bit += bitStep) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield flipped;
  }
}

/** Opens a log in each of its damaged forms. */
async function eachDamage(
  path: string,
  serializer: SerializerName,
  damage: (bytes: Uint8Array<ArrayBuffer>, used: number) => Iterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const template = `${path}/template`;
  await putAll(optionsOf(template, serializer), PUTS);
  const names = namesIn(template).filter((name) => name.startsWith("log-"));
  const [name = ""] = names;
  const bytes = Deno.readFileSync(`${template}/${name}`);
  const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
  assertGreater(used, 200);
  const ends = await recordEnds(path, serializer);
  let turn = 0, partial = 0;
  for (const damaged of damage(bytes, used)) {
    const output = `${path}/${turn++}`;
    Deno.mkdirSync(output);
    for (const other of names) Deno.copyFileSync(`${template}/${other}`, `${output}/${other}`);
    Deno.writeFileSync(`${output}/${name}`, damaged);
    const options = optionsOf(output, serializer);
    const what = `${serializer}, damage ${turn}`;
    const { values, told } = await recover(options);
    const count = prefixOf(values, PUTS, what);
    // A log that ends just behind a record is a shorter one, and a sound one.
    const isShorter = damaged.length < used && ends.some((end) => end <= damaged.length && damaged.length < end + 4);
    if (count < PUTS.length && !isShorter) assertGreater(told, 0, `${what}: ${count} puts, and nothing is said`);
    if (count < PUTS.length) partial++;
    // What was found is found again, with nothing more to say.
    assertEquals(await recover(options), { values, told: 0, setAside: 0 }, what);
    Deno.removeSync(output, { recursive: true });
  }
  assertGreater(partial, 0);
}

/** Where a log of so many of the puts ends, from none on; and an empty file does. */
async function recordEnds(path: string, serializer: SerializerName): Promise<number[]> {
  const ends = [0];
  for (let count = 1; count < PUTS.length; count++) {
    const output = `${path}/first-${count}`;
    await putAll(optionsOf(output, serializer), PUTS.slice(0, count));
    const [name = ""] = namesIn(output).filter((name) => name.startsWith("log-"));
    ends.push(Deno.readFileSync(`${output}/${name}`).findLastIndex((byte) => byte !== 0) + 1);
  }
  return ends;
}

function lastIndexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = bytes.length - part.length; at >= 0; at--) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  throw new Error("It is not there");
}

Deno.test("a directory of another layout, number or serializer is refused with the flags that match", async () => {
  using directory = temporaryDirectory();
  const logs = optionsOf(`${directory.path}/logs`, "json");
  const snapshots = optionsOf(`${directory.path}/snapshots`, "json", {
    layout: { kind: "snapshot", replace: "rename" },
  });
  for (const options of [logs, snapshots]) await putAll(options, PUTS);
  const wrong: readonly (readonly [FileBackendOptions, string])[] = [
    [{ ...snapshots, output: logs.output }, "--layout=log"],
    [{ ...logs, output: snapshots.output }, "--layout=snapshot"],
    [{ ...logs, fileCount: 2 }, "--file-count=1"],
    [{ ...logs, serializer: "cbor" }, "--serializer=json"],
  ];
  for (const [options, flag] of wrong) {
    const before = namesIn(options.output!);
    const error = await assertRejects(() => open(options), PersistError);
    assertStringIncludes(error.message, flag);
    assertEquals(namesIn(options.output!), before);
  }
});
