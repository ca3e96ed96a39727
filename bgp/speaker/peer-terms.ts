import { type Address, isLinkLocal } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { ExportTerms } from "../export/export-terms.ts";
import { canBeNextHop } from "../export/next-hop-choice.ts";
import type { Negotiated } from "../session/negotiated.ts";
import type { PeerConfig, SpeakerConfig } from "./config.ts";

/**
 * What decides what a peer is sent of one family: its configuration, what its session agreed on, and `local`, our end of
 * that session. AS_PATH towards a peer for which we have an AS number of its own names that one only, as BIRD's
 * `local as` does and Calico's `localASNumber` asks for.
 */
export function peerTerms(
  speaker: SpeakerConfig,
  config: PeerConfig,
  negotiated: Negotiated,
  local: Address | undefined,
  family: Family,
): ExportTerms {
  const { isInternal } = negotiated;
  const isV6 = family === "ipv6";
  const extendedNextHop = !isV6 && negotiated.extendedNextHop;
  const own = ownAddress(config, local, family, extendedNextHop);
  return {
    family,
    localAsn: negotiated.localAsn,
    isInternal,
    isClient: isInternal && (config.routeReflectorClient ?? false),
    clusterId: speaker.clusterId ?? speaker.routerId,
    ownAddress: own,
    ownLinkLocal: own && ownLinkLocal(config, local, own),
    nextHopSelf: config.nextHopSelf ?? false,
    requiresPolicy: speaker.ebgpRequiresPolicy && !isInternal,
    filter: config.exportFilter,
    addPath: negotiated.addPath[family].send ? (config.addPath?.[family]?.send ?? "all") : undefined,
    clientToClient: speaker.clientToClientReflection ?? true,
    longLived: negotiated.longLived !== undefined,
    role: negotiated.role,
    gracefulShutdown: config.gracefulShutdown ?? false,
    sharedLink: config.thirdPartyNextHop && !isInternal ? (config.linkPrefixes ?? []) : [],
    link: isLinkLocal(config.address) ? (config.zone ?? "") : "",
    extendedNextHop,
    fourOctetAs: negotiated.fourOctetAs,
    maxMessageLength: negotiated.maxMessageLength,
  };
}

/** What "self" means: what is configured for the family, else our end of the session, if it can be named (RFC 8950 4). */
function ownAddress(
  { nextHop }: PeerConfig,
  local: Address | undefined,
  family: Family,
  extendedNextHop: boolean,
): Address | undefined {
  const isOurs = local?.family === family;
  const candidates = isOurs ? [nextHop?.[family], local] : [nextHop?.[family], nextHop?.ipv6, local];
  return candidates.find((one) => one !== undefined && canBeNextHop(family, one, extendedNextHop));
}

/** The link-local address that stands behind a global one: only on the peer's own link (RFC 2545 3). */
function ownLinkLocal({ linkLocalNextHop }: PeerConfig, local: Address | undefined, own: Address): Address | undefined {
  if (own.family === "ipv4" || isLinkLocal(own)) return undefined;
  return linkLocalNextHop ?? (local?.family === "ipv6" && isLinkLocal(local) ? local : undefined);
}
