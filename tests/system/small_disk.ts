/**
 * A disk that is soon full, for tests of what happens then.
 *
 * @module
 */
import { TemporaryDirectory } from "../persist/fixtures.ts";

/** A tmpfs of 64 KiB, for which one must be root; unmounted at the end of the block that uses it. */
export class SmallDisk implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly path = this.#directory.path;

  /** @throws {Error} when it cannot be mounted */
  constructor() {
    try {
      run("mount", "-t", "tmpfs", "-o", "size=64k", "none", this.path);
    } catch (error) {
      this.#directory[Symbol.dispose]();
      throw error;
    }
  }

  /** Bytes that it holds. */
  static readonly SIZE = 64 * 1024;

  [Symbol.dispose](): void {
    run("umount", "--lazy", this.path);
    this.#directory[Symbol.dispose]();
  }
}

/** Why a small disk cannot be had here; `undefined` when it can. */
export function whyNoSmallDisk(): string | undefined {
  if (Deno.build.os !== "linux") return "tmpfs is Linux's";
  if (Deno.uid() !== 0) return "mounting needs root";
  try {
    new SmallDisk()[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function run(command: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(command, { args }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim().replaceAll(/\s+/g, " "));
}
