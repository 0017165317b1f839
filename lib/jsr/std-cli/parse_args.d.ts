// The npm package has @std/cli/parse-args without its types. These declare its API, but say less about the result than
// the original types (what those infer from aliases, defaults and dotted names is `unknown` here), so that whatever
// compiles against these also compiles against the original.

type BooleanType = boolean | string | undefined;
type StringType = string | undefined;
type Collectable = string | undefined;
type Negatable = string | undefined;
type Aliases = Partial<Record<string, string | ReadonlyArray<string>>>;

/** The flags of the result: each declared name with its type, an array of them when it is collected. */
type Values<
  TBooleans extends BooleanType,
  TStrings extends StringType,
  TCollectable extends Collectable,
  TNegatable extends Negatable,
> =
  & Record<string, unknown>
  & { [Name in Exclude<Extract<TBooleans, string>, TCollectable>]: boolean }
  & { [Name in Extract<Extract<TBooleans, string>, TCollectable>]: boolean[] }
  & { [Name in Exclude<Extract<TStrings, string>, TCollectable>]?: string | (Name extends TNegatable ? false : never) }
  & { [Name in Extract<Extract<TStrings, string>, TCollectable>]: string[] };

/** What {@linkcode parseArgs} returns: the flags, and in `_` the arguments that are not flags. */
export type Args<
  TArgs extends Record<string, unknown> = Record<string, unknown>,
  TDoubleDash extends boolean | undefined = undefined,
> =
  & TArgs
  & { _: Array<string | number> }
  & (true extends TDoubleDash ? { "--": string[] } : Record<never, never>);

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions<
  TBooleans extends BooleanType = BooleanType,
  TStrings extends StringType = StringType,
  TCollectable extends Collectable = Collectable,
  TNegatable extends Negatable = Negatable,
  TDefault extends Record<string, unknown> | undefined = Record<string, unknown> | undefined,
  TAliases extends Aliases | undefined = Aliases | undefined,
  TDoubleDash extends boolean | undefined = boolean | undefined,
> {
  /** Whether the arguments after `--` go to the result's `"--"` rather than to `_`. */
  "--"?: TDoubleDash;
  /** Other names of a flag; the result has each value under all of them. */
  alias?: TAliases;
  /** Flags that take no value; `true` for each given as `--name` without `=`. */
  boolean?: TBooleans | ReadonlyArray<Extract<TBooleans, string>>;
  /** Values of flags that are not given. */
  default?: TDefault;
  /** Whether everything after the first argument that is not a flag goes to `_`. */
  stopEarly?: boolean;
  /** Flags whose values stay strings; the values of others become numbers if they look like one. */
  string?: TStrings | ReadonlyArray<Extract<TStrings, string>>;
  /** Flags that may be repeated, and whose values are collected in an array; for others, the last value counts. */
  collect?: TCollectable | ReadonlyArray<Extract<TCollectable, string>>;
  /** Flags that `--no-name` sets to false. */
  negatable?: TNegatable | ReadonlyArray<Extract<TNegatable, string>>;
  /**
   * Called with each undeclared flag, and each argument that is not a flag; returning false keeps it out of the result.
   */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/**
 * Reads command line arguments into an object.
 *
 * @param args the arguments, without the program's name
 * @param options which flags there are and what they take
 */
export function parseArgs<
  TDoubleDash extends boolean | undefined = undefined,
  TBooleans extends BooleanType = undefined,
  TStrings extends StringType = undefined,
  TCollectable extends Collectable = undefined,
  TNegatable extends Negatable = undefined,
  TDefault extends Record<string, unknown> | undefined = undefined,
  TAliases extends Aliases | undefined = undefined,
>(
  args: string[],
  options?: ParseOptions<TBooleans, TStrings, TCollectable, TNegatable, TDefault, TAliases, TDoubleDash>,
): Args<Values<TBooleans, TStrings, TCollectable, TNegatable>, TDoubleDash>;
