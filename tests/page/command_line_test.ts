/**
 * Tests of the command line behind a result: it means the same run again.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { parseCommand } from "../../lib/cli/parse_command.ts";
import { argumentsOf, commandText } from "../../lib/page/command_line.ts";
import { optionsObject } from "../../lib/result/option/options.ts";

const DEFAULTS = { threads: 3, seed: 7 };

const LINES = [
  "memory",
  "--threads=2 --load-time-sec=0.5 --pattern=unthrottled --latency-sample=16 memory",
  "--ops=1000 --warmup=300ms --interval=50ms memory",
  "--rate=20k --workload=b --keys=10k --value-size=64-1KiB --compressible=0.5 memory",
  "--workload=d --keys=5000 --max-keys=9000 --key-size=20 --zipf-theta=0.5 --no-preload memory",
  "--workload=f --read-ratio=0.25 --keys=1M --distribution=uniform memory",
  "--workload=seed --keys=500 --preload --distribution=hotspot memory",
  "file --file-count=120 --queue-depth=1024 --queue-memory=1MiB --serializer=cbor --replace=alternate --sync=data",
  "file --file-count=1 --write-period-us=500 --output=some/dir --no-device-probe",
  "file --file-count=128 --flush-period-us=50000 --layout=log --log-size=2MiB --sync=full",
  "file --file-count=4 --commit-delay-us=0 --layout=log",
  "sqlite --journal=delete --synchronous=extra --busy-timeout=500ms --cache-size=64KiB --output=some/dir",
  "leveldb --sync=data --in-flight=16 --write-buffer-size=1MiB",
  "denokv --in-flight=4",
];

for (const line of LINES) {
  Deno.test(`argumentsOf() leads back to the run of: ${line}`, () => {
    const command = parseCommand(line.split(" "), DEFAULTS);
    if (command.kind !== "run") throw new Error(line);
    const { load, backend } = argumentsOf(optionsObject(command.options));
    const again = parseCommand([...load, ...backend], DEFAULTS);
    assertEquals(again.kind === "run" ? again.options : again, command.options);
  });
}

Deno.test("commandText() quotes for a shell what needs it, and leaves defaults out", () => {
  const options = { threads: 2, workload: "seed", backend: "file", output: "a b's", file_count: 3, serializer: "json" };
  assertEquals(commandText(argumentsOf(options)), "kvlab --threads=2 file '--output=a b'\\''s' --file-count=3");
});
