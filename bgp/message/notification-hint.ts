import { insideHardReset } from "./hard-reset.ts";
import type { Notification } from "./notification.ts";

/** What is known of the session that a NOTIFICATION ended; for the hint only. */
export interface HintContext {
  readonly localAsn: number;
  readonly holdTimeSeconds: number;
}

/** What to look at when the peer sent a NOTIFICATION, and when we did. */
interface Hints {
  readonly received: string | ((context: HintContext) => string);
  readonly sent: string;
}

const garbled = "something between us changes octets, or it is not BGP that listens there";
const bug = "one of the two programs is wrong: keep the octets (`bgp peer` shows them) and report it";
const badUpdate: Hints = {
  received: "the peer cannot read what we announced: find out which route it is in its log, and report it",
  sent: "the peer sent a message that RFC 7606 does not forgive: `bgp peer` shows its octets; ask its vendor",
};
const lateMessage: Hints = { received: bug, sent: bug };

/** By `code/subcode`, as IANA has them; `code/` stands for every other subcode. */
const hints: Readonly<Record<string, Hints>> = {
  "1/": { received: garbled, sent: garbled },
  "1/1": { received: garbled, sent: garbled },
  "1/2": {
    received: "the peer dislikes the length of a message: one of us may not know extended messages (RFC 8654)",
    sent: "a message was too long or too short: if it is over 4096 octets, the peer sends extended messages unasked",
  },
  "1/3": {
    received: "the peer does not know a type of message that we sent: it may not support route refresh",
    sent: "the peer sent a type of message that does not exist: it may not be BGP that speaks there",
  },
  "2/": {
    received: "the peer refuses our OPEN without a reason: compare AS, router id, families and capabilities in its log",
    sent: "the peer's OPEN cannot be read: it may not be BGP that speaks there, or it is cut short",
  },
  "2/1": {
    received: "the peer speaks another version of BGP",
    sent: "the peer speaks another version of BGP than 4: it is very old, or no router",
  },
  "2/2": {
    received: ({ localAsn }) =>
      `the peer is configured for another AS than ours, ${localAsn}: compare both sides (its \`remote-as\` for us)`,
    sent: "compare the AS numbers of both sides",
  },
  "2/3": {
    received: "the peer dislikes our router id: two routers may have the same one",
    sent: "two routers have the same router id, or the peer has none: give each its own",
  },
  "2/4": {
    received: "the peer is too old to know capabilities",
    sent: "the peer sent an optional parameter that nobody uses any more (authentication): turn it off there",
  },
  "2/5": {
    received: "the peer wants authentication: compare the passwords",
    sent: "compare the passwords of both sides",
  },
  "2/6": {
    received: ({ holdTimeSeconds }) => `the peer refuses our hold time of ${holdTimeSeconds} s: raise it`,
    sent: "the peer's hold time is below 3 s, or below what is configured: raise it there",
  },
  "2/7": {
    received: "the peer requires a capability that we did not offer; its data names it",
    sent: "the peer lacks a capability that our configuration insists on",
  },
  "2/8": {
    received: "the peer carries none of our address families: compare them",
    sent: "the peer carries none of our address families: compare them",
  },
  "2/11": {
    received: "the BGP roles of both sides do not make a pair",
    sent: "compare the BGP roles of both sides: provider and customer, rs and rs-client, peer and peer",
  },
  "3/": badUpdate,
  "4/": {
    received: "the peer heard nothing from us in time: look for packet loss, or a busy machine on either side",
    sent: "nothing came in time: look for packet loss, or a peer that hangs",
  },
  "5/": lateMessage,
  "6/": {
    received: "the peer ended the session without a reason that has a name: its log says more",
    sent: "we ended the session",
  },
  "6/1": {
    received: "we announced more prefixes than the peer allows: announce less, or raise its limit; then clear it there",
    sent: "the peer announces more prefixes than configured: raise the limit, or ask why",
  },
  "6/2": { received: "the peer's operator shut the session down", sent: "we were told to shut the session down" },
  "6/3": {
    received: "the peer's operator removed us from its configuration",
    sent: "the peer was removed from our configuration",
  },
  "6/4": {
    received: "the peer's operator reset the session; it should come back",
    sent: "the session was reset here; it should come back",
  },
  "6/5": {
    received: "the peer refuses us: it may not be configured for our address",
    sent: "no peer is configured for this address, or it failed a moment ago",
  },
  "6/6": {
    received: "the peer's configuration changed; the session should come back",
    sent: "our configuration changed; the session should come back",
  },
  "6/7": {
    received: "both sides called at once; the other connection goes on",
    sent: "both sides called at once; the other connection goes on",
  },
  "6/8": {
    received: "the peer has run out of memory or another resource",
    sent: "we have run out of a resource: look at the memory of this machine",
  },
  "6/9": {
    received: "the peer ended the session for good: our routes are gone there at once, graceful restart or not",
    sent: "the session was ended for good: routes do not outlive it",
  },
  "6/10": {
    received: "the peer's BFD lost us: look at the path between",
    sent: "our BFD lost the peer: look at the path between, and whether BFD runs on both sides",
  },
  "7/": {
    received: "the peer cannot read our ROUTE-REFRESH: it may not know enhanced route refresh (RFC 7313)",
    sent: "the peer sent a ROUTE-REFRESH of the wrong length: ask its vendor",
  },
  "8/": {
    received: "the peer could not send to us: we may have stopped reading, or large packets get lost (MTU)",
    sent: "the peer takes nothing from us: it may hang, or large packets get lost on the way (MTU)",
  },
};

const unknown: Hints = {
  received: "a code that we do not know: the peer's log says what it means by it",
  sent: bug,
};

function hintsOf(said: Notification): Hints {
  const { code, subcode } = insideHardReset(said) ?? said;
  return hints[`${code}/${subcode}`] ?? hints[`${code}/`] ?? unknown;
}

/** What an operator should look at after the peer sent this NOTIFICATION; never empty. */
export function notificationHint(said: Notification, context: HintContext): string {
  const { received } = hintsOf(said);
  return typeof received === "string" ? received : received(context);
}

/** What an operator should look at after we sent this NOTIFICATION; never empty. */
export function sentHint(said: Notification): string {
  return hintsOf(said).sent;
}
