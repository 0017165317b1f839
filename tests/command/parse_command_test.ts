/**
 * Tests of the command line: what each valid form means, and the one line that each wrong one gets.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { BACKEND_NAMES, COMMAND_WORDS, FLAG_LIST } from "../../lib/command/commands.ts";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { listNames, UsageError } from "../../lib/option/wording.ts";
import { assertRefused, assertRun, DEFAULTS, FILE, FILE_BACKEND, MEMORY_RUN, split } from "./command_lines.ts";

const FIRST_WORDS = listNames([...BACKEND_NAMES, ...COMMAND_WORDS]);

/** A value of each flag of the file backend that does not take a 5. */
const VALUES: Readonly<Record<string, string>> = {
  "serializer": "json",
  "queue-memory": "1MiB",
  "layout": "log",
  "block-size": "4KiB",
  "log-size": "1MiB",
  "replace": "rename",
  "sync": "none",
};

Deno.test("parseCommand() reads every run of the seed", () => {
  const load = { ...MEMORY_RUN, threads: 4 };
  assertRun("--threads=4 --load-time-sec=10 memory", load);
  assertRun("--threads=4 --load-time-sec=10 file --file-count=120 --queue-depth 1024 --serializer=json", {
    ...load,
    backend: {
      ...FILE_BACKEND,
      fileCount: 120,
      policy: { kind: "asynchronous", queueDepth: 1024, queueMemoryBytes: 256 * 2 ** 20 },
    },
  });
  assertRun("--threads=4 --load-time-sec=10 file --file-count=128 --queue-depth=8192", {
    ...load,
    backend: FILE_BACKEND,
  });
  assertRun("--threads=4 --load-time-sec=10 file --file-count=128 --queue-depth=8192 --serializer=cbor", {
    ...load,
    backend: { ...FILE_BACKEND, serializer: "cbor" },
  });
  assertRun("--threads=4 --load-time-sec=10 file --file-count=128 --write-period-us=500", {
    ...load,
    backend: { ...FILE_BACKEND, policy: { kind: "synchronous", writePeriodUs: 500 } },
  });
});

Deno.test("parseCommand() reads the periodic policy, the replacement strategies and the sync levels", () => {
  assertRun("file --file-count=128 --flush-period-us=50000", {
    ...MEMORY_RUN,
    backend: { ...FILE_BACKEND, policy: { kind: "periodic", flushPeriodUs: 50_000 } },
  });
  for (const replace of ["rename", "alternate", "in-place"] as const) {
    assertRun(`${FILE} --replace=${replace}`, {
      ...MEMORY_RUN,
      backend: { ...FILE_BACKEND, layout: { kind: "snapshot", replace } },
    });
  }
  for (const sync of ["none", "data", "full"] as const) {
    assertRun(`${FILE} --sync ${sync}`, { ...MEMORY_RUN, backend: { ...FILE_BACKEND, sync } });
  }
});

Deno.test("parseCommand() takes the defaults when only the backend is given", () => {
  assertRun("memory", MEMORY_RUN);
  assertRun(FILE, { ...MEMORY_RUN, backend: FILE_BACKEND });
});

Deno.test("parseCommand() reads every form of a flag, before and after the backend", () => {
  for (
    const line of [
      "--threads=4 memory",
      "--threads 4 memory",
      "-t4 memory",
      "-t 4 memory",
      "-t=4 memory",
      "memory --threads=4",
      "memory --threads 4",
      "memory -t4",
      "memory -t 4",
      "memory -t=4",
      "memory -t=4 --",
    ]
  ) {
    assertRun(line, { ...MEMORY_RUN, threads: 4 });
  }
});

Deno.test("parseCommand() reads every flag", () => {
  assertRun("--load-time-sec=0.5 memory", { ...MEMORY_RUN, loadTimeMs: 500 });
  assertRun("--pattern=bursty memory", { ...MEMORY_RUN, pattern: "bursty" });
  assertRun("--pattern unthrottled memory", { ...MEMORY_RUN, pattern: "unthrottled", latencySample: 256 });
  assertRun("--seed=0 memory", { ...MEMORY_RUN, seed: 0 });
  assertRun(`${FILE} --output=some/dir`, { ...MEMORY_RUN, backend: { ...FILE_BACKEND, output: "some/dir" } });
  assertRun(`${FILE} --queue-memory 4KiB`, {
    ...MEMORY_RUN,
    backend: { ...FILE_BACKEND, policy: { kind: "asynchronous", queueDepth: 8192, queueMemoryBytes: 4096 } },
  });
});

