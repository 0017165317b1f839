/**
 * Leaves out what is absent, for objects whose optional members are not there rather than undefined.
 *
 * @module
 */

/** The members that have a value, in their order. */
export function given<Members extends object>(members: Members): Given<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<Members>;
}

/** Only what may be undefined may be absent. */
type Given<Members> =
  & { readonly [Name in keyof Members as undefined extends Members[Name] ? never : Name]: Members[Name] }
  & {
    readonly [Name in keyof Members as undefined extends Members[Name] ? Name : never]?: Exclude<
      Members[Name],
      undefined
    >;
  };
