/** Why a route is not sent to a peer, as a small number; 0 means that it is. */
export const denial = {
  none: 0,
  noRoute: 1,
  ownRoute: 2,
  noAdvertise: 3,
  noExport: 4,
  internalToInternal: 5,
  noPolicy: 6,
  filtered: 7,
  noNextHop: 8,
  suppressed: 9,
  clientToClient: 10,
  longLivedStale: 11,
  ipv6NextHop: 12,
  linkLocalNextHop: 13,
  ownNextHop: 14,
  routeLeak: 15,
  tooLong: 16,
  familyNotNegotiated: 17,
} as const;

/** One of the numbers of `denial`. */
export type Denial = (typeof denial)[keyof typeof denial];

/** What each number means, for people. */
export const denialWhy: { readonly [D in Denial]: string } = {
  [denial.none]: "",
  [denial.noRoute]: "there is no best path for this prefix",
  [denial.ownRoute]: "split horizon: the best path came from this very peer",
  [denial.noAdvertise]: "the route carries NO_ADVERTISE (RFC 1997)",
  [denial.noExport]: "the route carries NO_EXPORT or NO_EXPORT_SUBCONFED and the peer is in another AS (RFC 1997)",
  [denial.internalToInternal]: "learned from iBGP, and neither end is a route reflection client (RFC 4456 6)",
  [denial.noPolicy]: "eBGP peer without an export filter (RFC 8212); set one, or ebgpRequiresPolicy: false",
  [denial.filtered]: "rejected by the export filter",
  [denial.noNextHop]: "the session has no address of this family to name as next hop",
  [denial.suppressed]: "suppressed: a summary-only aggregate that covers it is announced instead",
  [denial.clientToClient]: "learned from a route reflection client, and reflection between clients is off (RFC 4456 6)",
  [denial.longLivedStale]: "long-lived stale (LLGR_STALE), and the peer does not keep such routes (RFC 9494 4.3)",
  [denial.ipv6NextHop]: "its next hop is an IPv6 address, which the peer does not take for IPv4 routes (RFC 8950 4)",
  [denial.linkLocalNextHop]: "its next hop is a link-local address of a link that the peer is not on; set nextHopSelf",
  [denial.ownNextHop]: "its next hop is the peer itself (RFC 4271 5.1.3)",
  [denial.routeLeak]: "ONLY_TO_CUSTOMER keeps it from providers, peers and route servers (RFC 9234 5)",
  [denial.tooLong]: "its attributes fit into no message that the peer takes (RFC 8654)",
  [denial.familyNotNegotiated]: "the session does not carry this family",
};
