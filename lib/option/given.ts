/**
 * Leaves out what is absent, for objects whose optional members are not there rather than undefined.
 *
 * @module
 */

/** The members that have a value, in their order. */
export function given<Members extends object>(members: Members): Given<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<Members>;
}

type Given<Members> = { readonly [Name in keyof Members]?: Exclude<Members[Name], undefined> };
