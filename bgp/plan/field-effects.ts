import { formatAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { filterKey } from "../filter/filter.ts";
import { BGP_PORT, type PeerConfig, type SpeakerConfig } from "../speaker/config.ts";

/**
 * What another value of a field does to a session that is up: `reset` ends it and begins another; `import` judges anew
 * what the peer has sent; `export` says anew what it is owed; `live` holds from now on.
 */
export type Effect = "reset" | "import" | "export" | "live";

/** One thing that a field decides: what changes it, and the value by which that is seen, defaults filled in. */
export interface Aspect {
  readonly effect: Effect;
  /** Why, for operators. */
  readonly why: string;
  readonly value: (peer: PeerConfig, speaker: SpeakerConfig) => unknown;
}

const inOpen = "negotiated in OPEN";
const ofSocket = "belongs to the socket";
const ofSession = "the session keeps it from its start";
const importRuns = "import judges again what the peer has sent";
const exportBegins = "export says again what differs";
const holdsNow = "holds from now on";

type Value = Aspect["value"];
const reset = (why: string, value: Value): Aspect[] => [{ effect: "reset", why, value }];
const imports = (value: Value): Aspect[] => [{ effect: "import", why: importRuns, value }];
const exports = (value: Value): Aspect[] => [{ effect: "export", why: exportBegins, value }];
const live = (value: Value): Aspect[] => [{ effect: "live", why: holdsNow, value }];

/**
 * Every field of a peer and what changing it does. The compiler sees to it that no field is missing; a test, that `reset`
 * stands exactly where the session itself is configured by the field, but for the port, which it can be told. Address and
 * zone are the peer's name.
 */
export const fieldEffects: { readonly [Field in keyof PeerConfig]-?: readonly Aspect[] } = {
  address: [],
  zone: [],
  asn: reset(inOpen, ({ asn }) => asn),
  // Where the next call goes: a session that is up does not care, whoever of the two called.
  port: live(({ port }) => port ?? BGP_PORT),
  localAddress: reset(ofSocket, ({ localAddress }) => localAddress && formatAddress(localAddress)),
  passive: reset("decides who calls", ({ passive }) => passive ?? false),
  password: reset(ofSocket, ({ password }) => password),
  ttlSecurityHops: reset(ofSocket, ({ ttlSecurityHops }) => ttlSecurityHops),
  ttl: reset(ofSocket, ({ ttl }) => ttl),
  device: reset(ofSocket, ({ device }) => device),
  families: reset(inOpen, ({ families }, speaker) => families ?? speaker.families),
  routeReflectorClient: reset("decided where its routes have gone (RFC 4456 6)", (peer) => {
    return peer.routeReflectorClient ?? false;
  }),
  nextHopSelf: exports(({ nextHopSelf }) => nextHopSelf ?? false),
  nextHop: exports(({ nextHop }) => nextHop),
  importFilter: imports(({ importFilter }) => filterKey(importFilter)),
  exportFilter: exports(({ exportFilter }) => filterKey(exportFilter)),
  maxPrefixes: live(({ maxPrefixes }) => maxPrefixes),
  holdTimeSeconds: reset(inOpen, ({ holdTimeSeconds }) => holdTimeSeconds ?? 90),
  connectRetrySeconds: reset(ofSession, ({ connectRetrySeconds }) => connectRetrySeconds ?? 5),
  gracefulRestart: reset(inOpen, ({ gracefulRestart }, speaker) => gracefulRestart ?? speaker.gracefulRestart),
  longLivedStaleSeconds: reset(inOpen, ({ longLivedStaleSeconds }) => longLivedStaleSeconds),
  localAsn: reset(inOpen, ({ localAsn }, speaker) => localAsn ?? speaker.asn),
  allowedOwnAs: imports(({ allowedOwnAs }) => allowedOwnAs ?? 0),
  enforceFirstAs: imports(({ enforceFirstAs }) => enforceFirstAs ?? true),
  addPath: [
    ...reset(inOpen, (peer) => [offers(peer, "ipv4"), offers(peer, "ipv6")]),
    ...exports(({ addPath }) => [addPath?.ipv4?.send, addPath?.ipv6?.send]),
  ],
  extendedMessages: reset(inOpen, ({ extendedMessages }) => extendedMessages ?? true),
  extendedNextHop: reset(inOpen, ({ extendedNextHop }) => extendedNextHop ?? false),
  role: reset(inOpen, ({ role }) => role),
  strictRole: reset(inOpen, ({ strictRole }) => strictRole ?? false),
  gracefulShutdown: exports(({ gracefulShutdown }) => gracefulShutdown ?? false),
  honourGracefulShutdown: imports(({ honourGracefulShutdown }) => honourGracefulShutdown ?? true),
  thirdPartyNextHop: exports(({ thirdPartyNextHop }) => thirdPartyNextHop ?? false),
  linkPrefixes: exports(({ linkPrefixes }) => linkPrefixes ?? []),
  linkLocalNextHop: exports(({ linkLocalNextHop }) => linkLocalNextHop),
  delayOpenSeconds: reset(ofSession, ({ delayOpenSeconds }) => delayOpenSeconds ?? 0),
  sendHoldSeconds: reset(ofSession, ({ sendHoldSeconds }) => sendHoldSeconds),
  bfd: live(({ bfd }) => bfd),
};

/** What of ADD-PATH stands in the OPEN: how many paths are sent is nobody's affair but ours. */
function offers({ addPath }: PeerConfig, family: Family): readonly boolean[] {
  const { send, receive = false } = addPath?.[family] ?? {};
  return [send !== undefined, receive];
}
