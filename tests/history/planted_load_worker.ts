/**
 * The load worker, but for what is planted. The faults come first.
 *
 * @module
 */
import "./planted_faults.ts";
import "../../lib/load/load_worker.ts";
