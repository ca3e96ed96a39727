import type { Cancel, Clock } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { Family } from "../../net/family.ts";
import type { SpeakerConfig } from "./config.ts";

/** How long to wait for peers that never come, where nothing is configured. */
const patienceSeconds = 120;

/**
 * When everything that can be known of a family is known: all configured peers have said End-of-RIB, or the restart time
 * is over. Told once a family; until then routes of an earlier life stay in the kernel.
 */
export class SyncWatch {
  readonly #config: SpeakerConfig;
  readonly #clock: Clock;
  readonly #tell: (family: Family, why: string) => void;
  readonly #open: Set<Family>;
  #cancel: Cancel = () => {};

  constructor(config: SpeakerConfig, clock: Clock, tell: (family: Family, why: string) => void) {
    this.#config = config;
    this.#clock = clock;
    this.#tell = tell;
    this.#open = new Set(config.families);
  }

  start(): void {
    const wait = this.#config.gracefulRestart?.restartSeconds ?? patienceSeconds;
    this.#cancel = this.#clock.after(seconds(wait), () => {
      for (const family of [...this.#open]) this.#close(family, `${wait} s are over`);
    });
  }

  stop(): void {
    this.#cancel();
  }

  /** Whether every family's time has come. */
  get isOver(): boolean {
    return this.#open.size === 0;
  }

  check(family: Family, isTold: boolean): void {
    if (isTold) this.#close(family, "every configured peer has said End-of-RIB");
  }

  #close(family: Family, why: string): void {
    if (!this.#open.delete(family)) return;
    if (this.#open.size === 0) this.#cancel();
    this.#tell(family, why);
  }
}
