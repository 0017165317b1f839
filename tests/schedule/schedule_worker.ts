/**
 * A scheduled worker: replaces the globals, loads scenarios, and takes part in one job after another.
 *
 * @module
 */
import type { Control } from "./control.ts";
import { replaceGlobals } from "./environment.ts";
import type { Scenario, Scenarios } from "./scenario.ts";
import { Scheduler } from "./scheduler.ts";

/** What a worker is told. */
export type Order =
  | { readonly kind: "attach"; readonly control: Control; readonly worker: number }
  | { readonly kind: "load"; readonly module: string; readonly name: string; readonly state: unknown }
  | { readonly kind: "run" };

/** What it answers: that it has done so, and what has failed meanwhile. */
export interface Answer {
  readonly failure?: { readonly message: string; readonly stack: string };
}

/** A buffer of a scenario's state, and its content when a schedule begins. */
interface Memory {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly initial: Uint8Array<ArrayBuffer>;
}

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(answer: Answer): void;
};

let worker: ScheduledWorker | undefined;

scope.onmessage = async ({ data: order }) => {
  try {
    if (order.kind === "attach") worker = new ScheduledWorker(order.control, order.worker);
    else if (order.kind === "load") await worker?.load(order);
    scope.postMessage(order.kind === "run" && worker !== undefined ? await worker.run() : {});
  } catch (error) {
    scope.postMessage({ failure: described(error) });
  }
};

class ScheduledWorker {
  readonly #me: number;
  readonly #scheduler: Scheduler;
  readonly #environment: ReturnType<typeof replaceGlobals>;
  #scenario: Scenario | undefined;
  #state: unknown;
  #memory: readonly Memory[] = [];
  #failure: Answer["failure"];

  constructor(control: Control, me: number) {
    this.#me = me;
    this.#scheduler = new Scheduler(control, me, (error) => this.#failure = described(error));
    this.#environment = replaceGlobals(this.#scheduler);
  }

  async load({ module, name, state }: Order & { kind: "load" }): Promise<void> {
    const { SCENARIOS } = await import(module) as { SCENARIOS: Scenarios };
    this.#scenario = SCENARIOS[name];
    this.#state = state;
    const buffers = [...buffersIn(state)];
    this.#environment.numberBuffers(buffers);
    this.#memory = buffers.map((buffer) => {
      const bytes = new Uint8Array(buffer);
      return { bytes, initial: bytes.slice() as Uint8Array<ArrayBuffer> };
    });
  }

  async run(): Promise<Answer> {
    const scenario = this.#scenario;
    if (scenario === undefined) throw new Error("No scenario has been loaded");
    this.#failure = undefined;
    const state = this.#state;
    const reset = () => this.#memory.forEach(({ bytes, initial }) => bytes.set(initial));
    if (this.#me === 0) this.#scheduler.begin(reset);
    const body = () => {
      this.#environment.begin();
      return scenario.run(state, this.#me);
    };
    await this.#scheduler.run(body, () => scenario.check?.(state), reset);
    return this.#failure === undefined ? {} : { failure: this.#failure };
  }
}

/** The shared buffers in a state, always in the same order. */
function buffersIn(state: unknown, found = new Set<SharedArrayBuffer>()): Set<SharedArrayBuffer> {
  if (state instanceof SharedArrayBuffer) found.add(state);
  else if (ArrayBuffer.isView(state)) {
    if (state.buffer instanceof SharedArrayBuffer) found.add(state.buffer);
  } else if (typeof state === "object" && state !== null) {
    for (const value of Object.values(state)) buffersIn(value, found);
  }
  return found;
}

function described(error: unknown): { message: string; stack: string } {
  if (!(error instanceof Error)) return { message: String(error), stack: "" };
  return { message: `${error.name === "Error" ? "" : `${error.name}: `}${error.message}`, stack: error.stack ?? "" };
}
