import { Backoff } from "../../kernel/backoff.ts";
import type { Flow } from "../../kernel/ctnetlink/flow.ts";
import type { Conntrack } from "../../kernel/ctnetlink/port.ts";
import { KernelError } from "../../kernel/error.ts";
import type { Cancel, Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import { type Millis, millis, seconds } from "../../lib/unit.ts";
import type { Address } from "../../net/address.ts";
import type { ConntrackFact } from "./fact.ts";
import { type FlowWorld, flowJudge } from "./judged-flow.ts";

/** What re-evaluation works with. */
export interface ReevaluationOptions {
  readonly conntrack: Pick<Conntrack, "flows" | "deleteEach">;
  readonly clock: Clock;
  readonly tell: Tell<ConntrackFact>;
  /** Addresses of this node's endpoints: only their connections are judged. */
  readonly addresses: () => readonly Address[];
  /** Policy as the kernel has it by now, asked anew before each piece of work. */
  readonly world: () => FlowWorld;
}

/** Flows judged before others get their turn: some milliseconds of work. */
const inOneTurn = 500;
/** Between a change and the judging, and between two judgings: many changes cost one. */
const calm: Millis = seconds(1);

/**
 * Judges established connections again after policy has changed, and deletes those that would be denied now, so that
 * their next packet meets the rules (Felix leaves them until they end). To be told of a change when the kernel has it.
 * Work is bounded: one reading of the table a second at most, a few hundred flows a turn.
 */
export class Reevaluation {
  readonly #options: ReevaluationOptions;
  readonly #retry: Backoff;
  #isDue = false;
  #running = false;
  #closed = false;
  #cancel: Cancel | undefined;

  constructor(options: ReevaluationOptions) {
    this.#options = options;
    this.#retry = new Backoff(options.clock, calm, seconds(30));
  }

  /** The kernel has another policy now. */
  policyChanged(): void {
    this.#isDue = true;
    this.#schedule();
  }

  /** Nothing waits and nothing runs. */
  get idle(): boolean {
    return !this.#isDue && !this.#running;
  }

  /** Stops, after the piece of work that runs. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#retry.cancel();
  }

  #schedule(): void {
    if (this.#running || this.#cancel || this.#retry.waiting || this.#closed) return;
    this.#cancel = this.#options.clock.after(calm, () => {
      this.#cancel = undefined;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const { clock, tell } = this.#options;
    this.#running = true;
    this.#isDue = false;
    const began = clock.now();
    try {
      const { flows, denied } = await this.#judgeAll();
      this.#retry.reset();
      tell({ fact: "agent.flows-judged", flows, denied, millis: clock.now() - began });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#isDue = true;
      if (!this.#closed) {
        tell({ fact: "agent.flows-not-judged", why: error.message });
        this.#retry.wait(() => this.#schedule());
      }
    }
    this.#running = false;
    if (this.#isDue) this.#schedule();
  }

  async #judgeAll(): Promise<{ readonly flows: number; readonly denied: number }> {
    const { conntrack, addresses, world } = this.#options;
    const flows = await conntrack.flows({ addresses: addresses() });
    let denied = 0;
    for (let start = 0; start < flows.length && !this.#closed; start += inOneTurn) {
      if (start > 0) await this.#turn();
      const judge = flowJudge(world());
      const bad: Flow[] = flows.slice(start, start + inOneTurn).filter((flow) => judge(flow) !== undefined);
      denied += bad.length;
      if (bad.length > 0) await conntrack.deleteEach(bad);
    }
    return { flows: flows.length, denied };
  }

  /** Others get their turn. */
  #turn(): Promise<void> {
    return new Promise((resolve) => void this.#options.clock.after(millis(0), resolve));
  }
}
