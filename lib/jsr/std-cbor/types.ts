/**
 * The values that CBOR carries, as `@std/cbor` names them.
 *
 * @module
 */
import type { CborTag } from "./tag.ts";

/** A value that holds no others. */
export type CborPrimitiveType = undefined | null | boolean | number | bigint | string | Uint8Array | Date;

/** A value that can be encoded, and that decoding returns. */
export type CborType =
  | CborPrimitiveType
  | CborTag<CborType>
  | Map<CborType, CborType>
  | CborType[]
  | { [k: string]: CborType };
