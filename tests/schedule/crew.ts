/**
 * A crew of scheduled workers, and what is asked of it: all schedules of a scenario up to a bound, random ones, a given
 * one, and the least that fails.
 *
 * @module
 */
import {
  ABANDONED,
  BOUNDED,
  CHOICE,
  CHOICES_GIVEN,
  type Control,
  createControl,
  DEVIATION_WORDS,
  EXHAUSTED,
  FOLLOW,
  GIVEN,
  GIVEN_COUNT,
  GO,
  KIND,
  lineOf,
  LONGEST,
  MADE,
  MADE_COUNT,
  PREEMPTIONS,
  PREEMPTIONS_MAX,
  RANDOMLY,
  RECORD_WORDS,
  RECORDED,
  RECORDS,
  RECORDS_MAX,
  SCHEDULES,
  SCHEDULES_MAX,
  SEED,
  SPREAD_STEPS,
  STEPS_EVER,
  STEPS_MAX,
  STOP,
  TIMEOUTS_ANY_TIME,
  WORKERS,
} from "./control.ts";
import { OPERATIONS } from "./environment.ts";
import type { Scenarios } from "./scenario.ts";
import type { Answer, Order } from "./schedule_worker.ts";

/** At a step of one worker, another goes on than by default: than the same, as long as it can, and then the next. */
export interface Deviation {
  readonly worker: number;
  readonly step: number;
  readonly next: number;
}

/** A schedule that has failed. */
export interface Failure {
  readonly message: string;
  readonly stack: string;
  readonly deviations: readonly Deviation[];
  readonly preemptions: number;
  /** What chose it, if that was a random schedule. */
  readonly seed?: number;
}

/** What came of some schedules. */
export interface Outcome {
  readonly schedules: number;
  readonly failure?: Failure;
}

/** What came of schedules of one kind. */
export interface CrewOutcome extends Outcome {
  /** Whether there are no further schedules within the bound. */
  readonly exhausted: boolean;
  /** Steps of the longest. */
  readonly stepsMax: number;
}

/** A worker that takes no step for so long never will. */
const STUCK_MS = 30_000;

/** More steps than any scenario takes that ends. */
const ENDLESS_STEPS = 20_000;

export class Crew implements Disposable {
  readonly #control: Control = createControl();
  readonly #workers: readonly Worker[];
  /** Workers of the scenario that is loaded. */
  #active: readonly Worker[] = [];
  #timeoutsAnyTime = false;

