import type { Clock } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import type { Family } from "../../net/family.ts";

/** How long after the first peer came up best paths wait for the others' End-of-RIB. */
const deferralSeconds = 10;

/**
 * After a restart: best path and advertising wait until every Established peer with graceful restart has said
 * End-of-RIB, at most 10 s after the first came up (RFC 4724 4.1). Peers that restart themselves are not waited for, or two
 * that restart together would wait for each other. Open from the start when there was no restart.
 */
export class RestartGate {
  #isOpen: boolean;
  #isTimed = false;
  readonly #waiting = new Map<number, Set<Family>>();
  readonly #clock: Clock;
  readonly #onOpen: (why: string) => void;

  constructor(isRestarting: boolean, clock: Clock, onOpen: (why: string) => void) {
    this.#isOpen = !isRestarting;
    this.#clock = clock;
    this.#onOpen = onOpen;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** A peer came up; `families` are those for which it will say End-of-RIB. */
  established(peer: number, families: readonly Family[]): void {
    if (this.#isOpen) return;
    this.#waiting.set(peer, new Set(families));
    if (!this.#isTimed) this.#clock.after(seconds(deferralSeconds), () => this.#open("waited long enough"));
    this.#isTimed = true;
    this.#check();
  }

  /** Nothing more will be known, whether peers came up or not: a node whose peers are all dead must not keep old routes. */
  allKnown(why: string): void {
    this.#open(why);
  }

  endOfRib(peer: number, family: Family): void {
    this.#waiting.get(peer)?.delete(family);
    this.#check();
  }

  down(peer: number): void {
    if (this.#waiting.delete(peer) && this.#waiting.size > 0) this.#check();
  }

  #check(): void {
    for (const families of this.#waiting.values()) if (families.size > 0) return;
    this.#open("every peer has said End-of-RIB");
  }

  #open(why: string): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#onOpen(why);
  }
}
