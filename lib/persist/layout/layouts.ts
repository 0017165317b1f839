/**
 * The layouts.
 *
 * @module
 */
import type { SerializerName } from "../../codec/codec.ts";
import type { PageSize } from "../../store/store_size.ts";
import { BLOCKS } from "./blocks/blocks.ts";
import type { LayoutKind, LayoutModule } from "./layout_module.ts";
import { LOG } from "./log/log.ts";
import { SNAPSHOT } from "./snapshot/snapshot.ts";

/** Every layout by its name, in the order shown to users. Nothing else lists them. */
export const LAYOUTS = { snapshot: SNAPSHOT, blocks: BLOCKS, log: LOG };

/** The name of a layout. */
export type LayoutName = keyof typeof LAYOUTS;

/** The names of the layouts, in the order shown to users. */
export const LAYOUT_NAMES = Object.keys(LAYOUTS) as LayoutName[];

type OptionsOf<Module> = Module extends LayoutModule<infer Options, infer _> ? Options : never;

/** What a write writes, and where. */
export type LayoutOptions = OptionsOf<typeof LAYOUTS[LayoutName]>;

/** The layout of this name, which is one of {@linkcode LAYOUT_NAMES}. */
export function layoutOf(name: string): LayoutModule {
  return (LAYOUTS as Record<string, LayoutModule>)[name]!;
}

/** The bytes of a block, as a member to spread, if the layout has blocks. */
export function blockBytesOf(options: LayoutKind): { readonly blockBytes?: number } {
  const blockBytes = layoutOf(options.kind).blockBytes?.(options);
  return blockBytes === undefined ? {} : { blockBytes };
}

/** How a layout needs the arenas to be divided into pages; `undefined`: not at all. */
export function pagesOf(options: LayoutKind, serializer: SerializerName): PageSize | undefined {
  return layoutOf(options.kind).pages?.(options, serializer);
}
