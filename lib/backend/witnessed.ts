/**
 * Room of the witnessed backend: one whose acknowledgements outlive the process.
 *
 * @module
 */
import type { Witness } from "../persist/witness.ts";
import type { PaddedBytes } from "../store/padded_bytes.ts";
import type { Backend } from "./backend.ts";

/** Records each put as acknowledged, once the backend behind it has returned from it. */
export class WitnessedBackend implements Backend {
  readonly #backend: Backend;
  readonly #witness: Witness;

  constructor(backend: Backend, witness: Witness) {
    this.#backend = backend;
    this.#witness = witness;
  }

  put(key: PaddedBytes, value: PaddedBytes): void {
    this.#backend.put(key, value);
    this.#witness.acknowledged();
  }

  get(key: PaddedBytes, out: PaddedBytes): boolean {
    return this.#backend.get(key, out);
  }
}
