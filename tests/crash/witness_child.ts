/**
 * The witness's child: records number after number and tells each one on stdout, until it is killed. Its argument is
 * the directory.
 *
 * @module
 */
import { Witness } from "../../lib/persist/witness.ts";

const directory = Deno.args[0] ?? "";
const acknowledged = Witness.ofAcknowledged(directory, 0);
const written = Witness.ofWritten(directory);
const ascii = new TextEncoder();
for (let number = 1;; number++) {
  acknowledged.record(0, number);
  written.record(3, number);
  Deno.stdout.writeSync(ascii.encode(`${number}\n`));
}
