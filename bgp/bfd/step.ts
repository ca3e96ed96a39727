import type { Random } from "../../lib/random.ts";
import { type Diagnostic, diagnostic } from "./diagnostic.ts";
import type { BfdPacket, SessionState } from "./packet.ts";
import { type BfdSession, packetOf, unheard, wantedIntervals } from "./session.ts";
import type { Terms } from "./terms.ts";
import { drawJitter, expiresAt, sendsAt, sendsPeriodically } from "./timing.ts";

/** A session after something happened to it, and what it says to that. */
export interface BfdStep {
  readonly session: BfdSession;
  readonly send: readonly BfdPacket[];
}

/** Where a packet of the peer in state `heard` takes a session (RFC 5880 6.8.6; AdminDown takes none). */
const next: {
  readonly [Own in Exclude<SessionState, "AdminDown">]: { readonly [Heard in SessionState]: SessionState };
} = {
  Down: { AdminDown: "Down", Down: "Init", Init: "Up", Up: "Down" },
  Init: { AdminDown: "Down", Down: "Init", Init: "Up", Up: "Up" },
  Up: { AdminDown: "Down", Down: "Down", Init: "Up", Up: "Up" },
};

/** A packet of the peer that belongs to this session and passed every check (RFC 5880 6.8.6). */
export function received(before: BfdSession, packet: BfdPacket, now: number, random: Random): BfdStep {
  const remote = {
    state: packet.state,
    discriminator: packet.myDiscriminator,
    diagnostic: packet.diagnostic,
    minTxMs: packet.minTxMs,
    minRxMs: packet.minRxMs,
    multiplier: packet.multiplier,
    demand: packet.demand,
  };
  const heard = afterPoll({ ...before, remote, heardAt: now }, packet.final);
  if (heard.state === "AdminDown") return { session: heard, send: [] };
  const state = next[heard.state][packet.state];
  const session = negotiated(moved(heard, state, diagnostic.neighbourSignaledDown));
  const answer = packet.poll ? [packetOf(session, { final: true })] : [];
  const told = announced(before, session, now, random);
  return { session: told.session, send: [...answer, ...told.send] };
}

/** Time has passed: the peer may be gone, a packet may be due (RFC 5880 6.8.4, 6.8.7). */
export function passed(before: BfdSession, now: number, random: Random): BfdStep {
  let session = before;
  const expires = expiresAt(session);
  if (expires !== undefined && expires <= now) {
    const isWatching = session.state === "Init" || session.state === "Up";
    const forgotten = { ...session, remote: unheard };
    session = negotiated(moved(forgotten, isWatching ? "Down" : session.state, diagnostic.detectionTimeExpired));
  }
  if (session.state !== before.state) return announced(before, session, now, random);
  const due = sendsAt(session);
  return due === undefined || due > now ? { session, send: [] } : sent(session, now, random);
}

/** Other terms hold from now on: by a Poll Sequence while Up, so nothing falls (RFC 5880 6.8.3). */
export function retimed(before: BfdSession, terms: Terms, now: number, random: Random): BfdStep {
  return announced(before, negotiated({ ...before, terms }), now, random);
}

/** BFD is switched on or off here (RFC 5880 6.8.16). */
export function administered(before: BfdSession, isOn: boolean, now: number, random: Random): BfdStep {
  if (isOn === (before.state !== "AdminDown")) return { session: before, send: [] };
  const state = isOn ? "Down" : "AdminDown";
  const why = isOn ? diagnostic.none : diagnostic.administrativelyDown;
  return announced(before, negotiated({ ...before, state, diagnostic: why }), now, random);
}

/** Into another state; `why` is the diagnostic of a fall. */
function moved(session: BfdSession, state: SessionState, why: Diagnostic): BfdSession {
  if (state === session.state) return session;
  if (state === "Up") return { ...session, state, diagnostic: diagnostic.none };
  return state === "Down" ? { ...session, state, diagnostic: why } : { ...session, state };
}

/** The Final of our Poll ends the sequence: what was announced holds now. */
function afterPoll(session: BfdSession, final: boolean): BfdSession {
  if (session.poll === "running" && final) return { ...session, poll: "settling", used: session.announced };
  return session.poll === "settling" && !final ? { ...session, poll: "none" } : session;
}

/**
 * Announces what state and terms call for. While Up by a Poll Sequence, one at a time; until its end we send at the shorter
 * interval and wait the longer one. While not Up nothing depends on it, and it holds at once.
 */
function negotiated(session: BfdSession): BfdSession {
  const wanted = wantedIntervals(session);
  const { announced: said, used } = session;
  if (session.state !== "Up") return { ...session, announced: wanted, used: wanted, poll: "none" };
  const isSaid = wanted.minTxMs === said.minTxMs && wanted.minRxMs === said.minRxMs;
  if (isSaid || session.poll !== "none") return session;
  const minTxMs = Math.min(used.minTxMs, wanted.minTxMs);
  const minRxMs = Math.max(used.minRxMs, wanted.minRxMs);
  return { ...session, announced: wanted, used: { minTxMs, minRxMs }, poll: "running" };
}

/** Sends at once what the peer does not know yet, instead of when the next packet is due (RFC 5880 6.8.7). */
function announced(before: BfdSession, session: BfdSession, now: number, random: Random): BfdStep {
  const isNews =
    before.state !== session.state ||
    before.announced.minTxMs !== session.announced.minTxMs ||
    before.announced.minRxMs !== session.announced.minRxMs ||
    before.terms.multiplier !== session.terms.multiplier;
  return isNews && sendsPeriodically(session) ? sent(session, now, random) : { session, send: [] };
}

function sent(session: BfdSession, now: number, random: Random): BfdStep {
  const jitter = drawJitter(random, session.terms.multiplier);
  return {
    session: { ...session, sentAt: now, jitter },
    send: [packetOf(session, { poll: session.poll === "running" })],
  };
}
