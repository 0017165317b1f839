/**
 * Tests of the results file: what is appended is there again, a torn last line is forgiven, other damage is not.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { PersistError } from "../../lib/system/persist_error.ts";
import { parseSweepFile, SweepFile } from "../../lib/sweep/results_file.ts";
import { temporaryDirectory } from "../run/files.ts";
import { HEADER, memoryRun, readSweepFile, runLine } from "./documents.ts";

const LINES = [1, 2, 3].map((round) => runLine("c01", round, memoryRun(1000 * round)));

function textOf(lines: readonly unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

Deno.test("SweepFile gives back its header and lines, and goes on behind them", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/r.jsonl`;
  const created = SweepFile.create(path, HEADER);
  created.append(LINES[0]!);
  created.close();
  const { file, content } = SweepFile.resume(path, HEADER);
  assertEquals(content, { header: HEADER, lines: [LINES[0]!], isTorn: false });
  file.append(LINES[1]!);
  file.close();
  assertEquals(readSweepFile(path).lines, LINES.slice(0, 2));
});

Deno.test("SweepFile.resume() cuts off a torn last line, wherever it is torn", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/r.jsonl`;
  const whole = textOf([HEADER, LINES[0]]);
  const last = textOf([LINES[1]]);
  for (const length of [1, 2, Math.floor(last.length / 2), last.length - 1]) {
    Deno.writeTextFileSync(path, whole + last.slice(0, length));
    const { file, content } = SweepFile.resume(path, HEADER);
    assert(content.isTorn);
    assertEquals(content.lines, [LINES[0]!]);
    file.append(LINES[2]!);
    file.close();
    assertEquals(Deno.readTextFileSync(path), whole + textOf([LINES[2]]));
  }
});

Deno.test("SweepFile.resume() begins a file anew whose first line is torn, wherever, and takes no other for one", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/r.jsonl`;
  const first = textOf([HEADER]);
  const fresh = { ...HEADER, seed: 7 };
  for (const length of [0, 1, 10, 40, Math.floor(first.length / 2), first.length - 1]) {
    Deno.writeTextFileSync(path, first.slice(0, length));
    const { file, content } = SweepFile.resume(path, fresh);
    assertEquals(content, { header: fresh, lines: [], isTorn: true });
    file.append(LINES[0]!);
    file.close();
    assertEquals(Deno.readTextFileSync(path), textOf([fresh, LINES[0]]));
  }
  for (const text of ["notes of mine", '{"kind":"other","a":', "\n"]) {
    Deno.writeTextFileSync(path, text);
    assertThrows(() => SweepFile.resume(path, fresh), PersistError);
    assertEquals(Deno.readTextFileSync(path), text);
  }
});

Deno.test("SweepFile.create() leaves no file behind whose header it could not write", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/r.jsonl`;
  const write = Deno.FsFile.prototype.writeSync;
  Deno.FsFile.prototype.writeSync = () => {
    throw new Error("No space left on device");
  };
  try {
    assertThrows(() => SweepFile.create(path, HEADER), PersistError, "No space left on device");
  } finally {
    Deno.FsFile.prototype.writeSync = write;
  }
  assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
});

Deno.test("parseSweepFile() refuses any other damage, with the line", () => {
  const [one, two] = LINES;
  const rows = [
    ["", "it holds no sweep yet: its first line is missing"],
    [textOf([HEADER]).slice(0, 20), "it holds no sweep yet: its first line is missing"],
    [textOf([{ kind: "other" }]), "line 1 does not begin a sweep"],
    [textOf([{ ...HEADER, version: 2 }]), "line 1 is of version 2, must be 1"],
    [textOf([HEADER]) + "{\n" + textOf([one]), "line 2 is damaged: it is not JSON"],
    [textOf([HEADER, one]).slice(0, -20) + "\n", "line 2 is damaged: it is not JSON"],
    [textOf([HEADER, one, { ...two, configuration: "c09" }]), 'line 3 is damaged: there is no configuration "c09"'],
    [textOf([HEADER, { ...one, round: 0 }]), "line 2 is damaged: round is missing"],
    [textOf([HEADER, { ...one, result: 3 }]), "line 2 is damaged: result is missing"],
    [textOf([HEADER, { ...one, took_ms: null }]), "line 2 is damaged: took_ms is missing"],
    [textOf([HEADER, { kind: "x" }]), 'line 2 is damaged: no line is of kind "x"'],
    [textOf([HEADER, null]), "line 2 is damaged: no line is of kind undefined"],
  ] as const;
  for (const [text, reason] of rows) {
    const error = assertThrows(() => parseSweepFile("r.jsonl", text), PersistError);
    assertEquals(error.message, `Cannot read r.jsonl: ${reason}`);
  }
});

Deno.test("SweepFile.resume() reads a file with a byte-order mark and blank lines, and goes on behind them", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/r.jsonl`;
  for (const blank of ["\n", "  \n\n", "\r\n", " "]) {
    Deno.writeTextFileSync(path, "\uFEFF" + textOf([HEADER, LINES[0]]) + blank);
    const { file, content } = SweepFile.resume(path, HEADER);
    assertEquals([content.isTorn, content.lines], [false, [LINES[0]!]]);
    file.append(LINES[1]!);
    file.close();
    assertEquals(readSweepFile(path).lines, LINES.slice(0, 2));
    assertThrows(
      () => parseSweepFile("PATH", textOf([HEADER]) + "\n" + textOf([{ kind: "other" }])),
      PersistError,
      'Cannot read PATH: line 3 is damaged: no line is of kind "other"',
    );
  }
});

Deno.test("SweepFile refuses a file that is there already, and one that another has open", () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/r.jsonl`;
  const file = SweepFile.create(path, HEADER);
  const existing = assertThrows(() => SweepFile.create(path, HEADER), PersistError);
  assertEquals(
    existing.message,
    `Cannot create ${path}: it already exists: continue it with --resume, or name another file`,
  );
  const locked = assertThrows(() => SweepFile.resume(path, HEADER), PersistError);
  assertEquals(locked.message, `Cannot write ${path}: another kvlab is writing it`);
  file.close();
  assertEquals(readSweepFile(path), { header: HEADER, lines: [], isTorn: false });
  const none = `${directory.path}/none.jsonl`;
  const missing = assertThrows(() => SweepFile.resume(none, HEADER), PersistError);
  assertEquals(
    missing.message,
    `Cannot resume ${none}: there is no such file, so nothing to resume: start without --resume`,
  );
  assertThrows(() => Deno.lstatSync(none), Deno.errors.NotFound);
});

Deno.test("parseSweepFile() gives configurations names, and a summary whom it answers with, where kvlab did not write them", () => {
  const configurations = HEADER.configurations.map(({ name: _, ...entry }) => entry);
  const summary = {
    kind: "summary",
    configurations: [],
    answer:
      "fastest with nothing: c04 `kvlab --seed=1 sqlite` at 9 ops/s, within noise of c02\neverything may lose more",
  };
  const { header, lines } = parseSweepFile("r.jsonl", textOf([{ ...HEADER, configurations }, summary]));
  assertEquals(header.configurations.map(({ name }) => name), [
    "memory",
    "file, flush 2 ms",
    "file, flush 50 ms",
    "sqlite",
  ]);
  const [read] = lines;
  assert(read?.kind === "summary");
  assertEquals(
    read.answer,
    "fastest with nothing: sqlite (c04) at 9 ops/s, within noise of c02\neverything may lose more",
  );
  assertEquals(read.answered, ["c04", null]);
  assertThrows(() => parseSweepFile("r.jsonl", textOf([{ ...HEADER, configurations: [{ id: "c01" }] }])), PersistError);
});
