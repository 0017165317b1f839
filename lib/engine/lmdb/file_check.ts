/**
 * Looks at an LMDB file before the package opens it, which does not survive what LMDB refuses, nor what LMDB does not
 * refuse: it reads its file as memory, and a page that is missing at the end kills the process (SIGBUS).
 *
 * @module
 */
import { EngineError } from "../engine_error.ts";
import { lookAt, openExistingFile, readAt } from "../../system/file_io.ts";

/**
 * Where things are on the first two pages of a file, which are meta pages (`mdb.c`, `MDB_page` and `MDB_meta`): after
 * the header of the page its magic, the version of the format, the size of pages, the trees of the list of free pages
 * and of the records, the last page in use, and the transaction that has written it.
 */
const FLAGS_AT = 18, MAGIC_AT = 24, VERSION_AT = 28, PAGE_SIZE_AT = 48, TREES_AT = [48, 96];
const LAST_PAGE_AT = 144, TRANSACTION_AT = 152;
const META_BYTES = 160;
/** In a tree (`MDB_db`), how many levels it has, how many pages of long values, and its root. */
const LEVELS_AT = 6, LONG_PAGES_AT = 24, ROOT_AT = 40;
/** The root of what is empty. */
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/**
 * On every other page, where its offsets of nodes end, or of a long value, how many pages that has. Both that end and
 * the offsets count from the end of the page's header, behind which the offsets are.
 */
const LOWER_AT = 20, LONG_COUNT_AT = 20;
const PAGE_HEADER_BYTES = 24;
/** In a node (`MDB_node`), its flags, the size of its key, and the key; in a branch, its first six bytes are a page. */
const NODE_FLAGS_AT = 4, KEY_SIZE_AT = 6, KEY_AT = 8;
/** The flag of a node whose value is elsewhere: behind the key is the first of its pages. */
const IS_LONG = 0x01;

const IS_META = 0x08, MAGIC = 0xbeef_c0de, VERSION = 2;

/** @throws {EngineError} when there is a file that is no database, or only a part of one */
export function checkFile(path: string): void {
  const sizeBytes = lookAt(path)?.size ?? 0;
  if (sizeBytes === 0) return;
  using file = openExistingFile(path);
  const read = (position: number, bytes: number) => {
    const view = new DataView(new ArrayBuffer(bytes));
    readAt(file, path, position, new Uint8Array(view.buffer));
    return view;
  };
  const first = read(0, META_BYTES);
  const isMeta = (first.getUint16(FLAGS_AT, true) & IS_META) !== 0 && first.getUint32(MAGIC_AT, true) === MAGIC;
  if (!isMeta) throw new EngineError("open", path, "it is not an LMDB database");
  const version = first.getUint32(VERSION_AT, true) & 0xffff;
  if (version !== VERSION) throw new EngineError("open", path, `its format is version ${version}, must be ${VERSION}`);
  const pageBytes = first.getUint32(PAGE_SIZE_AT, true);
  if (sizeBytes < 2 * pageBytes) {
    throw new EngineError(
      "open",
      path,
      `it has ${sizeBytes} B, must have at least the ${2 * pageBytes} B of its meta pages`,
    );
  }
  const second = read(pageBytes, META_BYTES);
  const newest = transactionOf(second) > transactionOf(first) ? second : first;
  const lastPage = numberAt(newest, LAST_PAGE_AT);
  // The last pages of a sound file may be missing, too, if nothing was ever kept there.
  if ((lastPage + 1) * pageBytes <= sizeBytes) return;
  const check = new PageCheck({
    path,
    sizeBytes,
    pageBytes,
    lastPage,
    read: (page) => read(page * pageBytes, pageBytes),
  });
  for (const at of TREES_AT) check.tree(new DataView(newest.buffer, at));
}

function transactionOf(meta: DataView): bigint {
  return meta.getUint32(MAGIC_AT, true) === MAGIC ? meta.getBigUint64(TRANSACTION_AT, true) : -1n;
}

function numberAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/** A file of which not all pages are there. */
interface ShortFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly pageBytes: number;
  readonly lastPage: number;
  read(page: number): DataView;
}

/** Looks for all pages of trees. Leaves are only read where values may be elsewhere. */
class PageCheck {
  readonly #file: ShortFile;
  #seen = 0;

  constructor(file: ShortFile) {
    this.#file = file;
  }

  /** @throws {EngineError} when a page is missing */
  tree(tree: DataView): void {
    if (tree.getBigUint64(ROOT_AT, true) === NO_PAGE) return;
    this.#page(numberAt(tree, ROOT_AT), tree.getUint16(LEVELS_AT, true), numberAt(tree, LONG_PAGES_AT) > 0);
  }

  /** @param levels how many there are from this page on */
  #page(page: number, levels: number, hasLong: boolean): void {
    this.#refuseMissing(page, 1);
    if (levels <= 1 && !hasLong) return;
    const view = this.#file.read(page);
    const end = PAGE_HEADER_BYTES + view.getUint16(LOWER_AT, true);
    for (let at = PAGE_HEADER_BYTES; at < end; at += 2) {
      const node = this.#node(page, view, at);
      if (levels > 1) this.#page(childOf(node), levels - 1, hasLong);
      else if ((node.getUint16(NODE_FLAGS_AT, true) & IS_LONG) !== 0) this.#longValue(page, node);
    }
  }

  /** The node whose offset is at such a place of a page. */
  #node(page: number, view: DataView, at: number): DataView {
    const { pageBytes } = this.#file;
    const offset = at + 2 <= pageBytes ? PAGE_HEADER_BYTES + view.getUint16(at, true) : pageBytes;
    if (offset + KEY_AT > pageBytes) throw this.#damaged(`its page ${page} is none`);
    return new DataView(view.buffer, offset);
  }

  #longValue(page: number, node: DataView): void {
    const at = KEY_AT + node.getUint16(KEY_SIZE_AT, true);
    if (at + 8 > node.byteLength) throw this.#damaged(`its page ${page} is none`);
    const first = numberAt(node, at);
    this.#refuseMissing(first, 1);
    this.#refuseMissing(first, this.#file.read(first).getUint32(LONG_COUNT_AT, true));
  }

  #refuseMissing(page: number, count: number): void {
    const { pageBytes, sizeBytes, lastPage } = this.#file;
    const endBytes = (page + count) * pageBytes;
    if (endBytes > sizeBytes) throw this.#damaged(`it has ${sizeBytes} B, its page ${page} ends at ${endBytes} B`);
    // A page that is its own descendant.
    if (++this.#seen > 2 * (lastPage + 1)) throw this.#damaged("its pages refer to each other");
  }

  #damaged(how: string): EngineError {
    return new EngineError("open", this.#file.path, `it is damaged: ${how}`);
  }
}

/** The page that a node of a branch leads to. */
function childOf(node: DataView): number {
  return node.getUint32(0, true) + node.getUint16(NODE_FLAGS_AT, true) * 2 ** 32;
}
