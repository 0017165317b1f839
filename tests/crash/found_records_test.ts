/**
 * Tests of reading what a recovered store holds: every record once, whether gets answer at once or later.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ABSENT, checksumOf, FoundRecords, UNNUMBERED } from "../../lib/crash/found_records.ts";
import { NumberedMix } from "../../lib/load/numbered_load.ts";
import { formatNumberedValue, NUMBERED_SEED_MIX } from "../../lib/load/numbered_workload.ts";
import { PaddedBytes } from "../../lib/store/padded_bytes.ts";

const RECORDS = 1000;
const MIX = { ...NUMBERED_SEED_MIX, keyCount: 10, keyCountMax: RECORDS };

/** Of every seven records, three are numbered, one is not, and the others are absent. */
function valueOf(record: number): string | undefined {
  if (record % 7 < 3) return formatNumberedValue({ round: 1 + record % 3, thread: 0, sequence: record });
  return record % 7 === 3 ? "other" : undefined;
}

function getFrom(key: PaddedBytes, out: PaddedBytes): boolean {
  const value = valueOf(Number(key.toString().slice("user".length)));
  if (value !== undefined) out.setString(value);
  return value !== undefined;
}

let waiting = 0, waitingMax = 0;

async function getLater(key: PaddedBytes, out: PaddedBytes): Promise<boolean> {
  waiting++;
  waitingMax = Math.max(waitingMax, waiting);
  await Promise.resolve();
  waiting--;
  return getFrom(key, out);
}

for (const [when, get] of [["at once", getFrom], ["later", getLater]] as const) {
  Deno.test(`FoundRecords.read() says what each record holds where gets answer ${when}`, async () => {
    const found = await FoundRecords.read({ get }, new NumberedMix(MIX));
    for (let record = 0; record < RECORDS; record++) {
      const value = valueOf(record);
      const isNumbered = value !== undefined && value !== "other";
      assertEquals(
        [found.rounds[record], found.sequences[record], found.checksums[record]],
        [
          isNumbered ? 1 + record % 3 : value === undefined ? ABSENT : UNNUMBERED,
          isNumbered ? record : 0,
          value === undefined ? 0 : checksumOf(PaddedBytes.of(value)),
        ],
      );
    }
    assertEquals(found.lastRound, 3);
    if (when === "later") assert(waitingMax > 1, "gets must not wait for each other");
  });
}

Deno.test("FoundRecords.lastRound is 0 where nothing numbered is found", () => {
  assertEquals(new FoundRecords(3).lastRound, 0);
});
