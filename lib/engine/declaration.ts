/**
 * Declarations: what the command line, the help and results have to know of an engine, without loading it.
 *
 * @module
 */
import type { EngineSettings } from "./engine.ts";

/** A flag of an engine's own. Its value is the setting under its key, which ends in its unit. */
interface EngineFlag {
  /** The long name, without the dashes. An engine may have one that another engine has too, of the same kind. */
  readonly name: string;
  /** What it does, as shown in the help; begins with the engine's name. */
  readonly about: string;
  /** How `lib/option/kinds.ts` describes the kind of its values. */
  readonly placeholder: string;
  readonly allowed: string;
  readonly choices?: readonly string[];
  readonly suffix?: string;
  text?(value: unknown): string;
  toJson?(value: unknown): number;
  parse(text: string): string | number | undefined;
  /** The default, as a user would write it, or how the help describes it. */
  readonly defaultText?: string;
  readonly defaultNote?: string;
}

/** The flags that engines share with the file backend or with each other. */
export type SharedFlag = "output" | "in-flight" | "spawn" | "url";

/** What is declared of an engine. */
export interface EngineDeclaration {
  /** What it is, as shown in the help. */
  readonly about: string;
  readonly takes: readonly SharedFlag[];
  /** Whether it keeps its keys in the order of their bytes, so that its connections scan. */
  readonly isOrdered: boolean;
  /** Whether its connections send keys as text, so that only those of UTF-8 come out as they are. */
  readonly hasTextKeys?: boolean;
  /** For an engine that takes `--spawn`: what it starts if not told, as shown in the help. */
  readonly usualProgram?: string;
  /** For an engine that takes `--url`: what its URLs look like, as errors put it after "must be". */
  readonly url?: { readonly allowed: string; isValid(url: URL): boolean };
  /** The levels of `--sync` that it has; absent if it does not take the flag. */
  readonly syncNames?: readonly string[];
  /** Its own flags, by the names of its settings. */
  readonly flags: Readonly<Record<string, EngineFlag>>;
  /** Settings for flags that are neither given nor have a default. */
  readonly defaults?: EngineSettings;
  /** Which of the settings contradict each other, and how; `undefined`, or absent, if none do. */
  refusal?(settings: EngineSettings): string | undefined;
  /** What the machine lacks that the engine needs, and where it comes from; `undefined`, or absent, if nothing. */
  missing?(): string | undefined;
  /**
   * Why `crash --cut=power` cannot judge what is left with these settings, as a clause; `undefined`, or absent, if it
   * can.
   */
  notJudged?(settings: EngineSettings): string | undefined;
  /**
   * The memory that servers which kvlab starts take for so many records, whose key and value take so many bytes
   * together; absent if the engine keeps its data in files.
   */
  serverBytes?(settings: EngineSettings, held: { readonly records: number; readonly recordBytes: number }): number;
}
