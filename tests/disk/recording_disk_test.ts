/**
 * Tests of the disk: what is synced is in every state from then on, what is not may be missing, and nothing of the disk
 * is left when it is closed, whatever has happened to it.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { FILE_SYSTEM_NAMES, type FileSystemName } from "../../lib/disk/file_system.ts";
import { whyNoDisk } from "./no_disk.ts";
import { arrivalAt, type DiskState, type Recording } from "../../lib/disk/recording.ts";
import { RecordingDisk } from "../../lib/disk/recording_disk.ts";
import { sharedNowMs } from "../../lib/sync/shared_time.ts";
import { testWhere } from "../main/kvlab.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";

const BYTES = 512 << 20;
/** How long unsynced data may take to the disk, in milliseconds: far less than the system's half minute. */
const HURRIED_MS_MAX = 10_000;

interface Made extends AsyncDisposable {
  readonly disk: RecordingDisk;
  readonly directory: string;
}

async function make(name: FileSystemName, options?: string): Promise<Made> {
  const directory = temporaryDirectory();
  const fileSystem = { name, ...(options === undefined ? {} : { options }) };
  const disk = await RecordingDisk.make({ directory: directory.path, bytes: BYTES, fileSystem });
  return {
    disk,
    directory: directory.path,
    [Symbol.asyncDispose]: async () => {
      await disk.close();
      assertEquals(leftOf(directory.path), { mounts: [], devices: [], files: [], processes: [] });
      directory[Symbol.dispose]();
    },
  };
}

/** What there still is of a disk. */
function leftOf(directory: string) {
  const mounts = Deno.readTextFileSync("/proc/self/mounts").split("\n").filter((line) => line.includes(directory));
  const devices = namesIn("/sys/block").filter((name) => {
    try {
      return Deno.readTextFileSync(`/sys/block/${name}/loop/backing_file`).includes(directory);
    } catch {
      return false;
    }
  });
  return { mounts, devices, files: namesIn(directory), processes: serversOf(directory) };
}

/** The processes that serve a disk in the directory. */
function serversOf(directory: string): number[] {
  return namesIn("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const args = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
      return args.includes("disk-server") && args.some((arg) => arg.includes(`${directory}/`));
    } catch {
      return false;
    }
  });
}

/** Writes a file, and syncs it and the directory if asked. */
function write(disk: RecordingDisk, name: string, { synced }: { synced: boolean }): void {
  using file = Deno.openSync(`${disk.path}/${name}`, { write: true, create: true });
  file.writeSync(new TextEncoder().encode(name.repeat(1000)));
  if (!synced) return;
  file.syncSync();
  using directory = Deno.openSync(disk.path);
  directory.syncSync();
}

/** The names of the files that are whole in a state. */
async function wholeIn(disk: RecordingDisk, recording: Recording, state: Omit<DiskState, "kind">): Promise<string[]> {
  await disk.set(recording, { kind: "test", ...state });
  await disk.mount();
  const names = namesIn(disk.path).filter((name) => {
    const info = Deno.statSync(`${disk.path}/${name}`);
    return info.isFile && Deno.readTextFileSync(`${disk.path}/${name}`) === name.repeat(1000);
  });
  await disk.unmount();
  return names.sort();
}

