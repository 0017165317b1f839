/**
 * Tests of the commands beside a run: what each valid form means, and the one line that each wrong one gets.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  BACKEND_NAMES,
  COMMAND_WORDS,
  type CommandName,
  COMMANDS,
  FLAG_LIST,
  flagsTakenBy,
  SWITCH_LIST,
  takersOf,
  takes,
} from "../../lib/command/commands.ts";
import type { FileBackendOptions } from "../../lib/backend/backend.ts";
import type { CrashCommand } from "../../lib/command/command.ts";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { listNames } from "../../lib/option/wording.ts";
import { NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { PRESETS } from "../../lib/load/workload.ts";
import { assertCommand, assertRefused, DEFAULTS } from "./command_lines.ts";

const FILE = "file --file-count=128 --flush-period-us=50000";
const BACKEND: FileBackendOptions = {
  kind: "file",
  fileCount: 128,
  serializer: "json",
  policy: { kind: "periodic", flushPeriodUs: 50_000 },
  layout: { kind: "snapshot", replace: "rename" },
  sync: "none",
};

const CRASH: CrashCommand = {
  kind: "crash",
  kills: 20,
  cut: "process",
  options: {
    threads: 8,
    loadTimeMs: 1000,
    workload: NUMBERED_SEED_MIX,
    pattern: "consistent",
    seed: 42,
    backend: BACKEND,
  },
  format: "text",
  quiet: false,
};

Deno.test("parseCommand() reads crash with the load of a run, flags anywhere", () => {
  assertCommand(`crash ${FILE}`, CRASH);
  assertCommand(`crash --kills=3 ${FILE} --format=json`, { ...CRASH, kills: 3, format: "json" });
  assertCommand(`--kills 1 crash ${FILE}`, { ...CRASH, kills: 1 });
  const power = { fileSystem: "ext4", states: 20 } as const;
  assertCommand(`crash --cut=power ${FILE}`, { ...CRASH, cut: "power", power });
  assertCommand(`crash --cut=power --states=7 --filesystem=xfs --mount-options=nouuid,ro --keep=dir ${FILE}`, {
    ...CRASH,
    cut: "power",
    power: { fileSystem: "xfs", states: 7, mountOptions: "nouuid,ro", keep: "dir" },
  });
  assertCommand(`crash --cut=none ${FILE}`, { ...CRASH, cut: "none" });
  assertCommand(`crash ${FILE} --quiet`, { ...CRASH, quiet: true });
  assertCommand(`crash ${FILE} --kills=1000000`, { ...CRASH, kills: 1_000_000 });
  const { options } = CRASH;
  assertCommand(`crash --load-time-sec=10 ${FILE}`, { ...CRASH, options: { ...options, loadTimeMs: 10_000 } });
  assertCommand(`crash -t2 --load-time-sec=0.5 --pattern=bursty --seed=7 ${FILE} --replace=alternate --output=dir`, {
    ...CRASH,
    options: {
      ...options,
      threads: 2,
      loadTimeMs: 500,
      pattern: "bursty",
      seed: 7,
      backend: { ...BACKEND, layout: { kind: "snapshot", replace: "alternate" }, output: "dir" },
    },
  });
});

Deno.test("parseCommand() reads crash with the workload of a run", () => {
  const { options } = CRASH;
  const mix = { ...NUMBERED_SEED_MIX, keyBytes: 16, valueBytesMin: 100, valueBytesMax: 100 };
  const large = { ...mix, keyCount: 1_000_000, keyCountMax: 1_000_000 };
  assertCommand(`crash --keys=1M ${FILE}`, { ...CRASH, options: { ...options, workload: large } });
  const a = { ...mix, name: "a", ...PRESETS.a, keyBytes: 20, valueBytesMin: 23, valueBytesMax: 64 } as const;
  assertCommand(`crash --workload=a ${FILE} --key-size=20B --value-size=23-64`, {
    ...CRASH,
    options: { ...options, workload: a },
  });
  const open = { pattern: "unthrottled", ratePerSec: 5000 } as const;
  assertCommand(`crash --rate=5k ${FILE}`, { ...CRASH, options: { ...options, ...open } });
  const compressible = { ...mix, compressible: 0.5 };
  assertCommand(`crash --compressible=0.5 ${FILE}`, { ...CRASH, options: { ...options, workload: compressible } });
  const uneven = { ...mix, distribution: "zipfian", zipfTheta: 0.5, preload: true } as const;
  assertCommand(`crash --distribution=zipfian --zipf-theta=0.5 --preload ${FILE}`, {
    ...CRASH,
    options: { ...options, workload: uneven },
  });
});

Deno.test("parseCommand() refuses a workload of which a crash can show nothing", () => {
  const told = "--value-size must be at least 23B with crash, where each value identifies its put, got";
  assertRefused(`crash --value-size=22B ${FILE}`, `${told} 22B`);
  assertRefused(`crash --value-size=8-64 ${FILE}`, `${told} 8B`);
  assertRefused(`crash --workload=c ${FILE}`, "crash needs puts that it can lose, got workload c, which only reads");
  assertRefused(
    `crash --read-ratio=1 ${FILE}`,
    "crash needs puts that it can lose, got workload seed, which only reads",
  );
  assertRefused(
    `crash -t8 --keys=7 ${FILE}`,
    "--keys must be at least --threads (8) with crash, where each key belongs to one thread, got 7",
  );
  assertRefused(
    "crash --keys=1G file --file-count=128 --queue-depth=1",
    '--keys must be a count from 1 to 1000000000, such as 65536, 10k or 1M (k: thousands, M: millions), got "1G"',
  );
});

Deno.test("parseCommand() refuses a crash that it cannot be", () => {
  const kills = "--kills must be a whole number from 1 to 1000000, got";
  assertRefused(`crash --kills=0 ${FILE}`, `${kills} "0"`);
  assertRefused(`crash --kills=1000001 ${FILE}`, `${kills} "1000001"`);
  assertRefused(`crash --kills=-1 ${FILE}`, `${kills} "-1"`);
  assertRefused(`crash ${FILE} --kills`, "--kills needs a value, must be a whole number from 1 to 1000000");
  const survivors = listNames(BACKEND_NAMES.filter((name) => name !== "memory"));
  assertRefused("crash", `crash needs a backend, must be ${survivors}`);
  assertRefused("crash memory", `crash needs ${survivors}, got memory: nothing of it survives a crash`);
  assertRefused("crash fiel", `unknown backend "fiel", must be ${survivors} (did you mean file?)`);
  assertRefused(
    "crash --cut=power sqlite --output=dir",
    "--cut=power puts the files on a disk of their own, and takes no --output",
  );
  assertRefused(
    "crash --cut=power lmdb --sync-mode=no-sync",
    "--cut=power takes no lmdb with --sync-mode=no-sync, after which reading the database may kill whoever reads it",
  );
  for (const given of ["--sync=data", "--manual-wal-flush=true", "--wal-bytes-per-sync=1MiB"]) {
    const about = "is about the write-ahead log, which --disable-wal=true leaves out";
    assertRefused(`rocksdb --disable-wal=true ${given}`, `${given.replace("=1MiB", "")} ${about}`);
  }
  assertRefused(
    "crash --cut=power redis --spawn --cluster=3x1",
    "--cut=power needs a store that fails as a whole, got a cluster, whose replicas take over",
  );
  assertRefused("crash --states=9 sqlite", "--states needs --cut=power, got --cut=process");
  assertRefused("crash --cut=none --filesystem=xfs sqlite", "--filesystem needs --cut=power, got --cut=none");
  assertRefused("crash --cut=power --states=0 sqlite", '--states must be a whole number from 1 to 1000000, got "0"');
  assertRefused(
    "crash --cut=power --filesystem=ext2 sqlite",
    '--filesystem must be ext4, xfs or btrfs, got "ext2" (did you mean ext4?)',
  );
  assertRefused(
    "crash --cut=none redis --spawn",
    "--cut=none needs a backend that ends with kvlab, got redis, whose server is killed at the end",
  );
  assertRefused(
    "crash --cut=power redis --url=redis://127.0.0.1",
    "crash kills only servers that it has started, must be --spawn, got --url",
  );
  assertRefused(
    "crash leveldb --threads=100 --in-flight=1000",
    "--threads times --in-flight must be at most 10000 with crash, which numbers them, got 100000",
  );
  assertRefused(
    "crash leveldb --threads=2 --in-flight=8 --keys=15",
    "--keys must be at least --threads times --in-flight (16) with crash, got 15",
  );
  assertRefused("crash file memory", "two backends given, file and memory, must be one");
  assertRefused("crash file x", 'unexpected argument "x" beside the backend file');
  assertRefused("crash file --file-count=3 -- x", 'unexpected "x" after "--", nothing may follow it');
  assertRefused("crash file", "the file backend needs --file-count=N, a whole number from 1 to 65536");
  assertRefused(`crash ${FILE} --force-read`, "crash takes no --force-read, which goes with inspect or export");
  assertRefused(`crash ${FILE} --format=csv`, '--format must be text or json, got "csv"');
  assertRefused(`crash --kill=3 ${FILE}`, 'unknown flag "--kill" (did you mean --kills?)');
});

Deno.test("parseCommand() reads inspect and export, flags anywhere", () => {
  const inspect = { kind: "inspect", directory: "some/dir", forceRead: false, format: "text" } as const;
  assertCommand("inspect some/dir", inspect);
  assertCommand("inspect some/dir --format=json", { ...inspect, format: "json" });
  assertCommand("--format text inspect some/dir", inspect);
  const forms = ["inspect some/dir --force-read", "inspect --force-read some/dir", "--force-read inspect some/dir"];
  for (const form of forms) assertCommand(form, { ...inspect, forceRead: true });

  const whole = { kind: "export", directory: "some/dir", forceRead: false, format: "json" } as const;
  assertCommand("export some/dir", whole);
  assertCommand("export --force-read some/dir --format=cbor", { ...whole, forceRead: true, format: "cbor" });
  for (const directory of ["memory", "inspect", " ", "é\n", "a=b", "__proto__", "-"]) {
    assertEquals(parseCommand(["export", directory], DEFAULTS), { ...whole, directory });
  }
});

Deno.test("parseCommand() refuses an inspect or export that it cannot be", () => {
  for (const command of ["inspect", "export"]) {
    assertRefused(command, `${command} needs a directory: kvlab ${command} DIR`);
    assertRefused([command, ""], `${command} needs a directory: kvlab ${command} DIR`);
    assertRefused(`${command} --force-read`, `${command} needs a directory: kvlab ${command} DIR`);
    assertRefused(
      `${command} a b c d e`,
      'unexpected "b", "c", "d", … beside the directory "a", must be one directory',
    );
    assertRefused(`${command} a -- b`, 'unexpected "b" after "--", nothing may follow it');
    assertRefused(`${command} a --force-read=yes`, '--force-read takes no value, got "yes"');
    assertRefused(`${command} a --force`, 'unknown flag "--force" (did you mean --force-read?)');
    assertRefused(
      `${command} a --xyz`,
      'unknown flag "--xyz"',
    );
    assertRefused(`${command} a --kills=3`, `${command} takes no --kills, which goes with crash or sweep`);
  }
  assertRefused("inspect a --format=cbor", '--format must be text or json, got "cbor"');
  assertRefused("inspect a --format=", "--format needs a value, must be text or json");
  assertRefused("export a --format=text", '--format must be json or cbor, got "text"');
  assertRefused("export a --format=", "--format needs a value, must be json or cbor");
});

Deno.test("parseCommand() reads compare, flags anywhere", () => {
  const compare = { kind: "compare", files: ["a.json", "b.json"], format: "text" } as const;
  assertCommand("compare a.json b.json", compare);
  assertCommand("compare --format=json a.json b.json", { ...compare, format: "json" });
  assertCommand("--format text compare a.json b.json", compare);
  assertCommand("compare a.json b.json c d e a.json", {
    ...compare,
    files: ["a.json", "b.json", "c", "d", "e", "a.json"],
  });
  assertCommand("compare a.json b.json --fail-if-slower=3%", { ...compare, limits: { slower: 0.03 } });
  assertCommand("compare --fail-if-p99-higher 12.5% a.json b.json --fail-if-slower=0%", {
    ...compare,
    limits: { slower: 0, p99Higher: 0.125 },
  });
  for (const file of ["memory", "file", "compare", " ", "é\n", "a=b", "__proto__", "-", "4"]) {
    assertEquals(parseCommand(["compare", file, file], DEFAULTS), { ...compare, files: [file, file] });
  }
});

Deno.test("parseCommand() refuses a compare that it cannot be", () => {
  const two = "compare needs at least two files: kvlab compare A.json B.json, got";
  assertRefused("compare", `${two} none`);
  assertRefused("compare a.json", `${two} "a.json"`);
  assertRefused(["compare", "a.json", ""], `${two} "a.json", ""`);
  assertRefused("compare a b -- c", 'unexpected "c" after "--", nothing may follow it');
  assertRefused("compare a b --format=csv", '--format must be text or json, got "csv"');
  assertRefused("compare a b --format=", "--format needs a value, must be text or json");
  assertRefused("compare a b --force-read", "compare takes no --force-read, which goes with inspect or export");
  assertRefused(
    "compare a b --fail-if-slower=0.03",
    '--fail-if-slower must be a percentage from 0% to 100%, such as 3%, got "0.03"',
  );
  assertRefused("memory --fail-if-slower=3%", "a run takes no --fail-if-slower, which goes with compare");
  assertRefused("compare a b --xyz", 'unknown flag "--xyz"');
  assertRefused(
    "memory compare",
    'unexpected argument "compare" beside the backend memory, ' +
      "the command must be the first word",
  );
});

/** Who takes the flags of a scope, where that is not a run alone. */
const TAKERS: Readonly<Record<string, string>> = {
  compare: "compare",
  load: "a run, crash or sweep",
  history: "a run or crash",
  workload: "a run, crash or sweep",
  measurement: "a run or sweep",
  page: "a run, crash or sweep",
  file: "a run or crash",
  engine: "a run or crash",
  sweep: "sweep",
  crash: "crash",
};

