import type { BgpFact } from "../fact.ts";
import type { PeerConfig } from "../speaker/config.ts";
import type { PathTerms } from "./path.ts";
import type { RouterTerms } from "./router.ts";

/** Two routers by their names; which comes first does not matter. */
export type Pair = readonly [string, string];

/** How a link fails: in silence, so that only hold timers find out, or with a RST for every connection over it. */
export type CutKind = "silent" | "loud";

/** How a network is made. */
export interface NetworkTerms {
  /** The same seed is the same history. */
  readonly seed: number;
  /** What the way between two routers is where no link says otherwise. */
  readonly link?: Partial<PathTerms>;
  /** What every router is, where `router` does not say otherwise. */
  readonly router?: Omit<Partial<RouterTerms>, "asn">;
  /** What every peer is, where `peer` does not say otherwise. */
  readonly peer?: Partial<PeerConfig>;
  /** Keeps everything that happens as text, in `trace`. */
  readonly isTraced?: boolean;
  readonly tell?: (router: string, what: BgpFact | string) => void;
}

/** How a router comes back. */
export interface RestartTerms {
  /** What the forwarding table holds is kept, and peers are told so (RFC 4724 4.1); else it is emptied. */
  readonly graceful: boolean;
  /** How long it is away; 2 s when absent. */
  readonly afterSeconds?: number;
}

/** What was sent so far, of all routers. */
export interface SentFigures {
  readonly messages: number;
  readonly updates: number;
  readonly octets: number;
}

/** A session as declared, and as its two ends see it. */
export interface SessionRow {
  readonly pair: Pair;
  /** Both ends are Established. */
  readonly isUp: boolean;
  /** Both processes run and packets pass between them: it ought to be up, sooner or later. */
  readonly isPossible: boolean;
}

/** The key of a pair. */
export function pairKey(x: string, y: string): string {
  return x < y ? `${x} ${y}` : `${y} ${x}`;
}
