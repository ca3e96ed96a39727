import { seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { writeKeepalive } from "../message/keepalive.ts";
import { type Open, writeOpen } from "../message/open.ts";
import { Framer } from "../session/framer.ts";
import { localOpen } from "../session/open.ts";
import type { SessionConfig } from "../session/session-config.ts";
import type { Connection } from "../wire.ts";
import { LabPeer, labConfig } from "./session-lab.ts";
import { SimNetwork } from "./wire.ts";

/** Two sessions that are to speak with each other, and what they live in. */
export interface SessionPair {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  /** Host 10.0.0.1, which only waits unless configured otherwise. */
  readonly a: LabPeer;
  /** Host 10.0.0.2, which calls. */
  readonly b: LabPeer;
}

/** Two sessions, not started. */
export function sessionPair(ofA: Partial<SessionConfig> = {}, ofB: Partial<SessionConfig> = {}): SessionPair {
  const clock = new SimClock();
  const network = new SimNetwork(clock, seededRandom(4271), { maxDelayMs: 10, maxPiece: 5000 });
  const a = new LabPeer(network, labConfig(1, 2, { passive: true, ...ofA }));
  const b = new LabPeer(network, labConfig(2, 1, ofB));
  return { clock, network, a, b };
}

/** Two sessions, started, with two seconds to come up. */
export function startedPair(ofA: Partial<SessionConfig> = {}, ofB: Partial<SessionConfig> = {}): SessionPair {
  const made = sessionPair(ofA, ofB);
  made.a.session.start();
  made.b.session.start();
  made.clock.advance(seconds(2));
  return made;
}

/** Addresses of the two hosts of a pair. */
export const [hostA, hostB] = [labConfig(1, 2).dial.localAddress!, labConfig(2, 1).dial.localAddress!];

/** Octets of a KEEPALIVE. */
export const keepalive: Uint8Array = writeKeepalive(new Writer()).take();

/** The OPEN that host b would send, with what differs. */
export function openOfB(differing: Partial<Open> = {}, config: Partial<SessionConfig> = {}): Uint8Array {
  const open = localOpen(labConfig(2, 1, config), { restarting: false, forwardingPreserved: [] });
  return writeOpen(new Writer(), { ...open, ...differing }).take();
}

/**
 * Somebody at 10.0.0.2 who calls host a and says what he likes, with no state machine behind it; keeps every message it
 * hears, whole.
 */
export class BarePeer {
  readonly heard: Uint8Array[] = [];
  isClosed = false;
  #connection: Connection | undefined;
  readonly #network: SimNetwork;

  constructor(network: SimNetwork) {
    this.#network = network;
  }

  /** Calls, and says this as soon as it is connected. */
  call(...octets: readonly Uint8Array[]): void {
    this.isClosed = false;
    const framer = new Framer();
    framer.limit = 65535;
    const onConnect = (connection: Connection): void => {
      this.#connection = connection;
      connection.listen({
        onData: (buf, start, end) => {
          framer.push(buf, start, end, (_type, message, from, to) => this.heard.push(message.slice(from, to)) > 0);
        },
        onDrain: () => {},
        onClose: () => {
          this.isClosed = true;
        },
      });
      this.say(...octets);
    };
    this.#network.host(hostB).dial(labConfig(2, 1).dial, { onConnect, onFail: () => {} });
  }

  say(...octets: readonly Uint8Array[]): void {
    for (const one of octets) this.#connection?.write(one);
  }

  close(): void {
    this.#connection?.close();
  }

  /** NOTIFICATIONs heard: code, subcode and data in hexadecimal. */
  get notifications(): string[] {
    return this.heard.filter((one) => one[18] === 3).map((one) => hexOf(one.subarray(19)));
  }

  /** Types of the messages heard. */
  get types(): number[] {
    return this.heard.map((one) => one[18]!);
  }
}

/** Octets in hexadecimal. */
export function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
