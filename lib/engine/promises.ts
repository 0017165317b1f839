/**
 * Promises: how much acknowledged data a failure may lose, according to the backend's own documentation.
 *
 * @module
 */

/** How much acknowledged data one kind of failure may lose. */
export interface Loss {
  /** In words, for reports: `nothing`, `the last second`. */
  readonly text: string;
  /** The most writes that may be lost; unbounded if absent. */
  readonly writesMax?: number;
  /** The greatest age of a write that may be lost, in milliseconds; unbounded if absent. */
  readonly ageMsMax?: number;
  /** Whether what is left may itself be damaged, so that some or all of it cannot be read. */
  readonly mayTear?: boolean;
}

/** What a backend promises for each kind of failure. */
export interface Promises {
  /** The process that holds the data dies, and the system lives on. */
  readonly processCrash: Loss;
  /** The system dies, with everything that it had not written to the device. */
  readonly powerLoss: Loss;
  /** A replica takes over; absent if there is none. */
  readonly failover?: Loss;
}

/** Nothing is lost. */
export const NOTHING: Loss = { text: "nothing", writesMax: 0, ageMsMax: 0 };
/** Everything is lost. */
export const EVERYTHING: Loss = { text: "everything" };
