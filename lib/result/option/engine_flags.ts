/**
 * The engines' flags: those that each declares for itself, and the one that several share. Those shared with the file
 * backend are in `file_flags.ts`.
 *
 * @module
 */
import { ENGINE_NAMES, ENGINES, enginesThatTake } from "../../engine/engines.ts";
import { wholeNumber } from "../../option/kinds.ts";
import type { DefaultedFlag, Flag } from "./flag.ts";

/** The flags that engines declare, by the names of the settings. What several declare is said once for all of them. */
export const OWN_FLAGS: Readonly<Record<string, Flag<string | number>>> = ownFlags();

function ownFlags(): Record<string, Flag<string | number>> {
  const flags: Record<string, Flag<string | number>> = {};
  for (const engine of ENGINE_NAMES) {
    for (const [key, flag] of Object.entries(ENGINES[engine].flags)) {
      const { engines = [], about } = flags[key] ?? {};
      flags[key] = {
        ...flag,
        scope: "engine",
        engines: [...engines, engine],
        about: about === undefined ? flag.about : `${about} ${flag.about}`,
      };
    }
  }
  return flags;
}

/** The flag that engines share, in the order shown to users. */
export const ENGINE_FLAGS = {
  inFlight: {
    name: "in-flight",
    scope: "engine",
    engines: enginesThatTake("in-flight"),
    placeholder: "N",
    about: `${enginesThatTake("in-flight").join(", ")}: the most operations that each thread has in flight.`,
    defaultText: "1",
    words: (inFlight: number) => inFlight === 1 ? "" : `${inFlight} in flight`,
    ...wholeNumber({ min: 1, max: 1024 }),
  },
} as const satisfies Record<string, Flag<unknown> | DefaultedFlag<unknown>>;