for (const name of FILE_SYSTEM_NAMES) {
  testWhere(
    whyNoDisk(name),
    `a disk with ${name} keeps what was synced in every state, and may lose the rest`,
    async () => {
      await using made = await make(name);
      const { disk } = made;
      await disk.record();
      await disk.mount();
      write(disk, "one", { synced: true });
      const oneAtMs = sharedNowMs();
      write(disk, "two", { synced: true });
      const twoAtMs = sharedNowMs();
      write(disk, "three", { synced: false });
      await disk.end();
      await disk.unmount();
      const recording = await disk.take();
      const { events } = recording;
      assertGreater(events.filter(({ kind }) => kind === "flush").length, 1);
      assertEquals(events.map(({ atMs }) => atMs), events.map(({ atMs }) => atMs).toSorted((a, b) => a - b));

      const momentAt = (atMs: number) => events.filter((event) => event.atMs < atMs).length;
      assert(arrivalAt(recording, momentAt(oneAtMs)).atMs >= oneAtMs);
      assertEquals(await wholeIn(disk, recording, { moment: 0, kept: [] }), []);
      assertEquals(await wholeIn(disk, recording, { moment: momentAt(oneAtMs), kept: [] }), ["one"]);
      assertEquals(await wholeIn(disk, recording, { moment: momentAt(twoAtMs), kept: [] }), ["one", "two"]);
      assertEquals(await wholeIn(disk, recording, { moment: events.length, kept: [] }), ["one", "two"]);

      // A recording upon a state, and back.
      await disk.set(recording, { kind: "test", moment: momentAt(oneAtMs), kept: [] });
      await disk.record();
      await disk.mount();
      write(disk, "four", { synced: true });
      await disk.end();
      await disk.unmount();
      const second = await disk.take();
      assertEquals(await wholeIn(disk, second, { moment: second.events.length, kept: [] }), ["four", "one"]);
      assertEquals(await wholeIn(disk, second, { moment: 0, kept: [] }), ["one"]);
      await disk.forget();
      assertEquals(await wholeIn(disk, recording, { moment: events.length, kept: [] }), ["one", "two"]);

      // What is settled is there for good.
      await disk.settle();
      await disk.record();
      assertEquals(await wholeIn(disk, await disk.take(), { moment: 0, kept: [] }), ["one", "two"]);
    },
  );
}

testWhere(whyNoDisk("ext4"), "a hurried disk is given soon what nobody syncs", async () => {
  await using made = await make("ext4");
  const { disk } = made;
  await disk.record();
  await disk.mount();
  await disk.hurry(true);
  const startedAtMs = performance.now();
  let written = 0;
  Deno.mkdirSync(`${disk.path}/in`);
  Deno.writeFileSync(`${disk.path}/in/one`, new Uint8Array(5000).fill(1));
  while (written === 0) {
    assert(performance.now() - startedAtMs < HURRIED_MS_MAX, "nothing has reached the disk");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { events } = await disk.take();
    const hasData = (data: Uint8Array) => data.subarray(0, 4096).every((byte) => byte === 1);
    written = events.filter((event) => event.kind === "write" && hasData(event.data)).length;
  }
  await disk.hurry(false);
});

testWhere(whyNoDisk("ext4"), "a recording ends with the write that it is told to end with", async () => {
  await using made = await make("ext4");
  const { disk } = made;
  await disk.record();
  await disk.mount();
  const ended = disk.endAfter(3);
  write(disk, "one", { synced: true });
  write(disk, "two", { synced: true });
  await ended;
  await disk.unmount();
  const { events, end } = await disk.take();
  const writes = events.filter(({ kind }) => kind === "write");
  assertGreater(writes.length, 2);
  assertEquals(events.at(-1), writes.at(-1));
  assert(end.atMs >= (events.at(-1)?.atMs ?? Infinity));
});

testWhere(whyNoDisk("ext4"), "a disk that cannot be mounted says why, and nothing is left of it", async () => {
  await using made = await make("ext4", "no-such-option");
  await assertRejects(() => made.disk.mount(), Error, "with commit=1,no-such-option");
});

for (const name of ["ext4", "xfs"] as const) {
  testWhere(
    whyNoDisk(name),
    `a state of ${name} that another mount namespace keeps mounted hides no other`,
    async () => {
      await using made = await make(name);
      const { disk } = made;
      await disk.record();
      await disk.mount();
      write(disk, "one", { synced: true });
      const namespace = new Deno.Command("unshare", { args: ["--mount", "cat"], stdin: "piped", stdout: "piped" })
        .spawn();
      const input = namespace.stdin.getWriter();
      // It has its mounts once it answers.
      await input.write(new TextEncoder().encode("x"));
      await namespace.stdout.getReader().read();
      await disk.end();
      await disk.unmount();
      const recording = await disk.take();
      assertEquals(await wholeIn(disk, recording, { moment: 0, kept: [] }), []);
      assertEquals(await wholeIn(disk, recording, { moment: recording.events.length, kept: [] }), ["one"]);
      await input.close();
      await namespace.status;
    },
  );
}

testWhere(whyNoDisk("ext4"), "nothing is left of a disk of which the server has been killed", async () => {
  await using made = await make("ext4");
  const { disk, directory } = made;
  await disk.record();
  await disk.mount();
  write(disk, "one", { synced: true });
  const [server] = serversOf(directory);
  assert(server !== undefined);
  Deno.kill(server, "SIGKILL");
  await assertRejects(() => disk.end(), Error, "The process that served the disk has ended");
});
