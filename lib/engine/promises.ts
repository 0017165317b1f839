/**
 * The promises: what a backend's own documents say that a failure may lose of what it has acknowledged.
 *
 * @module
 */

/** What one kind of failure may lose of what was acknowledged. */
export interface Loss {
  /** In words, for reports: `nothing`, `the last second`. */
  readonly text: string;
  /** The most writes that may be lost; without, their number is not bounded. */
  readonly writesMax?: number;
  /** The greatest age of a write that may be lost, in milliseconds; without, it is not bounded. */
  readonly ageMsMax?: number;
  /** Whether what is left may be damaged in itself, so that part or all of it cannot be read. */
  readonly mayTear?: boolean;
}

/** What a backend promises for each kind of failure. */
export interface Promises {
  /** The process that holds the data dies, and the system lives on. */
  readonly processCrash: Loss;
  /** The system dies with all that it had not written to the device. */
  readonly powerLoss: Loss;
  /** Another copy takes over; absent where there is none. */
  readonly failover?: Loss;
}

/** Nothing at all is lost. */
export const NOTHING: Loss = { text: "nothing", writesMax: 0, ageMsMax: 0 };
/** All that was put is lost. */
export const EVERYTHING: Loss = { text: "everything" };