  private constructor(workers: number) {
    this.#workers = Array.from(
      { length: workers },
      () => new Worker(new URL("./schedule_worker.ts", import.meta.url), { type: "module" }),
    );
  }

  /** Starts as many workers as the largest scenario needs. */
  static async start(workers: number): Promise<Crew> {
    const crew = new Crew(workers);
    const control = crew.#control;
    await Promise.all(crew.#workers.map((each, worker) => asked(each, { kind: "attach", control, worker })));
    return crew;
  }

  /** Loads a scenario of a module, given by its URL. */
  async load(module: string, name: string): Promise<void> {
    const scenario = (await import(module) as { SCENARIOS: Scenarios }).SCENARIOS[name];
    if (scenario === undefined) throw new Error(`${module} has no scenario ${name}`);
    const state = await scenario.create();
    this.#active = this.#workers.slice(0, scenario.workers);
    if (this.#active.length < scenario.workers) throw new Error(`${name} needs ${scenario.workers} workers`);
    this.#timeoutsAnyTime = scenario.timeoutsAnyTime ?? false;
    for (const { failure } of await this.#all({ kind: "load", module, name, state })) {
      if (failure !== undefined) throw new Error(`${name} cannot be loaded: ${failure.message}\n${failure.stack}`);
    }
  }

  /** Tries all schedules of up to so many preemptions, or the first of them. */
  bounded(preemptions: number, schedules: number): Promise<CrewOutcome> {
    return this.#run({ [KIND]: BOUNDED, [PREEMPTIONS_MAX]: preemptions, [SCHEDULES_MAX]: schedules });
  }

  /** Tries random schedules, from one seed on. Their changes are spread over as many steps as the default one takes. */
  async random(seed: number, schedules: number): Promise<CrewOutcome> {
    const first = await this.follow([]);
    if (first.failure !== undefined) return first;
    const outcome = await this.#run({
      [KIND]: RANDOMLY,
      [SEED]: seed,
      [SPREAD_STEPS]: first.stepsMax,
      [SCHEDULES_MAX]: schedules,
    });
    if (outcome.failure === undefined) return outcome;
    return { ...outcome, failure: { ...outcome.failure, seed: this.#control.words[SEED]! } };
  }

  /** Runs one schedule. */
  follow(deviations: readonly Deviation[]): Promise<CrewOutcome> {
    return this.#follow(deviations);
  }

  /** Leaves out of a failing schedule each deviation without which it fails as well. */
  async shrink(failure: Failure): Promise<Failure> {
    let least = failure;
    for (let left = true; left;) {
      left = false;
      for (let i = least.deviations.length - 1; i >= 0; i--) {
        if (i >= least.deviations.length) continue;
        const { failure: shorter } = await this.follow(least.deviations.toSpliced(i, 1));
        if (shorter === undefined || shorter.deviations.length >= least.deviations.length) continue;
        least = shorter;
        left = true;
      }
    }
    return least;
  }

  /** Follows a schedule and tells its last steps, one a line. */
  async told(deviations: readonly Deviation[], stepsMax = 60): Promise<string> {
    const { words } = this.#control;
    const { failure } = await this.#follow(deviations, { [RECORDED]: 0 });
    const recorded = words[RECORDED]!;
    const lines: string[] = [];
    for (let i = Math.max(0, recorded - Math.min(stepsMax, RECORDS_MAX)); i < recorded; i++) {
      const record = RECORDS + (i % RECORDS_MAX) * RECORD_WORDS;
      const [worker, operation, buffer, byte] = words.subarray(record, record + RECORD_WORDS);
      const name = OPERATIONS[operation!]!;
      lines.push(`  worker ${worker}: ${name}${name === "mark" ? "" : ` at buffer ${buffer}, byte ${byte}`}`);
    }
    return [...lines, `  ${failure?.message ?? "nothing fails"}`].join("\n");
  }

  #follow(deviations: readonly Deviation[], settings: Readonly<Record<number, number>> = {}): Promise<CrewOutcome> {
    const { words } = this.#control;
    deviations.forEach(({ worker, step, next }, i) => words.set([worker, step, next], GIVEN + i * DEVIATION_WORDS));
    return this.#run({ [KIND]: FOLLOW, [GIVEN_COUNT]: deviations.length, [SCHEDULES_MAX]: 1, ...settings });
  }

  [Symbol.dispose](): void {
    const { words } = this.#control;
    // A process does not end while a worker sleeps that has been terminated.
    words[STOP] = 1;
    this.#workers.forEach((_, worker) => {
      Atomics.store(words, lineOf(worker) + GO, 1);
      Atomics.notify(words, lineOf(worker) + GO);
    });
    for (const worker of this.#workers) worker.terminate();
  }

  async #run(settings: Readonly<Record<number, number>>): Promise<CrewOutcome> {
    const { words } = this.#control;
    for (const word of [STOP, ABANDONED, CHOICE, CHOICES_GIVEN, EXHAUSTED, SCHEDULES, LONGEST]) words[word] = 0;
    words[WORKERS] = this.#active.length;
    words[STEPS_MAX] = ENDLESS_STEPS;
    words[TIMEOUTS_ANY_TIME] = Number(this.#timeoutsAnyTime);
    words[RECORDED] = -1;
    for (const [word, value] of Object.entries(settings)) words[Number(word)] = value;
    this.#active.forEach((_, worker) => words[lineOf(worker) + GO] = 0);
    const failed = (await this.#all({ kind: "run" })).find(({ failure }) => failure !== undefined)?.failure;
    return {
      schedules: words[SCHEDULES]!,
      exhausted: words[EXHAUSTED] === 1,
      stepsMax: words[LONGEST]!,
      ...(failed === undefined ? {} : {
        failure: { ...failed, deviations: this.#made(), preemptions: words[PREEMPTIONS]! },
      }),
    };
  }

  /** The deviations of the schedule that ran last. */
  #made(): Deviation[] {
    const { words } = this.#control;
    return Array.from({ length: words[MADE_COUNT]! }, (_, i) => {
      const at = MADE + i * DEVIATION_WORDS;
      return { worker: words[at]!, step: words[at + 1]!, next: words[at + 2]! };
    });
  }

  #all(order: Order): Promise<Answer[]> {
    const { promise: stuck, reject } = Promise.withResolvers<never>();
    let stepsBefore = -1;
    const timer = setInterval(() => {
      const steps = Atomics.load(this.#control.words, STEPS_EVER);
      if (steps === stepsBefore) reject(new Error(`no step within ${STUCK_MS / 1_000} s: a worker runs in circles`));
      stepsBefore = steps;
    }, STUCK_MS);
    const answers = Promise.all(this.#active.map((worker) => asked(worker, order)));
    return Promise.race([answers, stuck]).finally(() => clearInterval(timer));
  }
}

function asked(worker: Worker, order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(event.error ?? new Error(event.message));
    };
    worker.postMessage(order);
  });
}

/** A schedule in one line, such as `0@12>1`: at worker 0's step 12, worker 1 goes on. */
export function textOf(deviations: readonly Deviation[]): string {
  return deviations.map(({ worker, step, next }) => `${worker}@${step}>${next}`).join(" ") || "the default";
}

/** Reads what {@linkcode textOf} writes. */
export function scheduleOf(text: string): Deviation[] {
  return [...text.matchAll(/(\d+)@(\d+)>(\d+)/g)].map(([, worker, step, next]) => {
    return { worker: Number(worker), step: Number(step), next: Number(next) };
  });
}