Deno.test("parseCommand() refuses flags of other commands, whatever their value, and says whose they are", () => {
  assertRefused("memory --kills=x", "a run takes no --kills, which goes with crash or sweep");
  assertRefused("inspect a --output=b", "inspect takes no --output, which goes with a run, crash or report");
  assertRefused("memory --map=x", "a run takes no --map, which goes with report");
  assertRefused("memory --force-read", "a run takes no --force-read, which goes with inspect or export");
  for (const { name, scope } of FLAG_LIST) {
    if (name === "format" || name === "kills" || name === "cut" || name === "output" || scope === "report") continue;
    const takers = TAKERS[scope] ?? "a run";
    for (const command of ["inspect", "export", "compare"] as const) {
      if (command === scope) continue;
      assertRefused([command, "a", `--${name}=?`], `${command} takes no --${name}, which goes with ${takers}`);
    }
  }
});

Deno.test("parseCommand() refuses what only a run takes with crash", () => {
  const scopes = ["measurement", "output", "device"];
  const flags = [...FLAG_LIST, ...SWITCH_LIST].filter(({ name, scope }) =>
    scope !== undefined && scopes.includes(scope) && name !== "format"
  );
  assert(flags.length > 0);
  for (const flag of flags) {
    const arg = "placeholder" in flag ? `--${flag.name}=?` : `--${flag.name}`;
    const takers = flag.scope === "measurement" ? "a run or sweep" : "a run";
    assertRefused(`crash ${FILE} ${arg}`, `crash takes no --${flag.name}, which goes with ${takers}`);
  }
});

