import { acceptAll, type Filter } from "../../bgp/filter/filter.ts";
import type { PeerConfig } from "../../bgp/speaker/config.ts";
import type { PoolExport } from "../graph/advertisements.ts";
import { type FilterDirection, withBgpFilters } from "../graph/bgp-filter.ts";
import type { PlannedPeer } from "../graph/planned.ts";
import type { BgpSettings } from "../graph/self.ts";
import { communityTerms } from "./community-terms.ts";
import { exportFilter } from "./export-filter.ts";

/** How long we keep the routes of a peer that is back and has not said End-of-RIB, seconds. */
const stalePathSeconds = 120;

/** How soon a node that does not answer is called again, seconds: nodes that rise together find each other at once. */
const connectRetrySeconds = 2;

/**
 * A planned session in the speaker's words. The peering's BGPFilters come first; what they leave is accepted when received,
 * as Calico does, and leaves as pools say, with the communities of its prefix. Like Calico's BIRD we do not ask for the peer's AS in front.
 */
export function peerConfig(
  peer: PlannedPeer,
  pools: readonly PoolExport[],
  restartSeconds: number,
  settings: BgpSettings = {},
): PeerConfig {
  const { address, zone, port, asn, sourceAddress, password, ttlSecurityHops, keepaliveSeconds } = peer;
  const isExternal = peer.asn !== peer.localAsn;
  const leaving = exportFilter(pools, peer.family, isExternal);
  const through = (direction: FilterDirection, builtIn: Filter): Filter =>
    withBgpFilters(peer.filters, { direction, family: peer.family, isExternal }, builtIn);
  return {
    address,
    asn,
    port,
    passive: peer.passive,
    families: [peer.family],
    routeReflectorClient: peer.routeReflectorClient,
    nextHopSelf: peer.nextHopSelf,
    connectRetrySeconds,
    importFilter: through("import", acceptAll),
    exportFilter: through("export", {
      ...leaving,
      terms: [...communityTerms(settings, peer.family), ...leaving.terms],
    }),
    localAsn: peer.localAsn,
    allowedOwnAs: peer.allowLocalAs,
    enforceFirstAs: false,
    gracefulRestart: { restartSeconds: peer.restartSeconds ?? restartSeconds, stalePathSeconds },
    ...(zone !== undefined && { zone }),
    ...(sourceAddress && { localAddress: sourceAddress }),
    ...(password !== undefined && { password }),
    ...(ttlSecurityHops !== undefined && { ttlSecurityHops }),
    ...(keepaliveSeconds !== undefined && { holdTimeSeconds: Math.min(65535, Math.max(3, keepaliveSeconds * 3)) }),
  };
}
