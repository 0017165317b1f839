/**
 * A certificate for a server of a test, made by an authority that nobody else knows.
 *
 * @module
 */
import { assert } from "@std/assert";
import { isInPath } from "../../../lib/engine/server/in_path.ts";

/** What the machine lacks to make one. */
export const NO_OPENSSL = isInPath("openssl") ? undefined : "there is no openssl";

/** The paths of a server's certificate and its key, and of its authority's certificate. */
export interface Certificate {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes a certificate for a host of a name and an address. */
export async function makeCertificate(
  directory: string,
  { name, address }: { readonly name: string; readonly address: string },
): Promise<Certificate> {
  const of = (file: string) => `${directory}/${file}`;
  const newKey = (
    key: string,
  ) => ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key];
  const extensions = `subjectAltName=DNS:${name},IP:${address}\nbasicConstraints=CA:FALSE\n`;
  Deno.writeTextFileSync(of("extensions"), extensions);
  await openssl(["req", "-x509", ...newKey(of("ca.key")), "-out", of("ca.pem"), "-subj", "/CN=kvlab's tests"]);
  await openssl(["req", ...newKey(of("server.key")), "-out", of("request"), "-subj", `/CN=${name}`]);
  const signing = ["-CA", of("ca.pem"), "-CAkey", of("ca.key"), "-CAcreateserial", "-extfile", of("extensions")];
  await openssl(["x509", "-req", "-in", of("request"), ...signing, "-out", of("server.pem")]);
  return { authority: of("ca.pem"), certificate: of("server.pem"), key: of("server.key") };
}

/** Makes a pair of keys to sign with; returns the paths of the private and of the public one. */
export async function makeKeys(directory: string): Promise<readonly [string, string]> {
  const [own, open] = [`${directory}/signing.key`, `${directory}/signing.pub`];
  await openssl(["genrsa", "-out", own, "2048"]);
  await openssl(["rsa", "-in", own, "-pubout", "-out", open]);
  return [own, open];
}

async function openssl(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args: [...args], stdin: "null" }).output();
  assert(success, new TextDecoder().decode(stderr));
}
