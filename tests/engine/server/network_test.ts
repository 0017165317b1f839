/**
 * Tests of the network of servers that can be cut off from each other: who reaches whom, and that nothing of it is
 * left.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { isInPath } from "../../../lib/engine/server/in_path.ts";
import { missingNetwork, ServerNetwork } from "../../../lib/engine/server/network.ts";
import { afterFailure } from "../../../lib/sync/clean_up.ts";
import { testWhere } from "../../main/kvlab.ts";

const needs = missingNetwork() ?? (isInPath("bash") ? undefined : "there is no bash");

/** Links of networks on this side. */
function links(): string[] {
  return [...Deno.readDirSync("/sys/class/net")].map(({ name }) => name).filter((name) => name.startsWith("kvlab"));
}

const PORT = 7000;

/** A process that listens in the namespace of a server until its input ends, and answers nobody. */
async function listenAs(network: ServerNetwork, server: number): Promise<Deno.ChildProcess> {
  const [program = "", ...args] = network.entering(server).split(" ");
  const script = `Deno.listen({ hostname: "0.0.0.0", port: ${PORT} }); console.log("listens");
    for await (const _ of Deno.stdin.readable); Deno.exit();`;
  const listener = new Deno.Command(program, {
    args: [...args, Deno.execPath(), "eval", script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = listener.stdout.getReader();
  assert((await output.read()).value !== undefined);
  await output.cancel();
  return listener;
}

/** Whether a connection to a server can be made, from another server, or from here. */
async function reaches(network: ServerNetwork, to: number, from?: number): Promise<boolean> {
  const entering = from === undefined ? [] : network.entering(from).split(" ");
  const [program = "", ...args] = [...entering, "timeout", "0.5", "bash", "-c"];
  const connect = `exec 3<>/dev/tcp/${network.address(to)}/${PORT}`;
  const { success } = await new Deno.Command(program, { args: [...args, connect], stderr: "null" }).output();
  return success;
}

testWhere(needs, "a server that is cut off and no other server reach each other, and kvlab reaches all", async () => {
  const before = links();
  const network = await ServerNetwork.create(3);
  const listeners: Deno.ChildProcess[] = [];
  try {
    for (const server of [0, 1, 2]) listeners.push(await listenAs(network, server));
    const reached = async () => ({
      toIt: await reaches(network, 1, 0),
      fromIt: await reaches(network, 2, 1),
      others: await reaches(network, 2, 0),
      fromHere: await reaches(network, 1),
    });
    const all = { toIt: true, fromIt: true, others: true, fromHere: true };
    assertEquals(await reached(), all);
    await network.cutOff(1);
    assertEquals(await reached(), { ...all, toIt: false, fromIt: false });
    await network.rejoin(1);
    assertEquals(await reached(), all);
  } finally {
    for (const listener of listeners) {
      await afterFailure(() => listener.stdin.close());
      await listener.status;
    }
    await network.close();
  }
  await untilLeft(before);
});

testWhere(needs, "nothing of a network is left when its process is killed", async () => {
  const before = links();
  const module = new URL("../../../lib/engine/server/network.ts", import.meta.url).href;
  const script = `import { ServerNetwork } from "${module}";
    await ServerNetwork.create(2); console.log("made"); await new Promise((resolve) => setTimeout(resolve, 1e6));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", `data:application/typescript,${encodeURIComponent(script)}`],
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  assert((await output.read()).value !== undefined);
  await output.cancel();
  assertEquals(links().length, before.length + 1);
  child.kill("SIGKILL");
  await child.status;
  await untilLeft(before);
});

/** The system takes its time to remove what nobody uses. */
async function untilLeft(before: readonly string[]): Promise<void> {
  const startedAtMs = performance.now();
  while (links().length > before.length && performance.now() - startedAtMs < 10_000) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(links(), before);
}
