import { KernelError, refused } from "../error.ts";

/** What a simulated kernel is to get wrong next. Everything counts down to nothing. */
export class SimFaults {
  /** How many turns of the microtask queue an answer is under way; notices of others overtake it meanwhile. */
  answerTurns = 0;
  #refusals: number[] = [];
  #interruptedDumps = 0;
  #lostAnswers = 0;
  #lostNotices = 0;

  /** The next `count` writes are refused with this error number. */
  refuseNext(errno: number, count = 1): void {
    for (let i = 0; i < count; i++) this.#refusals.push(errno);
  }

  /** The next `count` dumps fail, as if the tables had never held still. */
  interruptDumps(count = 1): void {
    this.#interruptedDumps += count;
  }

  /** The answers to the next `count` batches are lost, although the writes are made. */
  loseAnswers(count = 1): void {
    this.#lostAnswers += count;
  }

  /** The next `count` notifications about routes are lost; tell `overrun` afterwards, as Linux would. */
  loseNotices(count = 1): void {
    this.#lostNotices += count;
  }

  /** The refusal of the write made now, if one is due. */
  refusal(operation: string): KernelError | undefined {
    const errno = this.#refusals.shift();
    return errno === undefined ? undefined : refused(operation, errno, "told to by the simulation");
  }

  /** @throws KernelError when the dump made now is to be interrupted */
  beforeDump(operation: string): void {
    if (this.#interruptedDumps === 0) return;
    this.#interruptedDumps--;
    throw new KernelError("kernel/interrupted", `${operation} never held still`, { operation, errno: 0 });
  }

  /** @throws KernelError when the answers of the batch made now are to be lost */
  afterBatch(operation: string): void {
    if (this.#lostAnswers === 0) return;
    this.#lostAnswers--;
    throw new KernelError("kernel/overrun", "the kernel dropped netlink messages for want of room (ENOBUFS)", {
      operation,
      errno: 0,
    });
  }

  /** Resolves when an answer given now arrives. */
  async answerArrives(): Promise<void> {
    for (let turn = 0; turn < this.answerTurns; turn++) await null;
  }

  /** Whether the notification made now is to be lost. */
  losesNotice(): boolean {
    if (this.#lostNotices === 0) return false;
    this.#lostNotices--;
    return true;
  }
}
