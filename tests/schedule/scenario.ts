/**
 * A scenario: what a few workers do with shared memory, in as many ways as they can be scheduled.
 *
 * @module
 */

/** `S` is the shared state: plain, structured-cloneable data with shared memory in it. */
export interface Scenario<S = unknown> {
  readonly workers: number;
  /** Whether a wait that has a time-out may time out while others could go on. */
  readonly timeoutsAnyTime?: boolean;
  /** Creates the state, once; each schedule begins with its shared memory as it is then. */
  create(): S | Promise<S>;
  /** One worker's part. What it throws is a failure of the schedule. */
  run(state: S, worker: number): void | Promise<void>;
  /** Throws if something is wrong when all workers have ended. */
  check?(state: S): void;
}

/** A module of scenarios, by name. */
export type Scenarios = Readonly<Record<string, Scenario>>;

/** Types a scenario's state, and forgets the type. */
export function scenario<S>(parts: Scenario<S>): Scenario {
  return parts as Scenario;
}

/** Fails the schedule unless the two are the same. */
export function expect(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what} is ${actual}, must be ${expected}`);
}
