import { seconds } from "../../lib/unit.ts";
import { Writer } from "../../lib/writer.ts";
import { type AttributeWords, attributeWords, hexOf } from "../attribute/words.ts";
import { writeUpdate } from "../message/update.ts";
import type { Negotiated } from "../session/negotiated.ts";
import type { SessionConfig } from "../session/session-config.ts";
import type { ImportRules } from "../speaker/import-rules.ts";
import { BarePeer, keepalive, openOfB, sessionPair } from "./session-pair.ts";
import { type TrialVerdict, UpdateTrial } from "./update-trial.ts";

/** The fields of an UPDATE in hexadecimal; spaces are for the reader. */
export interface HexUpdate {
  readonly withdrawn?: string;
  readonly attributes?: string;
  readonly nlri?: string;
}

/** What a speaker makes of an UPDATE. */
export interface Outcome {
  readonly verdict: TrialVerdict;
  /** Of the worst fault, which is what a NOTIFICATION would say; absent without a fault. */
  readonly subcode?: number;
  readonly data?: string;
  /** What the attributes say, without those that were at fault; absent when they are worth nothing. */
  readonly left?: AttributeWords;
  /** Prefixes with a best path afterwards, of which one, 192.0.2.0/24, was there before. */
  readonly routes: number;
}

/** The octets that hexadecimal digits say; whatever is no digit separates. */
export function octetsOf(hex: string): Uint8Array {
  const digits = hex.replaceAll(/[^0-9a-f]/g, "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));
}

/** The whole UPDATE. */
export function updateOf({ withdrawn = "", attributes = "", nlri = "" }: HexUpdate): Uint8Array {
  const parts = { withdrawn: octetsOf(withdrawn), attributes: octetsOf(attributes), nlri: octetsOf(nlri) };
  return writeUpdate(new Writer(), parts).take();
}

/** An UPDATE that announces 192.0.2.0/24 soundly, to any peer with these terms. */
export function soundUpdate({ isInternal, fourOctetAs }: Negotiated): HexUpdate {
  const path = fourOctetAs ? "400206 0201 0000fde9" : "400204 0201 fde9";
  const preference = isInternal ? "400504 00000064" : "";
  return { attributes: `400101 00 ${path} 400304 0a000002 ${preference}`, nlri: "18 c00002" };
}

/**
 * What becomes of an UPDATE on its whole way into the tables, where a route to 192.0.2.0/24 of the same peer stands already
 * if the terms carry IPv4.
 */
export function outcomeOf(update: HexUpdate | Uint8Array, terms: Negotiated, rules?: ImportRules): Outcome {
  const trial = new UpdateTrial([terms], rules);
  const first = updateOf(soundUpdate(terms));
  trial.take(0, first, 0, first.length);
  const message = update instanceof Uint8Array ? update : updateOf(update);
  // Somewhere in a larger buffer, as the framer has it.
  const buf = new Uint8Array(message.length + 40).fill(0xaa);
  buf.set(message, 20);
  trial.settle();
  const verdict = trial.take(0, buf, 20, 20 + message.length);
  const worst = trial.faults.find(({ action }) => action === verdict);
  const isWorth = (verdict === "ok" || verdict === "discard") && trial.scan.reachable > 0;
  const attributes = isWorth ? trial.decoded(0) : undefined;
  trial.settle();
  return {
    verdict,
    ...(worst && { subcode: worst.subcode, data: hexOf(worst.data) }),
    ...(attributes && { left: attributeWords(attributes) }),
    routes: trial.routes,
  };
}

/**
 * The NOTIFICATIONs that an established session, internal or external, answers these octets with: code, subcode and data in
 * hexadecimal.
 */
export function notificationsFor(octets: Uint8Array, isInternal = false): readonly string[] {
  const both: Partial<SessionConfig> = { extendedMessage: false };
  const [ours, theirs] = isInternal ? [{}, {}] : [{ peerAsn: 65001 }, { localAsn: 65001 }];
  const { clock, network, a } = sessionPair({ ...both, ...ours });
  a.session.start();
  const bare = new BarePeer(network);
  bare.call(openOfB({}, { ...both, ...theirs, peerAsn: 65000 }), keepalive);
  clock.advance(seconds(1));
  bare.say(octets);
  clock.advance(seconds(1));
  return bare.notifications;
}
