/**
 * The sequence load worker: a load worker for tests that must know what every key's last acknowledged value is.
 *
 * @module
 */
import { servePuts } from "./put_worker.ts";
import { SequenceLoad } from "./sequence_load.ts";

servePuts(({ seed, thread }) => ({ load: new SequenceLoad(seed, thread), valueBytesMax: 32, writesMin: 500 }));
