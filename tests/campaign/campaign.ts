/**
 * The campaigns' size: small inside `deno task test`, large with `--full`. A campaign prints what it has counted.
 *
 * @module
 */

/** Whether the campaign was started in full: `deno task test:<name> --full`, or with `KVLAB_FULL=1`. */
export function isFull(): boolean {
  return Deno.args.includes("--full") || Deno.env.get("KVLAB_FULL") === "1";
}

/** How many rounds a campaign has. */
export function rounds(options: { small: number; full: number }): number {
  return isFull() ? options.full : options.small;
}

/** The text given to a campaign as `--name=TEXT`; `undefined` if none is. */
export function textOption(name: string): string | undefined {
  const prefix = `--${name}=`;
  return Deno.args.find((arg) => arg.startsWith(prefix))?.slice(prefix.length);
}

/** The number given to a campaign as `--name=N`; `undefined` if none is. */
export function numberOption(name: string): number | undefined {
  const text = textOption(name);
  return text === undefined ? undefined : Number(text);
}

/** Prints what a campaign has counted, as one line. */
export function report(campaign: string, counts: Readonly<Record<string, number | string>>): void {
  const texts = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  Deno.stdout.writeSync(new TextEncoder().encode(`${campaign}: ${texts.join(", ")}\n`));
}