Deno.test("parseCommand() keeps odd values of --output as they are", () => {
  for (const output of ["a=b", "=", "memory", "-1", "a,b", "1e3", " ", "é\n", "__proto__", "--output"]) {
    const command = parseCommand([...split(FILE), `--output=${output}`], DEFAULTS);
    assert(command.kind === "run" && command.options.backend.kind === "file");
    assertStrictEquals(command.options.backend.output, output);
  }
});

Deno.test("parseCommand() reads each bound of each number", () => {
  assertRun("--threads=1 memory", { ...MEMORY_RUN, threads: 1 });
  assertRun("--threads=1024 memory", { ...MEMORY_RUN, threads: 1024 });
  assertRun("--load-time-sec=86400 memory", { ...MEMORY_RUN, loadTimeMs: 86_400_000 });
  assertRun("--seed=4294967295 memory", { ...MEMORY_RUN, seed: 2 ** 32 - 1 });
  for (const fileCount of [1, 65_536]) {
    assertRun(`file --file-count=${fileCount} --queue-depth=8192`, {
      ...MEMORY_RUN,
      backend: { ...FILE_BACKEND, fileCount },
    });
  }
  for (const queueDepth of [1, 1_048_576]) {
    assertRun(`file --file-count=128 --queue-depth=${queueDepth} --queue-memory=8GiB`, {
      ...MEMORY_RUN,
      backend: { ...FILE_BACKEND, policy: { kind: "asynchronous", queueDepth, queueMemoryBytes: 8 * 2 ** 30 } },
    });
  }
  for (const periodUs of [1, 86_400_000_000]) {
    assertRun(`file --file-count=128 --write-period-us=${periodUs}`, {
      ...MEMORY_RUN,
      backend: { ...FILE_BACKEND, policy: { kind: "synchronous", writePeriodUs: periodUs } },
    });
  }
});

Deno.test("parseCommand() gives help and version when asked, whatever else is wrong", () => {
  const helps = [
    "--help",
    "-h",
    "--help memory",
    "memory -h",
    "--xyz --help",
    "-x -h",
    "--threads -h",
    "-hV",
    "--version -h",
  ];
  for (const line of [...helps, "file --threads=x --help -- x"]) {
    assertEquals(parseCommand(split(line), DEFAULTS), { kind: "help" }, line);
  }
  for (const line of ["--version", "-V", "-V memory", "memory file --version", "--threads=0 -V"]) {
    assertEquals(parseCommand(split(line), DEFAULTS), { kind: "version" }, line);
  }
});

Deno.test("parseCommand() refuses numbers that are none or out of bounds", () => {
  const rows = [
    ["--threads", "", "a whole number from 1 to 1024"],
    ["--seed", "", "a whole number from 0 to 4294967295"],
    ["--file-count", FILE, "a whole number from 1 to 65536"],
    ["--queue-depth", FILE, "a whole number from 1 to 1048576"],
    ["--write-period-us", FILE, "a whole number from 1 to 86400000000"],
    ["--load-time-sec", "", "a number of seconds above 0, up to 86400, such as 10 or 0.5"],
    ["--queue-memory", FILE, "a size from 4KiB to 8GiB in B, kB, KiB, MB, MiB, GB or GiB, such as 256MiB"],
  ] as const;
  const values = ["-1", "-0.5", "1e3", "0x10", "1_000", "+4", " 4", "4 ", "four", "NaN", "Infinity", "1.", ".5", "4,8"];
  const tooLarge = ["86400000001", "9007199254740993", "9".repeat(40)];
  for (const [flag, , allowed] of rows) {
    for (const value of [...values, ...tooLarge]) {
      assertRefused([`${flag}=${value}`, "memory"], `${flag} must be ${allowed}, got "${value}"`);
    }
    if (flag !== "--seed") assertRefused([`${flag}=0`, "memory"], `${flag} must be ${allowed}, got "0"`);
    if (flag !== "--load-time-sec") assertRefused([`${flag}=0.5`, "memory"], `${flag} must be ${allowed}, got "0.5"`);
    assertRefused([`${flag}=`, "memory"], `${flag} needs a value, must be ${allowed}`);
    assertRefused([flag, "", "memory"], `${flag} needs a value, must be ${allowed}`);
    assertRefused(["memory", flag], `${flag} needs a value, must be ${allowed}`);
    assertRefused([flag, "-1", "memory"], `${flag} must be ${allowed}, got "-1"`);
    assertRefused([flag, "-.5", "memory"], `${flag} must be ${allowed}, got "-.5"`);
    assertRefused([flag, "memory"], `${flag} must be ${allowed}, got "memory"`);
  }
});

