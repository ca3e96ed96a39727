import type { KernelError } from "../error.ts";
import type { Message, Verdict } from "./message-reader.ts";

/**
 * Requests under way, sent in one datagram: who is waiting, and what has been answered so far. Over when the last request
 * has its verdict, since the kernel works a datagram off in order.
 */
export class Exchange {
  readonly first: number;
  readonly count: number;
  /** Resolves to the refusals by index; rejects when answers were lost. */
  readonly done: Promise<ReadonlyMap<number, Verdict>>;
  /** Whether a part of the dump carried NLM_F_DUMP_INTR. */
  disturbed = false;
  readonly #failures = new Map<number, Verdict>();
  readonly #answered: ((message: Message) => void) | undefined;
  #settled = false;
  #resolve: (failures: ReadonlyMap<number, Verdict>) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(first: number, count: number, answered?: (message: Message) => void) {
    this.first = first;
    this.count = count;
    this.#answered = answered;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Nothing more is awaited. */
  get settled(): boolean {
    return this.#settled;
  }

  /** An object came. One that does not decode fails the exchange, with whatever the decoder threw. */
  answered(message: Message): void {
    try {
      this.#answered?.(message);
    } catch (error) {
      this.#settled = true;
      this.#reject(error);
    }
  }

  /** A request got its verdict. */
  verdict(sequence: number, verdict: Verdict): void {
    const index = sequence - this.first;
    if (verdict.errno !== 0) this.#failures.set(index, verdict);
    if (index !== this.count - 1 || this.#settled) return;
    this.#settled = true;
    this.#resolve(this.#failures);
  }

  /** Answers were lost. */
  fail(error: KernelError): void {
    this.#settled = true;
    this.#reject(error);
  }
}
