/**
 * Turns the file backend's flags into its options, and refuses those of other backends.
 *
 * @module
 */
import type { FileBackendOptions } from "../backend/backend.ts";
import type { LayoutFlags } from "../persist/layout/layout_module.ts";
import { LAYOUT_NAMES, layoutOf, LAYOUTS } from "../persist/layout/layouts.ts";
import { type PersistencePolicy, POLICIES, POLICY_NAMES, policyOf } from "../persist/policy/policies.ts";
import type { RawArguments } from "./arguments.ts";
import type { ValuesOf } from "./flag_values.ts";
import { type BackendName, FLAG_LIST, FLAGS, SWITCH_LIST } from "./commands.ts";
import type { FlagName } from "../result/option/flag.ts";
import type { FILE_FLAGS } from "../result/option/file_flags.ts";
import { listNames, UsageError } from "../option/wording.ts";
import { given } from "../option/given.ts";

/** The values of the file backend's flags. */
export type FileValues = ValuesOf<typeof FILE_FLAGS>;

/** The values that decide on the policy. */
type PolicyValues = Pick<FileValues, typeof POLICIES[keyof typeof POLICIES]["flag"] | "queueMemoryBytes" | "layout">;

/**
 * Refuses flags that belong to other backends.
 *
 * @throws {UsageError} when any are given; the message names the backends that take them
 */
export function refuseOtherBackends(backend: BackendName, { given }: RawArguments): void {
  const strays = [...FLAG_LIST, ...SWITCH_LIST].flatMap((flag) => {
    const takers = backendsOf(flag);
    if (takers.length === 0 || takers.includes(backend) || !given.has(flag.name)) return [];
    return [`--${flag.name} (${takers.join(", ")})`];
  });
  if (strays.length > 0) {
    throw new UsageError(`the ${backend} backend takes no flags of other backends, got ${strays.join(", ")}`);
  }
}

/** The backends that take the flag; empty if it is not specific to a backend. */
function backendsOf({ scope, engines = [] }: FlagName): readonly BackendName[] {
  return scope === "file" || scope === "device" ? ["file", ...engines] : engines;
}

/** @throws {UsageError} when a required flag is missing or flags contradict each other */
export function fileBackend(raw: RawArguments, values: FileValues): FileBackendOptions {
  const { output, fileCount, layout, replace, blockBytes, logBytes, queueMemoryBytes, ...others } = values;
  // What is left beside the policies' is in the backend's options as it is.
  const { writePeriodUs, queueDepth, flushPeriodUs, commitDelayUs, ...plain } = others;
  if (fileCount === undefined) {
    throw new UsageError(`the file backend needs --file-count=N, ${FLAGS.fileCount.allowed}`);
  }
  const policies = { writePeriodUs, queueDepth, queueMemoryBytes, flushPeriodUs, commitDelayUs, layout };
  return {
    kind: "file",
    ...given({ output }),
    fileCount,
    policy: persistencePolicy(raw, policies),
    layout: layoutOptions(raw, { layout, replace, blockBytes, logBytes, queueMemoryBytes }),
    ...plain,
  };
}

/** @throws {UsageError} when a flag that goes with another layout is given */
function layoutOptions({ given }: RawArguments, { layout, ...flags }: LayoutFlags & Pick<FileValues, "layout">) {
  for (const other of LAYOUT_NAMES) {
    const { flag } = layoutOf(other);
    if (other === layout || flag === undefined || !given.has(FLAGS[flag].name)) continue;
    const name = FLAGS.layout.name;
    throw new UsageError(`--${FLAGS[flag].name} goes with --${name}=${other}, got --${name}=${layout}`);
  }
  return LAYOUTS[layout].optionsOf(flags);
}

/** @throws {UsageError} unless the flag of exactly one policy is given, or when one is given that bounds nothing */
function persistencePolicy({ given }: RawArguments, values: PolicyValues): PersistencePolicy {
  const policies = POLICY_NAMES.flatMap((kind) => {
    const { flag, optionsOf } = POLICIES[kind];
    const value = values[flag];
    return value === undefined ? [] : [optionsOf(value, values)];
  });
  const [policy] = policies;
  if (policy === undefined || policies.length > 1) {
    const flags = POLICY_NAMES.map((kind) => ({ ...FLAGS[POLICIES[kind].flag], kind }));
    const allowed = flags.map(({ name, placeholder, kind }) => `--${name}=${placeholder} (${kind})`);
    const got = flags.filter(({ name }) => given.has(name)).map(({ name }) => `--${name}`);
    throw new UsageError(
      `the file backend needs one persistence policy, ${listNames(allowed)}, got ${got.join(" and ") || "none"}`,
    );
  }
  const hasQueue = policyOf(policy).createQueue !== undefined;
  if (!hasQueue && values.layout !== "log" && given.has(FLAGS.queueMemoryBytes.name)) {
    throw new UsageError(
      `--queue-memory bounds the queue of --queue-depth=N, or what waits for the logs of --layout=log, ` +
        `got the ${policy.kind} policy`,
    );
  }
  return policy;
}