Deno.test("parseCommand() refuses values just beyond their bounds", () => {
  for (
    const [flag, value] of [
      ["--threads", "1025"],
      ["--load-time-sec", "86400.001"],
      ["--seed", "4294967296"],
      ["--file-count", "65537"],
      ["--queue-depth", "1048577"],
      ["--queue-memory", "4095"],
      ["--queue-memory", "8589934593"],
    ] as const
  ) {
    const error = assertThrows(() => parseCommand([`${flag}=${value}`, "memory"], DEFAULTS), UsageError);
    assertMatch(error.message, new RegExp(`^${flag} must be .*, got "${value}"$`));
  }
});

Deno.test("parseCommand() refuses names that there are not, and names the closest", () => {
  const rows = [
    [
      "--pattern=burst memory",
      '--pattern must be consistent, bursty or unthrottled, got "burst" (did you mean bursty?)',
    ],
    ["--pattern=steady memory", '--pattern must be consistent, bursty or unthrottled, got "steady"'],
    [`${FILE} --output=a\ufffdb`, '--output must be a directory, got "a\ufffdb"'],
    [`${FILE} --serializer=josn`, '--serializer must be json, cbor or raw, got "josn" (did you mean json?)'],
    [`${FILE} --serializer=xml`, '--serializer must be json, cbor or raw, got "xml"'],
    ["--format=JSON memory", '--format must be text, json or csv, got "JSON" (did you mean json?)'],
    ["--format=xml memory", '--format must be text, json or csv, got "xml"'],
    [
      `${FILE} --replace=inplace`,
      '--replace must be rename, alternate or in-place, got "inplace" (did you mean in-place?)',
    ],
    [`${FILE} --sync=fsync`, '--sync must be none, data or full, got "fsync"'],
    ["memroy", `unknown backend or command "memroy", must be ${FIRST_WORDS} (did you mean memory?)`],
    ["disk", `unknown backend or command "disk", must be ${FIRST_WORDS}`],
    ["--threads 4 5 memory", `unknown backend or command "5", must be ${FIRST_WORDS}`],
    ["-", `unknown backend or command "-", must be ${FIRST_WORDS}`],
  ] as const;
  for (const [line, message] of rows) assertRefused(split(line), message);
  for (const flag of ["--pattern", "--serializer", "--format", "--replace", "--sync"]) {
    const error = assertThrows(() => parseCommand(["memory", `${flag}=`], DEFAULTS), UsageError);
    assertMatch(error.message, new RegExp(`^${flag} needs a value, must be `));
  }
  assertRefused(["memory", "--output="], "--output needs a value, must be a directory");
  assertRefused(["--output", "", "file"], "--output needs a value, must be a directory");
});

