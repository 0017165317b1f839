/**
 * Recognizes the files of a store by their names, which give its layout, number of files and serializer.
 *
 * @module
 */
import type { ParsedName, StoreKind } from "../persist/layout/layout_module.ts";
import { LAYOUT_NAMES, layoutOf } from "../persist/layout/layouts.ts";

/** Separates a damaged file's name from the time at which it was set aside. */
export const SET_ASIDE_INFIX = ".corrupt-";

/** The parts of a store file's name. */
export type StoreFileName = ParsedName & StoreKind;

/** Those of the names that any store's files have, with their parsed forms. */
export function storeFileNames(names: readonly string[]): Map<string, StoreFileName> {
  const found = new Map<string, StoreFileName>();
  for (const name of names) {
    const parsed = parseStoreFileName(name);
    if (parsed !== undefined) found.set(name, parsed);
  }
  return found;
}

/** The parts of a store file's name, incomplete files included; `undefined` if it is none. */
export function parseStoreFileName(name: string): StoreFileName | undefined {
  for (const layout of LAYOUT_NAMES) {
    const parsed = layoutOf(layout).parseName(name);
    if (parsed !== undefined) return { layout, ...parsed };
  }
  return undefined;
}

/** The parts of a damaged file's name before it was set aside; `undefined` if the name is not one of those. */
export function parseSetAsideName(name: string): StoreFileName | undefined {
  const end = name.indexOf(SET_ASIDE_INFIX);
  return end < 0 ? undefined : parseStoreFileName(name.slice(0, end));
}

/** The kind of store that a file belongs to, without the rest of what its name says. */
export function kindOfFile({ layout, files, serializer, blockBytes }: StoreKind): StoreKind {
  return { layout, files, serializer, ...(blockBytes === undefined ? {} : { blockBytes }) };
}

/** Whether two files belong to the same kind of store. */
export function isSameStore(a: StoreKind, b: StoreKind): boolean {
  return a.layout === b.layout && a.files === b.files && a.serializer === b.serializer && a.blockBytes === b.blockBytes;
}

/** The names of the files of the part with this number, up to their first dot. */
export function stemOf(kind: StoreKind, index: number): string {
  return layoutOf(kind.layout).names(kind, index)[0].split(".", 1).join();
}

/** The flags of a run that would use such files. */
export function flagsOf({ layout, files, serializer, blockBytes }: StoreKind, withLayout: boolean): string {
  const size = blockBytes === undefined ? "" : `--block-size=${sizeOf(blockBytes)} `;
  return `${withLayout ? `--layout=${layout} ` : ""}${size}--file-count=${files} --serializer=${serializer}`;
}

/** A block's size in the form that its flag takes. */
function sizeOf(blockBytes: number): string {
  if (blockBytes % 2 ** 20 === 0) return `${blockBytes / 2 ** 20}MiB`;
  return blockBytes % 1024 === 0 ? `${blockBytes / 1024}KiB` : `${blockBytes}B`;
}
