/**
 * Tries what kvlab is not to do, and what it is to, with whatever permissions it is started; prints what was refused.
 *
 * @module
 */

const attempts: Readonly<Record<string, () => unknown>> = {
  "connect": () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  "listen": () => Deno.listen({ port: 0 }).close(),
  "environment": () => Deno.env.get("HOME"),
  "library": () => Deno.dlopen("libc.so.6", {}),
  "shell": () => new Deno.Command("sh", { args: ["-c", ":"] }).outputSync(),
  "host name": () => Deno.hostname(),
  "user": () => Deno.uid(),
  "interfaces": () => Deno.networkInterfaces(),
  "getconf": () => new Deno.Command("getconf", { args: ["OPEN_MAX"] }).outputSync(),
  "itself": () => new Deno.Command("/proc/self/exe", { args: ["--version"], stdout: "null" }).outputSync(),
  "kernel": () => Deno.osRelease(),
  "memory": () => Deno.systemMemoryInfo(),
  "directory": () => Deno.removeSync(Deno.makeTempDirSync()),
};

const refused: string[] = [];
for (const [name, attempt] of Object.entries(attempts)) {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) refused.push(name);
  }
}
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(refused)));
