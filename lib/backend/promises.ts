/**
 * What the file backend promises about data loss.
 *
 * @module
 */
import { type Loss, NOTHING, type Promises } from "../engine/promises.ts";
import { exposureBound } from "../persist/exposure_bound.ts";
import { layoutOf } from "../persist/layout/layouts.ts";
import type { FileBackendOptions } from "./backend.ts";

/**
 * The promises of the shared store in files. They follow from the policy (`policy.ts`) and, for a power loss,
 * from the sync level: a power loss may destroy whatever was not synced, however long ago it was written. There is no
 * second copy that could take over.
 */
export function filePromises(backend: FileBackendOptions, threads: number): Promises {
  const { layout, sync } = backend;
  const processCrash = policyLoss(backend, threads);
  const powerLoss = sync === "none" ? UNSYNCED : processCrash;
  switch (layoutOf(layout.kind).tears(layout)) {
    case "nothing":
      return { processCrash, powerLoss };
    case "power-loss":
      return { processCrash, powerLoss: { ...powerLoss, mayTear: true } };
    case "any-crash":
      return { processCrash: orTorn(processCrash), powerLoss: { ...orTorn(powerLoss), mayTear: true } };
  }
}

const UNSYNCED: Loss = { text: "everything that was never synced (--sync=none)", mayTear: true };

function policyLoss({ policy }: FileBackendOptions, threads: number): Loss {
  const { writes, ageMs } = exposureBound(policy, threads);
  const bounds = {
    ...(writes === undefined ? {} : { writesMax: writes }),
    ...(ageMs === undefined ? {} : { ageMsMax: ageMs }),
  };
  switch (policy.kind) {
    case "synchronous":
      return { ...bounds, text: "what came since each file's last write, however long ago" };
    case "asynchronous":
      return { ...bounds, text: `at most ${writes} writes` };
    case "periodic":
      // How long a flush takes is not known beforehand.
      return { text: `the writes of the last ${policy.periodMs} ms and of the time that a flush takes` };
    case "commit":
      return NOTHING;
  }
}

/** A file that is overwritten in place may be torn by either kind of failure. */
function orTorn(loss: Loss): Loss {
  return { ...loss, text: `${loss.text}, and all of each file that was being overwritten` };
}
