/**
 * A network of this machine alone, in which servers can be cut off from each other: each server has a network namespace
 * of its own, a bridge in one more joins them, and a link leads from kvlab to the bridge.
 *
 * ```text
 * kvlab 198.18.N.1 ── bridge ─┬─ server 198.18.N.10
 *                             ├─ server 198.18.N.11
 *                             └─ …
 * ```
 *
 * The namespaces have no names. Each is held by a process that ends when its input does, as when kvlab is killed, and
 * by the server in it; once these have ended the system removes it, and with it the links and the bridge. So nothing is
 * left, however kvlab ends.
 *
 * A server that is cut off reaches no other server, and none reaches it, but kvlab does: as a client that is on the
 * wrong side.
 *
 * @module
 */
import { systemCommand } from "../../system/command.ts";
import { thenCleanUp } from "../../sync/clean_up.ts";
import { HarnessError } from "../engine_error.ts";
import { isInPath } from "./in_path.ts";

/** These addresses are for trials of networks (RFC 2544), so that nobody else should use them. */
const BLOCK = "198.18";
const THIRD_MAX = 254;
const FIRST_SERVER = 10;
/** The most servers in a network. */
const SERVERS_MAX = 200;

/** The programs that it takes, all of them in Debian's packages iproute2 and util-linux. */
const PROGRAMS = ["ip", "nsenter", "unshare"] as const;

/** A process that holds a network namespace. */
interface Holder {
  readonly process: Deno.ChildProcess;
  readonly pid: number;
}

/** Servers that can be cut off from each other. */
export class ServerNetwork {
  readonly #net: string;
  /** Of the bridge, then of the servers. */
  readonly #holders: readonly Holder[];

  private constructor(net: string, holders: readonly Holder[]) {
    this.#net = net;
    this.#holders = holders;
  }

  /**
   * Makes a network for so many servers.
   *
   * @throws {HarnessError} when that is not possible here
   */
  static async create(servers: number): Promise<ServerNetwork> {
    refuseWithout(servers);
    const holders: Holder[] = [];
    try {
      for (let count = 0; count <= servers; count++) holders.push(await hold());
      const network = new ServerNetwork(await freeNet(), holders);
      await network.#join();
      return network;
    } catch (error) {
      await letGo(holders);
      throw error;
    }
  }

  /** The address of a server, by its number from 0. */
  address(server: number): string {
    return `${this.#net}.${FIRST_SERVER + server}`;
  }

  /** What starts a program as a server, as words before its command line. */
  entering(server: number): string {
    return `nsenter --net=/proc/${this.#holderOf(server).pid}/ns/net --`;
  }

  /**
   * Cuts a server off from all others: what either side sends goes nowhere, and neither is told.
   *
   * @throws {HarnessError} when that fails
   */
  async cutOff(server: number): Promise<void> {
    await this.#route("add", server);
  }

  /** Undoes {@linkcode ServerNetwork.cutOff}. */
  async rejoin(server: number): Promise<void> {
    await this.#route("del", server);
  }

  /** Lets go of it; it is gone when its servers have ended. */
  async close(): Promise<void> {
    await letGo(this.#holders);
  }

  async #join(): Promise<void> {
    const [bridge, ...servers] = this.#holders.map(({ pid }) => pid);
    const link = `kvlab${bridge}`;
    await shell([
      inside(bridge, "ip link add bridge type bridge && ip link set bridge up"),
      `ip link add ${link} type veth peer name kvlab netns ${bridge}`,
      `ip address add ${this.#net}.1/24 dev ${link} && ip link set ${link} up`,
      inside(bridge, "ip link set kvlab master bridge up"),
      ...servers.flatMap((pid, server) => [
        inside(bridge, `ip link add server${server} type veth peer name eth0 netns ${pid}`),
        inside(bridge, `ip link set server${server} master bridge up`),
        inside(
          pid,
          `ip link set lo up && ip address add ${this.address(server)}/24 dev eth0 && ip link set eth0 up`,
        ),
      ]),
    ]);
  }

  async #route(action: "add" | "del", server: number): Promise<void> {
    const others = this.#holders.slice(1).map((_, other) => other).filter((other) => other !== server);
    const to = (from: number, target: number) =>
      inside(this.#holderOf(from).pid, `ip route ${action} blackhole ${this.address(target)}/32`);
    await shell(others.flatMap((other) => [to(server, other), to(other, server)]));
  }

  #holderOf(server: number): Holder {
    const holder = this.#holders[1 + server];
    if (holder === undefined) throw new RangeError(`Cannot find server ${server} of ${this.#holders.length - 1}`);
    return holder;
  }
}

/** What a machine lacks for such a network, as a clause; `undefined` if nothing is known to be missing. */
export function missingNetwork(): string | undefined {
  if (Deno.build.os !== "linux") return "it needs Linux";
  if (Deno.uid() !== 0) return "only root can make network namespaces";
  const program = PROGRAMS.find((name) => !isInPath(name));
  return program && `there is no program ${program} (Debian: apt-get install iproute2 util-linux)`;
}

/** @throws {HarnessError} when there can be no such network here */
function refuseWithout(servers: number): void {
  const reason = servers > SERVERS_MAX ? `there are ${servers}, must be at most ${SERVERS_MAX}` : missingNetwork();
  if (reason !== undefined) throw new HarnessError("cut off", "servers from each other", reason);
}

/** Starts a process in a network namespace of its own; it ends when nobody holds its input any more. */
async function hold(): Promise<Holder> {
  const process = systemCommand("unshare", {
    args: ["--net", "--", "sh", "-c", "echo; exec cat >/dev/null"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  const output = process.stdout.getReader();
  const { value } = await output.read();
  await output.cancel();
  if (value !== undefined) {
    await process.stderr.cancel();
    return { process, pid: process.pid };
  }
  const said = await new Response(process.stderr).text();
  await process.status;
  throw new HarnessError("make", "a network namespace", said.trim() || "unshare said nothing");
}

async function letGo(holders: readonly Holder[]): Promise<void> {
  for (const { process } of holders) {
    await thenCleanUp(() => process.stdin.close().catch(() => {}), () => process.status.then(() => {}));
  }
}

/** The first three parts of addresses that nothing here uses. */
async function freeNet(): Promise<string> {
  const first = Math.floor(Math.random() * THIRD_MAX);
  for (let tries = 0; tries < THIRD_MAX; tries++) {
    const net = `${BLOCK}.${(first + tries) % THIRD_MAX}`;
    if (await shell([`ip -4 route show root ${net}.0/24`]) === "") return net;
  }
  throw new HarnessError("make", "a network", `all of ${BLOCK}.0.0/16 is in use`);
}

function inside(pid: number | undefined, command: string): string {
  return `nsenter --net=/proc/${pid}/ns/net -- sh -c '${command}'`;
}

/**
 * Runs commands, one after the other, and returns what they print.
 *
 * @throws {HarnessError} with what the first says that fails
 */
async function shell(commands: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await systemCommand("sh", {
    args: ["-e", "-c", commands.join("\n")],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [said, printed] = [stderr, stdout].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new HarnessError("arrange", "a network of servers", said || "a command failed");
  return printed ?? "";
}
