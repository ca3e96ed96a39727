import { type Family, families } from "../../net/family.ts";
import { MAX_EXTENDED_LENGTH, MAX_LENGTH } from "../message/header.ts";
import { type Open, openAsn } from "../message/open.ts";
import type { AddPathTerms, GracefulRestartTerms, LongLivedTerms, Negotiated, PeerClaims } from "./negotiated.ts";
import { roles } from "./role.ts";
import type { SessionConfig } from "./session-config.ts";

/** Our AS and role towards the peer. */
export type OwnTerms = Pick<SessionConfig, "localAsn" | "role">;

/**
 * What two OPENs agree on: `local` is the one we sent, `remote` the peer's, already found welcome. A capability counts
 * when both have it (RFC 5492 3); ADD-PATH when one sends and the other receives (RFC 7911 4).
 * `own` is what we are whatever our OPEN says: one without capabilities cannot name it all.
 */
export function negotiate(local: Open, remote: Open, own: OwnTerms = ownTerms(local)): Negotiated {
  const ours = local.capabilities;
  const theirs = remote.capabilities;
  const { localAsn, role } = own;
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
    longLived: longLived(local, remote, common),
    role: localAsn === peerAsn ? undefined : role,
    claims: claims(remote),
  };
}

function ownTerms(local: Open): OwnTerms {
  return { localAsn: openAsn(local), role: roles[local.capabilities.roles[0] ?? -1] };
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

/** Void without graceful restart on both sides (RFC 9494 4.1). */
function longLived(local: Open, remote: Open, common: readonly Family[]): LongLivedTerms | undefined {
  const ours = local.capabilities;
  const theirs = remote.capabilities;
  if (!ours.longLived || !theirs.longLived || !ours.gracefulRestart || !theirs.gracefulRestart) return undefined;
  const named = theirs.longLived.families.filter(({ family }) => common.includes(family));
  return {
    families: named.map(({ family, staleSeconds, forwarding }) => ({ family, staleSeconds, preserved: forwarding })),
  };
}

function claims({ capabilities: { hostName, software, unknown } }: Open): PeerClaims {
  const unknownCapabilities = [...new Set(unknown.map(({ code }) => code))].sort((x, y) => x - y);
  return { hostName, software, unknownCapabilities };
}
