/**
 * The errors for what an engine refuses or fails to do, in one line.
 *
 * @module
 */
import { messageOf, reasonOf } from "../system/persist_error.ts";

/** An operation that an engine refused or failed to do. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";

  /**
   * @param action what was tried, such as `put into`
   * @param target what it was tried on: a path or an address
   * @param reason what was thrown, or what was wrong
   */
  constructor(action: string, target: string, reason: unknown) {
    const text = reason instanceof Deno.errors.NotCapable
      ? reasonOf(reason)
      : messageOf(reason).trim().split("\n", 1)[0];
    super(`Cannot ${action} ${target}: ${text}`, { cause: reason });
  }
}

/**
 * An engine could not even be asked, for a reason that lies with kvlab or the machine: no port is free, there is no
 * such program, nothing listens in time. It says nothing about what the engine has kept, so it is never counted as a
 * loss.
 */
export class HarnessError extends EngineError {
  override readonly name = "HarnessError";
}
