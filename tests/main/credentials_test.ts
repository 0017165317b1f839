/**
 * Tests of kvlab on running servers that want TLS and a password: that it gets in, that the password is in nothing that
 * it writes, and that what keeps it out is one line.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PostgresClient } from "../../lib/engine/postgres/client.ts";
import { programsOf } from "../../lib/engine/postgres/programs.ts";
import { newSocketDirectory, PostgresServer } from "../../lib/engine/postgres/server.ts";
import { freePort } from "../../lib/engine/server/ports.ts";
import { until } from "../../lib/sync/delay.ts";
import { missingFor } from "../engine/missing.ts";
import { type Certificate, makeCertificate, makeKeys, NO_OPENSSL } from "../engine/server/certificate.ts";
import { temporaryDirectory } from "../run/files.ts";
import { assertCode, assertFailed, kvlab, testWhere } from "./kvlab.ts";

/** With what URLs have to write otherwise. */
const PASSWORD = "s3cr:t@pa%ss/w?rd";
const IN_URL = encodeURIComponent(PASSWORD);

/** All of 127.0.0.0/8 is this machine's own on Linux, so that the usual port is free at some address. */
const ADDRESS = "127.83.19.7";
/** The server's, too, but its certificate does not say so. */
const OTHER_ADDRESS = "127.83.19.8";
const NOT_LINUX = Deno.build.os === "linux" ? undefined : "only Linux has more than one address of its own";

/** A kvlab that finds nothing wrong, and shows the password nowhere: in no output, document or page. */
async function assertGetsIn(
  args: readonly string[],
  { directory, env = {} }: { readonly directory: string; readonly env?: Record<string, string> },
): Promise<void> {
  const [result, page] = [`${directory}/result.json`, `${directory}/page.html`];
  const ended = await kvlab(["--threads=1", "--keys=50", "--workload=a", `--result=${result}`, ...args], { env });
  assertCode(ended, 0);
  assertCode(await kvlab(["report", result, `--output=${page}`]), 0);
  assertMatch(ended.stdout, /operations +[\d,]+ reads?, [\d,]+ updates?/);
  const texts = [ended.stdout, ended.stderr, ...[result, page].map((path) => Deno.readTextFileSync(path))];
  for (const text of texts) assertShowsNone(text);
}

function assertShowsNone(text: string): void {
  for (const secret of [PASSWORD, IN_URL, "s3cr"]) assert(!text.includes(secret), text);
}

/** A kvlab that does not get in, for a reason in one line without the password. */
async function assertKeptOut(args: readonly string[], reason: RegExp, env: Record<string, string> = {}): Promise<void> {
  const line = assertFailed(await kvlab(["--threads=1", "--ops=10", ...args], { env }), /^kvlab: Cannot connect to /);
  assertMatch(line, reason);
  assertShowsNone(line);
}

testWhere(
  missingFor("postgres") ?? NO_OPENSSL ?? NOT_LINUX,
  "a PostgreSQL with TLS and a password lets kvlab in, which shows the password nowhere",
  async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    Deno.mkdirSync(`${path}/server`);
    const server = await PostgresServer.start({
      programs: programsOf(""),
      directory: `${path}/server`,
      socketDirectory: newSocketDirectory(),
      settings: { listen_addresses: `${ADDRESS},${OTHER_ADDRESS}` },
    });
    try {
      const certificate = await makeCertificate(path, { name: "localhost", address: ADDRESS });
      await wantPasswords(server, `${path}/server/data`, certificate);
      const url = (mode: string, password = IN_URL) => `--url=postgres://me:${password}@${ADDRESS}/postgres${mode}`;
      const env = { DENO_CERT: certificate.authority };
      const load = ["--ops=200", "--pattern=unthrottled", "postgres"];
      const elsewhere = url("?sslmode=verify-full").replace(ADDRESS, OTHER_ADDRESS);
      await Promise.all([
        assertGetsIn([...load, url("?sslmode=verify-full")], { directory: path, env }),
        assertKeptOut(["postgres", elsewhere], /certificate|altnames/i, env),
        assertKeptOut(["postgres", url("?sslmode=verify-full")], /certificate.* \(DENO_CERT can name a file with /),
        assertKeptOut(["postgres", url("?sslmode=require", "s3cr-other")], /password authentication failed/),
        assertKeptOut(["postgres", url("")], /no encryption$/),
      ]);
      for (const user of ["by_md5", "by_itself"]) await assertReads(user);
    } finally {
      await server.end();
    }
  },
);

/** A user gets in, and reads more over TLS than comes at once. */
async function assertReads(user: string): Promise<void> {
  const url = `postgres://${user}:${IN_URL}@${ADDRESS}/postgres?sslmode=require`;
  const client = await PostgresClient.connect({ url });
  assertEquals(await client.ask("SELECT repeat('x', 200000), current_user"), [["x".repeat(200_000), user]]);
  await client.close();
}

