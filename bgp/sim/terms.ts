import type { Negotiated } from "../session/negotiated.ts";

/** What two speakers in memory agreed on: eBGP between AS 65000 (us) and 65001, both families, and what differs. */
export function simTerms(differing: Partial<Negotiated> = {}): Negotiated {
  return {
    localAsn: 65000,
    peerAsn: 65001,
    localRouterId: 0x0a000001,
    peerRouterId: 0x0a000002,
    isInternal: false,
    families: ["ipv4", "ipv6"],
    fourOctetAs: true,
    holdTimeSeconds: 90,
    keepaliveSeconds: 30,
    routeRefresh: true,
    enhancedRouteRefresh: false,
    extendedMessage: false,
    maxMessageLength: 4096,
    addPath: { ipv4: { send: false, receive: false }, ipv6: { send: false, receive: false } },
    extendedNextHop: false,
    gracefulRestart: undefined,
    longLived: undefined,
    role: undefined,
    ...differing,
  };
}
