/**
 * Benchmarks file replacement: the cost of guaranteeing that a reader, and a crash, finds either the old snapshot or
 * the new one.
 *
 * It runs in a temporary directory; set `TMPDIR` to see how the ratios differ on another file system.
 *
 * @module
 */
import { replaceFile } from "../lib/system/file_io.ts";
import { options } from "./short.ts";

const CONTENT = new Uint8Array(8 * 1024).fill(0x2e);

const directory = Deno.makeTempDirSync({ prefix: "kvlab-bench-" });
globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

/** A path at which a file already exists. */
function existing(name: string): string {
  const path = `${directory}/${name}`;
  Deno.writeFileSync(path, CONTENT);
  return path;
}

const GROUP = { ...options(), group: "replace an 8 KiB file" };

const overwritten = existing("overwritten");
Deno.bench("Deno.writeFileSync: a crash leaves a partial file", { ...GROUP, baseline: true }, () => {
  Deno.writeFileSync(overwritten, CONTENT);
});

const replaced = existing("replaced");
Deno.bench("replaceFile: old or new, never partial", GROUP, () => {
  replaceFile(replaced, CONTENT);
});

const open = Deno.openSync(existing("open"), { write: true });
Deno.bench("seek and write, file kept open: a crash leaves a mixture", GROUP, () => {
  open.seekSync(0, Deno.SeekMode.Start);
  open.writeSync(CONTENT);
});
