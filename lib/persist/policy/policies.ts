/**
 * The persistence policies.
 *
 * @module
 */
import { ASYNCHRONOUS } from "./asynchronous.ts";
import { COMMIT } from "./commit.ts";
import { PERIODIC } from "./periodic.ts";
import type { PolicyKind, PolicyModule } from "./policy_module.ts";
import { SYNCHRONOUS } from "./synchronous.ts";

/** Every policy by its name, in the order shown to users. Nothing else lists them. */
export const POLICIES = { synchronous: SYNCHRONOUS, asynchronous: ASYNCHRONOUS, periodic: PERIODIC, commit: COMMIT };

/** The name of a policy. */
export type PolicyName = keyof typeof POLICIES;

/** The names of the policies, in the order shown to users. */
export const POLICY_NAMES = Object.keys(POLICIES) as PolicyName[];

type OptionsOf<Module> = Module extends PolicyModule<infer Options> ? Options : never;

/** The options of a policy. */
export type PersistencePolicy = OptionsOf<typeof POLICIES[PolicyName]>;

/** The policy that options choose. The type of its options is erased: they are the ones that it gets. */
export function policyOf({ kind }: PolicyKind): PolicyModule {
  return (POLICIES as Record<string, PolicyModule>)[kind]!;
}

/** Whether load workers write files, beside the file worker. */
export function loadWorkersWrite(options: PolicyKind): boolean {
  return policyOf(options).flush === undefined;
}
