/**
 * Tests of a disk that fills up in mid-run: the run fails with the path and the reason, what was measured is kept, and
 * every shard still has a whole snapshot.
 *
 * The disk is a small tmpfs in a mount namespace of its own, which goes away with the processes in it, whatever happens
 * to the test. What kvlab leaves on it is copied out before that.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { missingFor } from "../engine/missing.ts";
import { leftOversIn, namesIn, snapshotsIn, temporaryDirectory } from "../run/files.ts";
import { assertCode, assertFailedInLoad, kvlab, linesOf, succeeds, testWhere } from "./kvlab.ts";

const FILES = 8;
/** All of the seed's keys as JSON take some 1.2 MB. */
const DISK_BYTES = 512 * 1024;

/** Root may mount where it is let; anyone else is root in a user namespace of their own, where there are such. */
const UNSHARE_FLAGS = [["--mount"], ["--mount", "--map-root-user"]];

/** The flags of `unshare` with which a tmpfs can be mounted, if any. */
async function usableUnshareFlags(): Promise<readonly string[] | undefined> {
  using directory = temporaryDirectory();
  for (const flags of UNSHARE_FLAGS) {
    const script = ["sh", "-c", 'mount -t tmpfs tmpfs "$0"', directory.path];
    if (await succeeds("unshare", [...flags, ...script])) return flags;
  }
  return undefined;
}

const unshareFlags = await usableUnshareFlags();
const missing = unshareFlags === undefined
  ? "no small tmpfs can be mounted here, neither as the user at hand nor in a user namespace"
  : undefined;

/**
 * Runs the program on the disk, first for a moment, so that there is something to lose, then until the disk is full;
 * then copies the disk. Its arguments: the disk's directory, two for the copies, and the program's command line.
 */
const SCRIPT = `
  disk=$1 first=$2 last=$3; shift 3
  mount -t tmpfs -o size=${DISK_BYTES} tmpfs "$disk" || exit 99
  "$@" --load-time-sec=0.2 || exit 98
  cp "$disk"/* "$first"
  "$@" --load-time-sec=60 --pattern=unthrottled
  code=$?
  cp "$disk"/* "$last"
  exit $code
`;

for (const policy of ["--queue-depth=64", "--write-period-us=200"]) {
  for (const serializer of ["json", "cbor"] as const) {
    testWhere(
      missing,
      `a full disk fails the run and leaves a whole snapshot of every shard, with ${policy} and ${serializer}`,
      async () => {
        using disk = temporaryDirectory();
        using first = temporaryDirectory();
        using last = temporaryDirectory();
        const script = ["sh", "-c", SCRIPT, "sh", disk.path, first.path, last.path];
        const ended = await kvlab(
          [
            "file",
            `--file-count=${FILES}`,
            policy,
            `--serializer=${serializer}`,
            `--output=${disk.path}`,
            "-t2",
            "--no-device-probe",
          ],
          { wrapper: ["unshare", ...unshareFlags ?? [], ...script] },
        );

        // Both runs say what they do; the first one's words and result come first.
        const lines = linesOf(ended.stderr);
        const secondRun = lines.findLastIndex((line) => line.includes("unthrottled pattern"));
        const failed = { ...ended, stderr: lines.slice(secondRun).join("\n") + "\n" };
        const line = assertFailedInLoad(failed, /No space left on device/);
        assertStringIncludes(line, `${disk.path}/shard-`);
        const [, measured = ""] = ended.stdout.split(/^(?=total_ops: )/m);
        assertMatch(measured, /^total_ops: [1-9]/);
        assertStringIncludes(measured.replaceAll(/\s+/g, " "), `failed ${line.replace("kvlab: ", "")}`);

        assertEquals(leftOversIn(last.path), []);
        const before = snapshotsIn(first.path, serializer);
        const after = snapshotsIn(last.path, serializer);
        assert(before.size > 0);
        assertEquals(after.size, FILES);
        for (const [shard, { version, entries }] of before) {
          const found = after.get(shard);
          assert(found !== undefined);
          assertGreaterOrEqual(found.version, version);
          for (const key of Object.keys(entries)) assert(key in found.entries, `${key} is lost`);
        }
        assert(totalBytes(last.path) > DISK_BYTES / 2, "the second run had written until the disk was full");
      },
    );
  }
}

/**
 * Runs the program with its temporary directory on the disk, until that is full; nothing of it may be left. Its
 * arguments: the disk's directory, and the program's command line.
 */
const ENGINE_SCRIPT = `
  disk=$1; shift
  mount -t tmpfs -o size=4m tmpfs "$disk" || exit 99
  TMPDIR=$disk "$@"
  code=$?
  [ -z "$(ls -A "$disk")" ] || exit 98
  exit $code
`;
const LOAD_OF_ENGINES = [
  "--threads=2",
  "--load-time-sec=60",
  "--pattern=unthrottled",
  "--keys=1M",
  "--no-preload",
  "--value-size=1000",
  "--format=json",
  "--quiet",
];
const SAID_BY_REDIS = "(Short write while|Error) writing to the AOF file: .*";

for (
  const [engine, reason] of [
    ["sqlite", "into DIR/store.sqlite: database or disk is full"],
    ["leveldb", "into DIR/leveldb: IO error: DIR/leveldb/\\w+.\\w+: No space left on device"],
    ["denokv", "into DIR/store.denokv: database or disk is full"],
    ["lmdb", "into DIR/store.lmdb: No space left on device but \\w+, and npm:lmdb does not survive it if .*"],
    ["lmdb --in-flight=8", "into DIR/store.lmdb: No space left on device but \\w+, and npm:lmdb does not .*"],
    [
      "rocksdb",
      "into DIR/rocksdb: IO error: No space left on device: .* DIR/rocksdb/\\w+.\\w+: No space left on device",
    ],
    [
      "redis --spawn --appendfsync=always",
      `(into|from) redis:\\S+: .*; the server in DIR has ended, .*: ${SAID_BY_REDIS}`,
    ],
    ["redis --spawn --appendfsync=no", `into redis:\\S+: MISCONF .*; the server in DIR says: ${SAID_BY_REDIS}`],
  ] as const
) {
  testWhere(
    missing ?? missingFor(engine),
    `a full disk under ${engine} is one line with its directory, costs nothing measured, and leaves nothing there`,
    async () => {
      using disk = temporaryDirectory();
      const ended = await kvlab([...LOAD_OF_ENGINES, ...engine.split(" ")], {
        wrapper: ["unshare", ...unshareFlags ?? [], "sh", "-c", ENGINE_SCRIPT, "sh", disk.path],
      });
      assertCode(ended, 1);
      const [line = "", ...more] = linesOf(ended.stderr).filter((line) => !line.startsWith("kvlab: warning: "));
      assertEquals(more, []);
      const told = reason.replaceAll("DIR", `${disk.path}/kvlab-run-\\w+`);
      assertMatch(line, new RegExp(`^kvlab: Cannot (put|get) ${told}$`));
      const result = JSON.parse(ended.stdout);
      assertEquals(`kvlab: ${result.failed}`, line);
      assertGreater(result.total_ops, 100);
    },
  );
}

function totalBytes(directory: string): number {
  return namesIn(directory).reduce((sum, name) => sum + Deno.statSync(`${directory}/${name}`).size, 0);
}