Deno.test("parseCommand() refuses unknown flags, and names the closest", () => {
  const rows = [
    ["--treads=4 memory", 'unknown flag "--treads" (did you mean --threads?)'],
    ["--thread 4 memory", 'unknown flag "--thread" (did you mean --threads?)'],
    ["--THREADS=4 memory", 'unknown flag "--THREADS" (did you mean --threads?)'],
    ["--threads.x=4 memory", 'unknown flag "--threads.x" (did you mean --threads?)'],
    ["-threads=4 memory", 'unknown flag "-threads" (did you mean --threads?)'],
    ["-tx=4 memory", 'unknown flag "-tx"'],
    ["-T4 memory", 'unknown flag "-T4"'],
    ["-T 4 memory", 'unknown flag "-T" (did you mean -t?)'],
    ["--t 4 memory", 'unknown flag "--t" (did you mean -t?)'],
    ["-help", 'unknown flag "-help" (did you mean --help?)'],
    ["--hepl", 'unknown flag "--hepl" (did you mean --help?)'],
    ["file --filecount=3", 'unknown flag "--filecount" (did you mean --file-count?)'],
    ["file --write-period=500", 'unknown flag "--write-period" (did you mean --write-period-us?)'],
    ["--load-time 10 memory", 'unknown flag "--load-time" (did you mean --load-time-sec?)'],
    ["--xyz memory", 'unknown flag "--xyz"'],
    ["-x memory", 'unknown flag "-x"'],
    ["-1 memory", 'unknown flag "-1"'],
    ["--no-threads memory", 'unknown flag "--no-threads"'],
    ["--no-threads=4 memory", 'unknown flag "--no-threads"'],
    ["--no-no-threads=4 memory", 'unknown flag "--no-no-threads"'],
    ["--no-no-preload memory", 'unknown flag "--no-no-preload"'],
    ["--no-=4 memory", 'unknown flag "--no-" (did you mean --no-preload?)'],
    ["--no-device-prob memory", 'unknown flag "--no-device-prob" (did you mean --no-device-probe?)'],
    ["--__proto__=4 memory", 'unknown flag "--__proto__"'],
    ["--__proto__.threads=4 memory", 'unknown flag "--__proto__.threads"'],
    ["--constructor memory", 'unknown flag "--constructor"'],
    ["--_=memory", 'unknown flag "--_"'],
    ["-_ memory", 'unknown flag "-_"'],
    ["--=4 memory", 'unknown flag "--=4"'],
    ["--- memory", 'unknown flag "---"'],
    ["-😀 memory", 'unknown flag "-😀"'],
  ] as const;
  for (const [line, message] of rows) assertRefused(split(line), message);
  assertStrictEquals(Object.hasOwn(Object.prototype, "threads"), false);
});

Deno.test("parseCommand() refuses repeated flags, in whichever form", () => {
  assertRefused(split("-t 4 --threads=4 memory"), '--threads is given 2 times, must be given once: "4", "4"');
  assertRefused(split("--threads= --threads 8 memory"), '--threads is given 2 times, must be given once: "", "8"');
  assertRefused(
    split("--seed=1 --seed=2 --seed=3 --seed=4 memory"),
    '--seed is given 4 times, must be given once: "1", "2", "3", …',
  );
  for (const { name } of FLAG_LIST) {
    assertRefused(
      [`--${name}=1`, "memory", `--${name}=1`],
      `--${name} is given 2 times, must be given once: "1", "1"`,
    );
  }
});

Deno.test("parseCommand() refuses wrong words", () => {
  const rows = [
    [[], `no backend or command given, must be ${FIRST_WORDS}`],
    [["--threads=4"], `no backend or command given, must be ${FIRST_WORDS}`],
    [[""], `unknown backend or command "", must be ${FIRST_WORDS}`],
    [["memory", "file"], "two backends given, memory and file, must be one"],
    [["file", "file"], "two backends given, file and file, must be one"],
    [["memory", "x"], 'unexpected argument "x" beside the backend memory'],
    [["memory", ""], 'unexpected argument "" beside the backend memory'],
    [["file", "crash"], 'unexpected argument "crash" beside the backend file, the command must be the first word'],
    [["memory", "a\nb"], 'unexpected argument "a\\nb" beside the backend memory'],
    [["memory", "--", "x"], 'unexpected "x" after "--", nothing may follow it'],
    [["memory", "--", "--"], 'unexpected "--" after "--", nothing may follow it'],
    [["--", "memory"], 'unexpected "memory" after "--", nothing may follow it'],
    [["memory", "--", "--help"], 'unexpected "--help" after "--", nothing may follow it'],
  ] as const;
  for (const [args, message] of rows) assertRefused(args, message);
});

