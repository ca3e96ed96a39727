import type { Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { Random } from "../../lib/random.ts";
import type { Address } from "../../net/address.ts";
import type { BfdFact } from "./fact.ts";
import type { BfdState } from "./port.ts";

/** Where the packets of one session go. */
export interface BfdPath {
  readonly remote: Address;
  readonly zone: string;
  readonly local: Address | undefined;
  readonly multihop: boolean;
}

/** The way out of one session: always the same source port (RFC 5881 4). What cannot be sent is lost, as on a wire. */
export interface BfdOutlet {
  send(octets: Uint8Array): void;
  close(): void;
}

/** The world as the sessions need it. */
export interface BfdPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: Tell<BfdFact>;
  readonly open: (path: BfdPath) => BfdOutlet;
  /** Hands over what has already arrived: asked before a peer counts as gone, lest it was us who slept. */
  readonly drain: () => void;
  /** What one watcher is told, by the number it gave. */
  readonly hear: (watcher: number, state: BfdState) => void;
}
