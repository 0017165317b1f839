import { assertEquals } from "@std/assert";
import { configurationLine } from "../../lib/report/configuration.ts";
import { asynchronousBackend, memoryOptions, synchronousBackend } from "./fixtures.ts";

Deno.test("configurationLine() describes a memory run", () => {
  assertEquals(
    configurationLine(memoryOptions, "0.1.0"),
    "kvlab 0.1.0: memory, 4 threads, consistent pattern, 10 s, seed 123",
  );
});

Deno.test("configurationLine() describes an asynchronous file run", () => {
  assertEquals(
    configurationLine({ ...memoryOptions, backend: asynchronousBackend }, "0.1.0"),
    "kvlab 0.1.0: file asynchronous (queue depth 1024, 256MiB), 120 files, json, replace rename, sync none, output DIR, " +
      "4 threads, consistent pattern, 10 s, seed 123",
  );
});

Deno.test("configurationLine() describes a synchronous file run with one file, one thread and no output", () => {
  assertEquals(
    configurationLine(
      {
        threads: 1,
        loadTimeMs: 250,
        workload: { kind: "seed" },
        pattern: "unthrottled",
        seed: 0,
        backend: synchronousBackend,
      },
      "1.2.3",
    ),
    "kvlab 1.2.3: file synchronous (write period 500 µs), 1 file, cbor, replace rename, sync none, temporary directory, " +
      "1 thread, unthrottled pattern, 0.25 s, seed 0",
  );
});

Deno.test("configurationLine() stays one line when the output's name has control characters", () => {
  const backend = { ...asynchronousBackend, output: "a\nb\r\u001b[31m\u0085c" };
  assertEquals(
    configurationLine({ ...memoryOptions, backend }, "0.1.0"),
    "kvlab 0.1.0: file asynchronous (queue depth 1024, 256MiB), 120 files, json, replace rename, sync none, " +
      "output a\\x0ab\\x0d\\x1b[31m\\x85c, 4 threads, consistent pattern, 10 s, seed 123",
  );
});
