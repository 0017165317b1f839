/**
 * Tests of what is the crash command's own trouble: it ends the command, and is never counted as the engine's loss.
 *
 * @module
 */
import { assert, assertRejects } from "@std/assert";
import { parseCommand } from "../../lib/command/parse_command.ts";
import { crash } from "../../lib/crash/crash.ts";
import { HarnessError } from "../../lib/engine/engine_error.ts";
import { childProgram } from "../campaign/kills.ts";
import { redisTest } from "../engine/redis/redis_server.ts";
import { temporaryDirectory } from "../run/files.ts";

redisTest("crash() fails, and convicts no engine, when its server cannot be started again", async () => {
  using directory = temporaryDirectory();
  const program = `${directory.path}/server`;
  Deno.writeTextFileSync(program, '#!/bin/sh\nexec redis-server "$@"\n', { mode: 0o755 });
  const args = ["crash", "--kills=2", "--threads=1", "--load-time-sec=0.2", "--pattern=unthrottled", "redis"];
  const command = parseCommand([...args, `--spawn=${program}`, "--appendfsync=always"], { threads: 1, seed: 4 });
  assert(command.kind === "crash");
  const { kills, options } = command;
  await assertRejects(
    () => crash({ kills, options }, { program: childProgram("../crash/vanishing_server_child.ts", [program]) }),
    HarnessError,
    `there is no program ${program}`,
  );
});
