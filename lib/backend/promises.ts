/**
 * What the file backend promises about data loss.
 *
 * @module
 */
import type { Loss, Promises } from "../engine/promises.ts";
import { layoutOf } from "../persist/layout/layouts.ts";
import { policyOf } from "../persist/policy/policies.ts";
import type { FileBackendOptions } from "./backend.ts";

/**
 * The promises of the shared store in files. They follow from the policy and, for a power loss, from the sync level and
 * from what the layout syncs: a power loss may destroy whatever was not synced, however long ago it was written. There
 * is no second copy that could take over.
 */
export function filePromises(backend: FileBackendOptions, threads: number): Promises {
  const { layout, sync } = backend;
  const { tears, losesWritten } = layoutOf(layout.kind);
  const processCrash = policyLoss(backend, threads);
  const written = losesWritten?.(layout, backend);
  const syncedLoss = written === undefined ? processCrash : { text: `${processCrash.text}, and ${written}` };
  const powerLoss = sync === "none" ? UNSYNCED : syncedLoss;
  switch (tears(layout)) {
    case "nothing":
      return { processCrash, powerLoss };
    case "any-crash":
      return { processCrash: orTorn(processCrash), powerLoss: { ...orTorn(powerLoss), mayTear: true } };
  }
}

const UNSYNCED: Loss = { text: "everything that was never synced (--sync=none)", mayTear: true };

function policyLoss({ policy }: FileBackendOptions, threads: number): Loss {
  const { bound, loss } = policyOf(policy);
  const { writes, ageMs } = bound(policy, { threads });
  return {
    text: loss(policy, { threads }),
    ...(writes === undefined ? {} : { writesMax: writes }),
    ...(ageMs === undefined ? {} : { ageMsMax: ageMs }),
  };
}

/** A file that is overwritten in place may be torn by either kind of failure. */
function orTorn(loss: Loss): Loss {
  return { ...loss, text: `${loss.text}, and all of each file that was being overwritten` };
}