Deno.test("parseCommand() names the command that was meant", () => {
  const allowed = `must be ${listNames([...BACKEND_NAMES, ...COMMAND_WORDS])}`;
  const rows = [
    ["inspct a", "inspct", "inspect"],
    ["inspct --force-read a", "inspct", "inspect"],
    ["exprot a --format=cbor", "exprot", "export"],
    ["INSPECT a", "INSPECT", "inspect"],
    [`crahs --kills=3 ${FILE}`, "crahs", "crash"],
    ["comapre a b", "comapre", "compare"],
    ["help", "help", "--help"],
    ["version", "version", "--version"],
  ] as const;
  for (const [line, word, meant] of rows) {
    assertRefused(line, `unknown backend or command "${word}", ${allowed} (did you mean ${meant}?)`);
  }
});

Deno.test("parseCommand() gives help and version of every command when asked", () => {
  for (const command of ["crash", "inspect", "export", "compare"]) {
    for (const rest of ["--help", "-h", "a --help", "--help a", "--kills=x --force-read=x -h"]) {
      assertCommand(`${command} ${rest}`, { kind: "help" });
    }
    assertCommand(`${command} -V`, { kind: "version" });
  }
});

Deno.test("no command takes two flags of one name", () => {
  for (const command of Object.keys(COMMANDS) as CommandName[]) {
    const names = flagsTakenBy(command).map(({ name }) => name);
    assertStrictEquals(new Set(names).size, names.length, command);
    assert(flagsTakenBy(command).every((flag) => takes(command, flag)));
  }
  assertEquals(takersOf("format"), ["run", "crash", "sweep", "inspect", "export", "compare", "check"]);
  assertEquals(takersOf("quiet"), ["run", "crash", "sweep"]);
  assertEquals(takersOf("workload"), ["run", "crash", "sweep"]);
  assertEquals(takersOf("warmup"), ["run", "sweep"]);
  assertEquals(takersOf("threads"), ["run", "crash", "sweep"]);
});

Deno.test("parseCommand() reads a report of any number of results", () => {
  assertCommand("report a.json", { kind: "report", files: ["a.json"], output: "report.html" });
  assertCommand("report --output=r.html a b.jsonl --map m.svg", {
    kind: "report",
    files: ["a", "b.jsonl"],
    output: "r.html",
    mapFile: "m.svg",
  });
});

Deno.test("parseCommand() refuses a report of nothing, and one that would overwrite a result", () => {
  assertRefused("report", "report needs at least one file: kvlab report RESULT.json, got none");
  assertRefused(["report", ""], 'report needs at least one file: kvlab report RESULT.json, got ""');
  assertRefused("report a --output=a", '"a" is one of the results, the report must be another file');
  assertRefused("report a b --map=b", '"b" is one of the results, the report must be another file');
  assertRefused("report a --map=r --output=r", '--output and --map must be different files, got "r" for both');
  assertRefused(["report", "a", "--output="], "--output needs a value, must be a file");
});

Deno.test("parseCommand() reads the page of a crash", () => {
  assertCommand(`crash ${FILE} --report=a.html`, { ...CRASH, reportFile: "a.html" });
});
