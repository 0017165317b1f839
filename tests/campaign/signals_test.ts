/**
 * The campaign of signals: SIGINT and SIGTERM at random moments, once or twice, while kvlab starts, loads a directory,
 * runs its load, drains, or is about to end. After an orderly end every acknowledged write is there; after any end the
 * files are sound.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual } from "@std/assert";
import { planStore } from "../../lib/backend/plan.ts";
import { SERIALIZER_NAMES, type SerializerName } from "../../lib/codec/codec.ts";
import { CODECS } from "../../lib/codec/codecs.ts";
import { inspectDirectory } from "../../lib/inspect/inspect.ts";
import { Rng } from "../../lib/load/rng.ts";
import { SEED_KEY_SPACE } from "../../lib/load/seed_workload.ts";
import { shardFileName } from "../../lib/persist/layout/snapshot/shard_file_name.ts";
import type { StopSignal } from "../../lib/run/run_result.ts";
import { SharedStore } from "../../lib/store/shared_store.ts";
import { Abort } from "../../lib/sync/abort.ts";
import { encodeShard } from "../codec/fixtures.ts";
import { type Ended, KvlabProcess, resultOf } from "../main/kvlab.ts";
import { namesIn, temporaryDirectory } from "../run/files.ts";
import { report, rounds } from "./campaign.ts";
import { inLanes } from "./lanes.ts";

/** In small, one for each policy after each moment. */
const ROUNDS = { small: 28, full: 1_000 };
const ROUNDS_AT_A_TIME = 3;
const SEED = 20_260_304;
const LOAD_SEC = 0.15;
/** From the start, or from what kvlab says. */
const DELAY_MS_MAX = 250;
const SECOND_DELAY_MS_MAX = 400;
const FILES = 200;

const SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM"];
const CODES: Record<StopSignal, number> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
/** After what the signal comes; nothing: after the start. */
const AFTER = [undefined, "kvlab ", "kvlab: running", "kvlab: draining"] as const;
/** The synchronous one leaves all files to the drain. */
const POLICIES = [
  "--write-period-us=1000000000",
  "--queue-depth=1000",
  "--flush-period-us=20000",
  "--layout=log --write-period-us=1000000000",
  "--layout=log --queue-depth=1000",
  "--layout=log --flush-period-us=20000",
  "--layout=log --commit-delay-us=0",
];

type Outcome = "died before its listeners" | "orderly" | "quit at once" | "came too late";

/** Fills a directory, so that loading it takes a while; returns the sum of its versions. */
function fill(directory: string, serializer: SerializerName): number {
  const store = SharedStore.create(planStore(FILES, SEED_KEY_SPACE), Abort.create());
  for (let key = 0; key < SEED_KEY_SPACE.keyCount; key++) store.putString(`Key${key}`, "foo");
  for (let shard = 0; shard < FILES; shard++) {
    const path = `${directory}/${shardFileName(shard, FILES, serializer)}`;
    Deno.writeFileSync(path, encodeShard(CODECS[serializer], store, { shard }));
  }
  return SEED_KEY_SPACE.keyCount;
}

/**
 * The puts that what a directory holds is the result of; everything in it must be sound, or cut short as a log may be.
 */
function versionsIn(directory: string): number {
  if (!namesIn(directory).some((name) => /^(shard|log)-/.test(name))) return 0;
  const { totals } = inspectDirectory(directory, { forceRead: false });
  assertEquals([totals.health.damaged, totals.unreadableParts], [0, 0]);
  return totals.versionSum;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Sends a signal, unless the process has ended. */
function send(kvlab: KvlabProcess, signal: StopSignal): void {
  try {
    kvlab.signal(signal);
  } catch (error) {
    // Deno says so in more ways than one when the process is gone.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** What the end was, after it has been checked that such an end may be and what it has left is right. */
function outcomeOf(ended: Ended, parts: { sent: readonly StopSignal[]; before: number; after: number }): Outcome {
  const { sent, before, after } = parts;
  const { code, signal, stdout, stderr } = ended;
  if (signal !== null) {
    assert(sent.includes(signal as StopSignal), `${signal}: ${stderr}`);
    assertEquals([stdout, stderr, after], ["", "", before]);
    return "died before its listeners";
  }
  if (stdout === "") {
    assertEquals(sent.length, 2, stderr);
    assertEquals(code, CODES[sent[1] ?? "SIGINT"], stderr);
    assert(stderr.includes("quit at once"), stderr);
    assertGreaterOrEqual(after, before);
    return "quit at once";
  }
  const result = resultOf(ended);
  assertEquals(after, before + result.writes, stderr);
  if (code === 0) {
    assertEquals(result.stopped_by, null);
    return "came too late";
  }
  // Of two signals that wait for a busy process, the system delivers the one with the lower number first.
  const stoppedBy = sent.find((name) => name === result.stopped_by);
  assert(stoppedBy !== undefined, stderr);
  assertEquals(code, CODES[stoppedBy], stderr);
  return "orderly";
}

Deno.test("signals at random moments end kvlab in order, and lose nothing acknowledged", async () => {
  const outcomes = new Map<Outcome, number>();
  const startedAtMs = performance.now();
  const total = rounds(ROUNDS);
  let twice = 0;

  await inLanes(Array.from({ length: total }, (_, round) => round), async (round) => {
    const random = new Rng(SEED, round);
    using directory = temporaryDirectory();
    const output = directory.path;
    const serializer = SERIALIZER_NAMES[round % 3] ?? "json";
    const policy = POLICIES[round % POLICIES.length] ?? "";
    const isLog = policy.startsWith("--layout=log");
    const moment = AFTER[Math.floor(round / POLICIES.length) % AFTER.length];
    const sent = SIGNALS.slice(random.below(2), 2).slice(0, 1);
    if (random.below(3) === 0) sent.push(SIGNALS[random.below(2)] ?? "SIGINT");
    const [delayMs, secondDelayMs] = [random.below(DELAY_MS_MAX), random.below(SECOND_DELAY_MS_MAX)];
    const before = random.below(3) === 0 && !isLog ? fill(output, serializer) : 0;

    const kvlab = KvlabProcess.start([
      "--threads=2",
      `--load-time-sec=${LOAD_SEC}`,
      "--format=json",
      "file",
      "--no-device-probe",
      `--file-count=${FILES}`,
      `--serializer=${serializer}`,
      ...policy.split(" "),
      `--output=${output}`,
    ]);
    if (moment !== undefined) await kvlab.says(moment);
    await delay(delayMs);
    for (const [i, signal] of sent.entries()) {
      if (i > 0) await delay(secondDelayMs);
      send(kvlab, signal);
    }
    const ended = await kvlab.ended;

    const outcome = outcomeOf(ended, { sent, before, after: versionsIn(output) });
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (sent.length === 2) twice++;
  }, ROUNDS_AT_A_TIME);

  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  report("signals", { rounds: total, twice, ...Object.fromEntries(outcomes), seconds });
  assertGreater(outcomes.get("orderly") ?? 0, 0);
});
