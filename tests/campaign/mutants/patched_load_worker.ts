/**
 * The load worker, but for what its mutant has wrong. The patches come first.
 *
 * @module
 */
import "./patches.ts";
import "../../../lib/load/load_worker.ts";
