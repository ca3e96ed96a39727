import { type Diagnostic, diagnostic, diagnosticText } from "./diagnostic.ts";
import type { BfdPacket, SessionState } from "./packet.ts";
import type { BfdState } from "./port.ts";
import type { Terms } from "./terms.ts";

/** How often one end sends, and how often it can hear; milliseconds. */
export interface Intervals {
  readonly minTxMs: number;
  readonly minRxMs: number;
}

/** What the other end said last (bfd.Remote… of RFC 5880 6.8.1). */
export interface Remote {
  readonly state: SessionState;
  /** 0: it has said nothing, or nothing for a Detection Time. */
  readonly discriminator: number;
  readonly diagnostic: Diagnostic;
  readonly minTxMs: number;
  readonly minRxMs: number;
  readonly multiplier: number;
  readonly demand: boolean;
}

/**
 * A session as a value: the variables of RFC 5880 6.8.1. `announced` stands in our packets; `used` is what timers go by,
 * which lags behind while a Poll Sequence runs (6.8.3). After the Final of one, `settling` waits for a packet without it:
 * only then could the Final of another be told from it.
 */
export interface BfdSession {
  readonly state: SessionState;
  readonly diagnostic: Diagnostic;
  /** bfd.LocalDiscr: uint32, not 0. */
  readonly discriminator: number;
  readonly terms: Terms;
  readonly announced: Intervals;
  readonly used: Intervals;
  readonly poll: "none" | "running" | "settling";
  readonly remote: Remote;
  /** When a periodic packet last left, and the part of the interval (0.75 to 1) after which the next one does. */
  readonly sentAt: number | undefined;
  readonly jitter: number;
  /** When a packet that counts last arrived. */
  readonly heardAt: number;
}

/** A remote that has said nothing (RFC 5880 6.8.1 names these values). */
export const unheard: Remote = {
  state: "Down",
  discriminator: 0,
  diagnostic: diagnostic.none,
  minTxMs: 0,
  minRxMs: 0.001,
  multiplier: 0,
  demand: false,
};

/** A session that is not Up sends once a second at most (RFC 5880 6.8.3). */
const slowestTxMs = 1000;

/** What is to be announced in the session's present state. */
export function wantedIntervals({ state, terms }: Pick<BfdSession, "state" | "terms">): Intervals {
  const minTxMs = state === "Up" ? terms.minTxMs : Math.max(slowestTxMs, terms.minTxMs);
  return { minTxMs, minRxMs: terms.minRxMs };
}

/** A session that begins: Down, knowing nothing, its first packet due at once. */
export function newSession(discriminator: number, terms: Terms): BfdSession {
  const intervals = wantedIntervals({ state: "Down", terms });
  return {
    state: "Down",
    diagnostic: diagnostic.none,
    discriminator,
    terms,
    announced: intervals,
    used: intervals,
    poll: "none",
    remote: unheard,
    sentAt: undefined,
    jitter: 1,
    heardAt: 0,
  };
}

/** The packet a session sends (RFC 5880 6.8.7). Our BFD ends when our BGP does, so C is clear; no echo, no demand. */
export function packetOf(session: BfdSession, bits: { readonly poll?: boolean; readonly final?: boolean }): BfdPacket {
  const { state, announced, terms, remote } = session;
  return {
    diagnostic: session.diagnostic,
    state,
    poll: bits.poll ?? false,
    final: bits.final ?? false,
    controlPlaneIndependent: false,
    demand: false,
    multiplier: terms.multiplier,
    myDiscriminator: session.discriminator,
    yourDiscriminator: remote.discriminator,
    minTxMs: announced.minTxMs,
    minRxMs: announced.minRxMs,
    minEchoRxMs: 0,
    authentication: undefined,
  };
}

/** The session as its users see it. AdminDown: either end has switched BFD off, which says nothing about the path. */
export function stateOf(session: BfdSession): BfdState {
  const { state, remote } = session;
  if (state === "Up") return { state, reason: "" };
  if (state === "AdminDown") return { state, reason: "BFD is switched off here" };
  if (remote.state === "AdminDown") return { state: "AdminDown", reason: "the peer has switched BFD off" };
  if (session.diagnostic === diagnostic.none) {
    const reason = state === "Init" ? "the peer does not know yet that we hear it" : "no packet of the peer has come";
    return { state, reason };
  }
  const said = diagnosticText(session.diagnostic);
  const isTheirs = session.diagnostic === diagnostic.neighbourSignaledDown && remote.diagnostic !== diagnostic.none;
  return { state, reason: isTheirs ? `${said}, because: ${diagnosticText(remote.diagnostic)}` : said };
}
