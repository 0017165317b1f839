/**
 * The file worker, but for what its mutant has wrong. The patches come first.
 *
 * @module
 */
import "./patches.ts";
import "../../../lib/persist/file_worker.ts";
