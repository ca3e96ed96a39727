import type { Family } from "../../net/family.ts";
import { capabilities } from "../capability/capabilities.ts";
import { errorCode, openError, reservedAsn } from "../iana.ts";
import { notification } from "../message/notification.ts";
import { myAsField, type Open, type OpenFault, openAsn } from "../message/open.ts";
import { roleCode, roleFault } from "./role.ts";
import type { LocalRestart, SessionConfig } from "./session-config.ts";

/** The OPEN we send: what the configuration offers, and how our restart stands right now. */
export function localOpen(config: SessionConfig, restart: LocalRestart): Open {
  const graceful = config.gracefulRestart;
  const longLived = graceful && config.longLivedStaleSeconds;
  const isInternal = config.peerAsn === "internal" || config.peerAsn === config.localAsn;
  const forwarding = (family: Family): boolean => restart.forwardingPreserved.includes(family);
  return {
    myAs: myAsField(config.localAsn),
    holdTimeSeconds: config.holdTimeSeconds,
    routerId: config.routerId,
    capabilities: capabilities({
      families: config.families,
      routeRefresh: true,
      enhancedRouteRefresh: true,
      extendedNextHop: config.extendedNextHop,
      extendedMessage: config.extendedMessage,
      fourOctetAs: config.localAsn,
      addPath: config.addPath,
      gracefulRestart: graceful && {
        restarting: restart.restarting,
        notification: true,
        restartSeconds: graceful.restartSeconds,
        families: config.families.map((family) => ({ family, forwarding: forwarding(family) })),
      },
      longLived:
        longLived === undefined
          ? undefined
          : {
              families: config.families.map((family) => ({
                family,
                forwarding: forwarding(family),
                staleSeconds: longLived,
              })),
            },
      roles: config.role === undefined || isInternal ? [] : [roleCode(config.role)],
    }),
  };
}

/**
 * What we hold against a peer's OPEN, in the order in which it is to be checked after version and structure: AS, hold
 * time, identifier (RFC 4271 6.2, RFC 6286 2.2, RFC 7607 2), role (RFC 9234 4.2). Undefined when it is welcome.
 */
export function validateOpen(open: Open, config: SessionConfig): OpenFault | undefined {
  const asn = openAsn(open);
  const as = asFault(asn, open, config);
  if (as) return refuse(openError.badPeerAs, as);
  const hold = open.holdTimeSeconds;
  if (hold === 1 || hold === 2) return refuse(openError.holdTime, `hold time ${hold}: 0 or at least 3 expected`);
  if (hold !== 0 && hold < config.minHoldTimeSeconds) {
    return refuse(openError.holdTime, `hold time ${hold}: at least ${config.minHoldTimeSeconds} configured`);
  }
  if (open.routerId === 0) return refuse(openError.badIdentifier, "router id 0.0.0.0");
  if (open.routerId === config.routerId && asn === config.localAsn) {
    return refuse(openError.badIdentifier, "the peer has our own router id");
  }
  return roleFault(open, config);
}

/**
 * The OPEN for a peer that does not know optional parameters (RFC 5492 3): no capability at all, so IPv4 routes only.
 * Undefined when we do not carry those.
 */
export function bareOpen(config: SessionConfig): Open | undefined {
  const { localAsn, holdTimeSeconds, routerId, families } = config;
  if (!families.includes("ipv4")) return undefined;
  return { myAs: myAsField(localAsn), holdTimeSeconds, routerId, capabilities: capabilities() };
}

/** The peer's AS must be the configured one; `internal` is our own, `external` any other. */
function asFault(asn: number, open: Open, config: SessionConfig): string | undefined {
  const { peerAsn, localAsn } = config;
  if (asn === reservedAsn.zero || open.myAs === reservedAsn.zero) return "the peer names AS 0";
  if (asn === reservedAsn.trans) return `the peer names AS_TRANS (${asn}) as its own`;
  if (peerAsn === "internal") return asn === localAsn ? undefined : `the peer is AS ${asn}, internal is AS ${localAsn}`;
  if (peerAsn === "external")
    return asn === localAsn ? `the peer is in our own AS ${asn}, external expected` : undefined;
  return asn === peerAsn ? undefined : `the peer is AS ${asn}, configured is AS ${peerAsn}`;
}

function refuse(subcode: number, why: string): OpenFault {
  return { notification: notification(errorCode.open, subcode), why };
}