Deno.test("parseCommand() refuses flags of other backends", () => {
  for (const { name, engines = [] } of FLAG_LIST.filter(({ scope }) => scope === "file")) {
    const takers = ["file", ...engines].join(", ");
    const value = VALUES[name] ?? "5";
    for (const args of [["memory", `--${name}=${value}`], [`--${name}`, value, "memory"]]) {
      assertRefused(args, `the memory backend takes no flags of other backends, got --${name} (${takers})`);
    }
  }
  const got = "--file-count (file), --journal (sqlite), --no-device-probe (file)";
  assertRefused(
    split("memory --no-device-probe --journal=wal --file-count=3"),
    `the memory backend takes no flags of other backends, got ${got}`,
  );
  assertRefused(
    split("sqlite --file-count=3"),
    "the sqlite backend takes no flags of other backends, got --file-count (file)",
  );
  assertRefused(
    split(`${FILE} --journal=wal`),
    "the file backend takes no flags of other backends, got --journal (sqlite)",
  );
});

Deno.test("parseCommand() reads the layouts", () => {
  const log = { kind: "log", logBytes: 2 ** 22, pendingBytes: 2 ** 28 } as const;
  assertRun(`${FILE} --layout=snapshot`, { ...MEMORY_RUN, backend: FILE_BACKEND });
  assertRun(`${FILE} --layout=log`, { ...MEMORY_RUN, backend: { ...FILE_BACKEND, layout: log } });
  assertRun(`${FILE} --layout=log --log-size=64KiB`, {
    ...MEMORY_RUN,
    backend: { ...FILE_BACKEND, layout: { ...log, logBytes: 2 ** 16 } },
  });
  for (const [size, blockBytes] of [["", 4096], [" --block-size=512", 512], [" --block-size=1MiB", 2 ** 20]] as const) {
    const layout = { kind: "blocks", blockBytes } as const;
    assertRun(`${FILE} --layout=blocks${size}`, { ...MEMORY_RUN, backend: { ...FILE_BACKEND, layout } });
  }
  for (const size of ["256", "513", "2MiB", "3KiB", "4kB", "-4096"]) {
    assertThrows(
      () => parseCommand(split(`${FILE} --layout=blocks --block-size=${size}`), DEFAULTS),
      UsageError,
      "--block-size must be a power of two from 512B to 1MiB",
    );
  }
  const refusals = [
    ["--layout=log --replace=rename", "--replace goes with --layout=snapshot, got --layout=log"],
    ["--log-size=1MiB", "--log-size goes with --layout=log, got --layout=snapshot"],
    ["--block-size=4KiB", "--block-size goes with --layout=blocks, got --layout=snapshot"],
    ["--layout=log --block-size=4KiB", "--block-size goes with --layout=blocks, got --layout=log"],
    ["--layout=blocks --log-size=1MiB", "--log-size goes with --layout=log, got --layout=blocks"],
    ["--layout=blocks --replace=rename", "--replace goes with --layout=snapshot, got --layout=blocks"],
    ["--layout=logs", '--layout must be snapshot, blocks or log, got "logs" (did you mean log?)'],
  ] as const;
  for (const [flags, message] of refusals) assertRefused(split(`${FILE} ${flags}`), message);
  assertThrows(
    () => parseCommand(split(`${FILE} --layout=log --log-size=63KiB`), DEFAULTS),
    UsageError,
    "--log-size must be",
  );
});

Deno.test("parseCommand() refuses a file backend without exactly one policy, or without a file count", () => {
  const policies = "the file backend needs one persistence policy, " +
    "--write-period-us=P (synchronous), --queue-depth=N (asynchronous), --flush-period-us=P (periodic) " +
    "or --commit-delay-us=D (commit)";
  const rows = [
    ["file", "the file backend needs --file-count=N, a whole number from 1 to 65536"],
    ["file --queue-depth=1", "the file backend needs --file-count=N, a whole number from 1 to 65536"],
    ["file --file-count=3", `${policies}, got none`],
    ["file --file-count=3 --queue-memory=1MiB", `${policies}, got none`],
    [
      "file --file-count=3 --queue-depth=1 --write-period-us=1",
      `${policies}, got --write-period-us and --queue-depth`,
    ],
    [
      "file --file-count=3 --commit-delay-us=0 --flush-period-us=1",
      `${policies}, got --flush-period-us and --commit-delay-us`,
    ],
    [
      "file --file-count=3 --write-period-us=1 --queue-memory=1MiB",
      "--queue-memory bounds the queue of --queue-depth=N, or what waits for the logs of --layout=log, " +
      "got the synchronous policy",
    ],
  ] as const;
  for (const [line, message] of rows) assertRefused(split(line), message);
});
