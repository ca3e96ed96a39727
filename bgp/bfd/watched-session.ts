import type { Cancel } from "../../lib/clock.ts";
import { millis } from "../../lib/unit.ts";
import { type BfdPacket, writeBfdPacket } from "./packet.ts";
import type { BfdState, BfdTerms } from "./port.ts";
import type { BfdOutlet, BfdPath, BfdPorts } from "./ports.ts";
import { type BfdSession, newSession, stateOf } from "./session.ts";
import { administered, type BfdStep, passed, received, retimed } from "./step.ts";
import { mergeTerms } from "./terms.ts";
import { expiresAt, sendsAt, txIntervalMs } from "./timing.ts";

/** How long a session that takes the place of one that was lost says AdminDown, so that the peer draws no conclusion. */
const cautionMs = 1000;

/** One session with its watchers, its one timer and its way out. */
export class WatchedSession {
  readonly path: BfdPath;
  readonly name: string;
  readonly discriminator: number;
  readonly #ports: BfdPorts;
  readonly #outlet: BfdOutlet;
  readonly #onGone: () => void;
  readonly #watchers = new Map<number, BfdTerms>();
  readonly #toldDrops = new Set<string>();
  #session: BfdSession;
  #said: BfdState;
  /** When an AdminDown session is switched on, or when one that nobody watches is over. */
  #changesAt: number | undefined;
  #cancel: Cancel = () => {};
  #firesAt = Number.POSITIVE_INFINITY;

  constructor(path: BfdPath, name: string, discriminator: number, ports: BfdPorts, onGone: () => void) {
    this.path = path;
    this.name = name;
    this.discriminator = discriminator;
    this.#ports = ports;
    this.#onGone = onGone;
    this.#outlet = ports.open(path);
    this.#session = newSession(discriminator, mergeTerms([]));
    this.#said = stateOf(this.#session);
  }

  get state(): BfdState {
    return stateOf(this.#session);
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** One more watcher; it hears the state at once. `cautious`: a first one finds the session switched off for a second. */
  watch(watcher: number, terms: BfdTerms, cautious: boolean): void {
    const isFirst = this.#watchers.size === 0;
    const said = this.#said;
    this.#watchers.set(watcher, terms);
    const { clock, random } = this.#ports;
    if (isFirst) {
      this.#changesAt = cautious ? clock.now() + cautionMs : undefined;
      this.#take(administered(this.#session, !cautious, clock.now(), random));
    }
    this.#retime();
    if (this.#said === said) this.#ports.hear(watcher, said);
  }

  /** One watcher less; after the last one the peer is told for a Detection Time, then the session is over. */
  unwatch(watcher: number): void {
    if (!this.#watchers.delete(watcher)) return;
    if (this.isWatched) {
      this.#retime();
      return;
    }
    const { clock, random } = this.#ports;
    const now = clock.now();
    const lastsMs = this.#session.remote.discriminator === 0 ? 0 : this.#session.terms.multiplier * this.#intervalMs();
    this.#changesAt = now + lastsMs;
    this.#take(administered(this.#session, false, now, random));
  }

  receive(packet: BfdPacket): void {
    const { clock, random } = this.#ports;
    this.#take(received(this.#session, packet, clock.now(), random));
  }

  /** Says why a packet of this peer was dropped, each reason once. */
  dropped(why: string): void {
    if (this.#toldDrops.has(why)) return;
    this.#toldDrops.add(why);
    this.#ports.tell({ fact: "bgp.bfd-dropped", peer: this.name, why });
  }

  /** Ends at once, with one last word to the peer. */
  close(): void {
    this.#watchers.clear();
    this.#take(administered(this.#session, false, this.#ports.clock.now(), this.#ports.random));
    this.#end();
  }

  /** What the peer was last told to expect, a second at least. */
  #intervalMs(): number {
    return Math.max(1000, txIntervalMs(this.#session));
  }

  #retime(): void {
    const { clock, random } = this.#ports;
    this.#take(retimed(this.#session, mergeTerms([...this.#watchers.values()]), clock.now(), random));
  }

  #take({ session, send }: BfdStep): void {
    this.#session = session;
    for (const packet of send) this.#outlet.send(writeBfdPacket(packet));
    const state = this.state;
    if (state.state !== this.#said.state || state.reason !== this.#said.reason) {
      this.#said = state;
      for (const watcher of this.#watchers.keys()) this.#ports.hear(watcher, state);
    }
    this.#arm();
  }

  /** A timer that is early enough is left alone: it finds nothing to do, and is set anew. */
  #arm(): void {
    const ends = [sendsAt(this.#session), expiresAt(this.#session), this.#changesAt];
    const wakesAt = Math.min(...ends.map((at) => at ?? Number.POSITIVE_INFINITY));
    if (wakesAt >= this.#firesAt) return;
    this.#cancel();
    this.#firesAt = wakesAt;
    const delay = millis(Math.max(0, wakesAt - this.#ports.clock.now()));
    this.#cancel = this.#ports.clock.after(delay, () => this.#fire());
  }

  #fire(): void {
    const { clock, random, drain } = this.#ports;
    this.#firesAt = Number.POSITIVE_INFINITY;
    const expires = expiresAt(this.#session);
    if (expires !== undefined && expires <= clock.now()) drain();
    const now = clock.now();
    if (this.#changesAt !== undefined && this.#changesAt <= now) {
      this.#changesAt = undefined;
      if (!this.isWatched) {
        this.#end();
        return;
      }
      this.#take(administered(this.#session, true, now, random));
    }
    this.#take(passed(this.#session, now, random));
  }

  #end(): void {
    this.#cancel();
    this.#firesAt = Number.NEGATIVE_INFINITY;
    this.#outlet.close();
    this.#onGone();
  }
}