/** Has a server let nobody in from outside without TLS and a password. */
async function wantPasswords(server: PostgresServer, data: string, { certificate, key }: Certificate): Promise<void> {
  const { uid, gid } = Deno.statSync(data);
  for (const [from, to] of [[certificate, "server.crt"], [key, "server.key"]] as const) {
    Deno.copyFileSync(from, `${data}/${to}`);
    Deno.chownSync(`${data}/${to}`, uid, gid);
    Deno.chmodSync(`${data}/${to}`, 0o600);
  }
  const lines = [
    "local all all trust",
    ...["by_md5 md5", "by_itself password", "me scram-sha-256"].map((line) => {
      const [user, method] = line.split(" ");
      return `hostssl all ${user} 127.0.0.0/8 ${method}`;
    }),
  ];
  Deno.writeTextFileSync(`${data}/pg_hba.conf`, lines.map((line) => `${line}\n`).join(""));
  const client = await PostgresClient.connect({ socket: server.socket });
  await client.tell(`CREATE USER me SUPERUSER PASSWORD '${PASSWORD}'`);
  await client.tell(`CREATE USER by_itself PASSWORD '${PASSWORD}'`);
  await client.tell("SET password_encryption = md5");
  await client.tell(`CREATE USER by_md5 PASSWORD '${PASSWORD}'`);
  await client.tell("ALTER SYSTEM SET ssl = on");
  await client.tell("SELECT pg_reload_conf()");
  const isOn = async () => (await client.ask("SHOW ssl"))[0]?.[0] === "on";
  await until(isOn, { what: "TLS", timeoutMs: 10_000 });
  await client.close();
}

testWhere(
  missingFor("etcd") ?? NO_OPENSSL,
  "an etcd with TLS and passwords lets kvlab in, which asks for another token when its own has expired",
  async () => {
    using directory = temporaryDirectory();
    const { path } = directory;
    const certificate = await makeCertificate(path, { name: "localhost", address: "127.0.0.1" });
    const [own, open] = await makeKeys(path);
    const url = `https://localhost:${freePort()}`;
    const peer = `http://127.0.0.1:${freePort()}`;
    const server = new Deno.Command("etcd", {
      args: [
        `--data-dir=${path}/data`,
        `--listen-client-urls=${url.replace("localhost", "127.0.0.1")}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=default=${peer}`,
        "--heartbeat-interval=10",
        "--election-timeout=100",
        `--cert-file=${certificate.certificate}`,
        `--key-file=${certificate.key}`,
        `--auth-token=jwt,pub-key=${open},priv-key=${own},sign-method=RS256,ttl=1s`,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      await wantTokens(url, certificate);
      const env = { DENO_CERT: certificate.authority };
      const withUser = (password: string) => `--url=${url.replace("//", `//me:${password}@`)}`;
      const load = ["--load-time-sec=2.2", "--rate=50", "etcd", "--in-flight=4"];
      await Promise.all([
        assertGetsIn([...load, withUser(IN_URL)], { directory: path, env }),
        assertKeptOut(["etcd", withUser("s3cr-other")], /authentication failed, invalid user ID or password$/, env),
        assertKeptOut(["etcd", withUser(IN_URL)], /UnknownIssuer \(DENO_CERT can name a file with /),
      ]);
    } finally {
      server.kill("SIGKILL");
      await server.status;
    }
  },
);

/** Has a server, once it serves, let in only a user who may do nothing but with keys of kvlab's. */
async function wantTokens(url: string, { authority }: Certificate): Promise<void> {
  using client = Deno.createHttpClient({ caCerts: [Deno.readTextFileSync(authority)] });
  const post = async (action: string, body: object) => {
    const response = await fetch(`${url}/v3/${action}`, { method: "POST", body: JSON.stringify(body), client });
    await response.text();
    return response.ok;
  };
  await until(() => post("maintenance/status", {}).catch(() => false), { what: "etcd", timeoutMs: 30_000 });
  const permission = { permType: "READWRITE", key: btoa("kvlab:"), range_end: btoa("kvlab;") };
  const requests = [
    ["auth/user/add", { name: "root", password: PASSWORD }],
    ["auth/role/add", { name: "root" }],
    ["auth/user/grant", { user: "root", role: "root" }],
    ["auth/user/add", { name: "me", password: PASSWORD }],
    ["auth/role/add", { name: "kvlab" }],
    ["auth/role/grant", { name: "kvlab", perm: permission }],
    ["auth/user/grant", { user: "me", role: "kvlab" }],
    ["auth/enable", {}],
  ] as const;
  for (const [action, body] of requests) assertEquals(await post(action, body), true, action);
}
