import { type Family, families } from "../../net/family.ts";
import { MAX_EXTENDED_LENGTH, MAX_LENGTH } from "../message/header.ts";
import { type Open, openAsn } from "../message/open.ts";
import type { AddPathTerms, GracefulRestartTerms, Negotiated } from "./negotiated.ts";

/**
 * What two OPENs agree on: `local` is the one we sent, `remote` the peer's, already found welcome. A capability counts
 * when both have it (RFC 5492 3); ADD-PATH when one sends and the other receives (RFC 7911 4).
 */
export function negotiate(local: Open, remote: Open): Negotiated {
  const ours = local.capabilities;
  const theirs = remote.capabilities;
  const localAsn = openAsn(local);
  const peerAsn = openAsn(remote);
  const common = families.filter((f) => offers(local, f) && offers(remote, f));
  const holdTimeSeconds = Math.min(local.holdTimeSeconds, remote.holdTimeSeconds);
  const extendedMessage = ours.extendedMessage && theirs.extendedMessage;
  return {
    localAsn,
    peerAsn,
    localRouterId: local.routerId,
    peerRouterId: remote.routerId,
    isInternal: localAsn === peerAsn,
    families: common,
    fourOctetAs: ours.fourOctetAs !== undefined && theirs.fourOctetAs !== undefined,
    holdTimeSeconds,
    keepaliveSeconds: holdTimeSeconds / 3,
    routeRefresh: ours.routeRefresh && theirs.routeRefresh,
    enhancedRouteRefresh: ours.enhancedRouteRefresh && theirs.enhancedRouteRefresh,
    extendedMessage,
    maxMessageLength: extendedMessage ? MAX_EXTENDED_LENGTH : MAX_LENGTH,
    addPath: { ipv4: addPath(local, remote, "ipv4"), ipv6: addPath(local, remote, "ipv6") },
    extendedNextHop: ours.extendedNextHop && theirs.extendedNextHop,
    gracefulRestart: gracefulRestart(local, remote, common),
    longLived: undefined,
    role: undefined,
  };
}

/** A side without any Multiprotocol capability means IPv4 unicast (RFC 4760 8). */
function offers(open: Open, family: Family): boolean {
  return (open.capabilities.families ?? ["ipv4"]).includes(family);
}

function addPath(local: Open, remote: Open, family: Family): AddPathTerms {
  const ours = local.capabilities.addPath[family];
  const theirs = remote.capabilities.addPath[family];
  return { send: ours.send && theirs.receive, receive: ours.receive && theirs.send };
}

/** Families that were not negotiated do not count: nobody will ever send their End-of-RIB. */
function gracefulRestart(local: Open, remote: Open, common: readonly Family[]): GracefulRestartTerms | undefined {
  const ours = local.capabilities.gracefulRestart;
  const theirs = remote.capabilities.gracefulRestart;
  if (!ours || !theirs) return undefined;
  const named = theirs.families.filter(({ family }) => common.includes(family));
  return {
    peerRestarting: theirs.restarting,
    peerRestartSeconds: theirs.restartSeconds,
    families: named.map(({ family }) => family),
    forwardingPreserved: named.filter(({ forwarding }) => forwarding).map(({ family }) => family),
    notification: ours.notification && theirs.notification,
  };
}
