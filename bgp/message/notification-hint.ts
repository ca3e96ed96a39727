import { insideHardReset } from "./hard-reset.ts";
import type { Notification } from "./notification.ts";

/** What is known of the session that a NOTIFICATION ended; for the hint only. */
export interface HintContext {
  readonly localAsn: number;
  readonly holdTimeSeconds: number;
}

/** What to look at when the peer sent this, by `code/subcode`. */
const received: Readonly<Record<string, (context: HintContext) => string>> = {
  "2/1": () => "the peer speaks another version of BGP",
  "2/2": ({ localAsn }) => `the peer is configured for another AS than ours, ${localAsn}: compare both sides`,
  "2/3": () => "the peer dislikes our router id: two routers may have the same one",
  "2/4": () => "the peer is too old to know capabilities",
  "2/5": () => "the peer wants authentication: compare the passwords",
  "2/6": ({ holdTimeSeconds }) => `the peer refuses our hold time of ${holdTimeSeconds} s: raise it`,
  "2/7": () => "the peer requires a capability that we did not offer; its data names it",
  "2/8": () => "the peer carries none of our address families: compare them",
  "2/11": () => "the BGP roles of both sides do not make a pair",
  "4/0": () => "the peer heard nothing from us in time: look for packet loss, or a busy machine on either side",
  "6/1": () => "we announced more prefixes than the peer allows",
  "6/2": () => "the peer's operator shut the session down",
  "6/3": () => "the peer's operator removed us from its configuration",
  "6/4": () => "the peer's operator reset the session; it should come back",
  "6/5": () => "the peer refuses us: it may not be configured for our address",
  "6/6": () => "the peer's configuration changed; the session should come back",
  "6/7": () => "both sides called at once; the other connection goes on",
  "6/8": () => "the peer has run out of memory or another resource",
  "6/10": () => "the peer's BFD lost us: look at the path between",
  "8/0": () => "the peer could not send to us: we may have stopped reading",
};

/** What to look at when we sent this. */
const sent: Readonly<Record<string, string>> = {
  "2/2": "compare the AS numbers of both sides",
  "2/11": "compare the BGP roles of both sides: provider and customer, rs and rs-client, peer and peer",
  "4/0": "nothing came in time: look for packet loss, or a peer that hangs",
  "6/1": "the peer announces more prefixes than configured: raise the limit, or ask why",
  "8/0": "the peer takes nothing from us: it may hang, or large packets get lost on the way (MTU)",
};

/** What an operator should look at after the peer sent this NOTIFICATION, or empty when there is nothing to say. */
export function notificationHint(said: Notification, context: HintContext): string {
  const { code, subcode } = insideHardReset(said) ?? said;
  return received[`${code}/${subcode}`]?.(context) ?? "";
}

/** What an operator should look at after we sent this NOTIFICATION, or empty when there is nothing to say. */
export function sentHint(said: Notification): string {
  const { code, subcode } = insideHardReset(said) ?? said;
  return sent[`${code}/${subcode}`] ?? "";
}
