/**
 * Tests of the device probe: what it measures, how long it takes, and that it leaves nothing.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { probeDevice } from "../../lib/directory/device_probe.ts";
import { ShardDirectory } from "../../lib/directory/directory.ts";
import { PersistError } from "../../lib/system/persist_error.ts";
import { filesIn, namesIn, TemporaryDirectory } from "../persist/fixtures.ts";
import { SmallDisk, whyNoSmallDisk } from "../system/small_disk.ts";

/** A clock that moves on by a step whenever it is looked at, instead of the real one. */
class SteppingClock implements Disposable {
  nowMs = 1000;
  readonly #real = performance.now;

  constructor(stepMs: number) {
    performance.now = () => this.nowMs += stepMs;
  }

  [Symbol.dispose](): void {
    performance.now = this.#real;
  }
}

/** The files of a probe. */
const PROBE_NAMES = ["kvlab-device-probe", "kvlab-device-probe.tmp"];

Deno.test("probeDevice() measures positive rates and leaves the directory as it was", () => {
  using directory = new TemporaryDirectory();
  Deno.writeTextFileSync(directory.join("shard-0000-of-0001.json"), "a user's");
  const before = filesIn(directory.path);
  const { writeBytes, ...rates } = probeDevice(directory.path, { budgetMs: 6 });
  assertEquals(writeBytes, 8192);
  for (const [name, rate] of Object.entries(rates)) assert(rate > 0 && Number.isFinite(rate), `${name}: ${rate}`);
  assertEquals(filesIn(directory.path), before);
});

Deno.test("probeDevice() gives each operation a third of its 200 ms, and counts per second", () => {
  using directory = new TemporaryDirectory();
  using clock = new SteppingClock(1);
  const startMs = clock.nowMs;
  assertEquals(probeDevice(directory.path, { writeBytes: 100 }), {
    writesPerSec: 1000,
    fsyncsPerSec: 1000,
    renamesPerSec: 1000,
    writeBytes: 100,
  });
  const tookMs = clock.nowMs - startMs;
  assertGreater(tookMs, 195);
  assertLess(tookMs, 207);
});

Deno.test("probeDevice() does each operation once when the device is slower than the budget", () => {
  using directory = new TemporaryDirectory();
  using clock = new SteppingClock(500);
  const startMs = clock.nowMs;
  const { writesPerSec, fsyncsPerSec, renamesPerSec } = probeDevice(directory.path);
  assertEquals([writesPerSec, fsyncsPerSec, renamesPerSec], [2, 2, 2]);
  assertEquals(clock.nowMs - startMs, 7 * 500, "one look at the start, and two for each operation");
});

Deno.test("probeDevice() names the path when the directory is missing", () => {
  using directory = new TemporaryDirectory();
  const missing = directory.join("missing");
  const error = assertThrows(() => probeDevice(missing), PersistError);
  assertEquals(error.message, `Cannot create ${missing}/kvlab-device-probe: No such file or directory (os error 2)`);
});

Deno.test("probeDevice() leaves alone a file of the same name that it did not make", () => {
  using directory = new TemporaryDirectory();
  const path = directory.join("kvlab-device-probe");
  Deno.writeTextFileSync(path, "another's");
  assertThrows(() => probeDevice(directory.path, { budgetMs: 1 }), PersistError, path);
  assertEquals(Deno.readTextFileSync(path), "another's");
});

Deno.test("probeDevice() removes its file when it cannot write the one that replaces it", () => {
  using directory = new TemporaryDirectory();
  Deno.mkdirSync(directory.join("kvlab-device-probe.tmp"));
  assertThrows(() => probeDevice(directory.path, { budgetMs: 1 }), PersistError, "kvlab-device-probe.tmp");
  assertEquals(namesIn(directory.path), ["kvlab-device-probe.tmp"]);
});

const noSmallDisk = whyNoSmallDisk();

Deno.test({
  name: "probeDevice() names the path and leaves nothing when the disk is full" +
    (noSmallDisk === undefined ? "" : ` [IGNORED: ${noSmallDisk}]`),
  ignore: noSmallDisk !== undefined,
  fn() {
    using disk = new SmallDisk();
    const error = assertThrows(() => probeDevice(disk.path, { writeBytes: 2 * SmallDisk.SIZE }), PersistError);
    assertEquals(error.message, `Cannot write ${disk.path}/kvlab-device-probe: No space left on device (os error 28)`);
    assertEquals(namesIn(disk.path), []);
  },
});

Deno.test("ShardDirectory.open() removes what a killed probe left, and nothing that is only called alike", () => {
  using directory = new TemporaryDirectory();
  const others = ["device-probe", "device-probe.tmp", "kvlab-device-probe.json"];
  for (const name of [...PROBE_NAMES, ...others]) Deno.writeTextFileSync(directory.join(name), "");
  ShardDirectory.open({ path: directory.path, layout: "snapshot", files: 1, serializer: "json" }).close();
  assertEquals(namesIn(directory.path), ["LOCK", ...others]);
});
