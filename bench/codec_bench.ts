/**
 * Benchmarks the encoders: from a shard of 512 seed entries in shared memory to the bytes of its file, compared with
 * the usual ways from a JavaScript object to such bytes.
 *
 * kvlab's encoders also compute the checksum; the others do not have to.
 *
 * @module
 */
import { options } from "./short.ts";
import { encodeCbor } from "@std/cbor";
import { cborCodec } from "../lib/codec/cbor.ts";
import { FORMAT } from "../lib/codec/codec.ts";
import { jsonCodec } from "../lib/codec/json.ts";
import { OutputBuffer } from "../lib/codec/output_buffer.ts";
import { rawCodec } from "../lib/codec/raw.ts";
import { SEED_KEY_COUNT, SEED_VALUE } from "../lib/load/seed_workload.ts";
import { blockWords } from "../lib/store/space.ts";
import { UNIT_WORDS_MIN } from "../lib/store/store_size.ts";
import { SharedStore } from "../lib/store/shared_store.ts";
import { Abort } from "../lib/sync/abort.ts";

const ENTRY_COUNT = 512;
/** Keys spaced as in one shard, and so with as many digits. */
const KEYS = Array.from({ length: ENTRY_COUNT }, (_, i) => `Key${i * (SEED_KEY_COUNT / ENTRY_COUNT)}`);

const store = SharedStore.create(
  {
    shards: 1,
    entriesPerShard: ENTRY_COUNT,
    arenaWordsPerShard: ENTRY_COUNT * blockWords(8, SEED_VALUE.length, UNIT_WORDS_MIN),
  },
  Abort.create(),
);
for (const key of KEYS) store.putString(key, SEED_VALUE);
const out = new OutputBuffer();

/** The same snapshot as an object around the entries, without its checksum. */
function documentOf(entries: Record<string, string>) {
  return { format: FORMAT, shard: 0, shards: 1, version: ENTRY_COUNT, count: ENTRY_COUNT, entries };
}

/**
 * The entries as a store in JavaScript would hold them: an object filled put by put, which V8 keeps as a dictionary.
 */
const filled: Record<string, string> = Object.create(null);
for (const key of KEYS) filled[key] = SEED_VALUE;
const filledDocument = documentOf(filled);

/** V8's best case, which no store can count on: all keys at once, so that the object gets a shape of its own. */
const shapedDocument = documentOf(Object.fromEntries(KEYS.map((key) => [key, SEED_VALUE])));

const utf8 = new TextEncoder();

Deno.bench("kvlab's JSON encoder", { ...options(), group: "json", baseline: true }, () => {
  jsonCodec.encode(store.viewShard(0), out);
});

Deno.bench("JSON.stringify + TextEncoder", { ...options(), group: "json" }, () => {
  utf8.encode(JSON.stringify(filledDocument));
});

Deno.bench("JSON.stringify + TextEncoder, object of fixed shape", { ...options(), group: "json" }, () => {
  utf8.encode(JSON.stringify(shapedDocument));
});

Deno.bench("kvlab's CBOR encoder", { ...options(), group: "cbor", baseline: true }, () => {
  cborCodec.encode(store.viewShard(0), out);
});

Deno.bench("encodeCbor", { ...options(), group: "cbor" }, () => {
  encodeCbor(filledDocument);
});

Deno.bench("encodeCbor, object of fixed shape", { ...options(), group: "cbor" }, () => {
  encodeCbor(shapedDocument);
});

Deno.bench("kvlab's raw encoder", { ...options(), group: "raw", baseline: true }, () => {
  rawCodec.encode(store.viewShard(0), out);
});
