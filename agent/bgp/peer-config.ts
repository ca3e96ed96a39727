import { acceptAll, type Filter, type Term } from "../../bgp/filter/filter.ts";
import type { PeerConfig } from "../../bgp/speaker/config.ts";
import { ipv4, ipv6 } from "../../net/address.ts";
import { hostPrefix, type Prefix } from "../../net/prefix.ts";
import type { PoolExport } from "../graph/advertisements.ts";
import { type FilterDirection, withBgpFilters } from "../graph/bgp-filter.ts";
import type { BgpSettings } from "../graph/bgp-settings.ts";
import type { PlannedPeer } from "../graph/planned.ts";
import { serviceRanges } from "../graph/service-ranges.ts";
import { communityTerms } from "./community-terms.ts";
import { exportFilter } from "./export-filter.ts";
import { serviceTerms } from "./service-terms.ts";

/** What sessions depend on beside their plan, the same for all of them. */
export interface PeerContext {
  readonly pools: readonly PoolExport[];
  readonly settings: BgpSettings;
  /** Restart time that we announce where a peering says none (RFC 4724). */
  readonly restartSeconds: number;
  /** Whether this node is a route reflector. */
  readonly isReflector: boolean;
  /** Names of the peers that are workloads of this node. */
  readonly workloads: readonly string[];
}

/** How long we keep the routes of a peer that is back and has not said End-of-RIB, seconds. */
const stalePathSeconds = 120;

/** How soon a node that does not answer is called again, seconds: nodes that rise together find each other at once. */
const connectRetrySeconds = 2;

/** Every address: next hops that stay what they are lie inside. */
const everywhere: readonly Prefix[] = [ipv4(0), ipv6(0, 0, 0, 0)].map((zero) => ({ ...hostPrefix(zero), length: 0 }));

/** `next hop self` of BIRD: also for what we reflect, which the speaker alone would leave as it is (RFC 4456 10). */
const alwaysUs: Term = {
  name: "nextHopMode Self",
  match: {},
  verdict: "next-term",
  change: { nextHop: "self" },
};

/** Other nodes know the way to us and not to our workloads: what those announce is theirs through us. */
function throughUs(workloads: readonly string[]): Term {
  return {
    name: "routes of workloads",
    match: { peers: workloads },
    verdict: "next-term",
    change: { nextHop: "self" },
  };
}

/** What leaves: next hop, then BGPFilters, communities of prefixes, services, pools; the rest stays. */
function leaving(peer: PlannedPeer, context: PeerContext): Filter {
  const { settings, pools, isReflector, workloads } = context;
  const { family } = peer;
  const isExternal = peer.asn !== peer.localAsn;
  const ofPools = exportFilter(pools, family, isExternal);
  const services = serviceTerms(serviceRanges(settings, {}).all, family, isExternal, isReflector);
  const builtIn = { ...ofPools, terms: [...communityTerms(settings, family), ...services, ...ofPools.terms] };
  const filter = through(peer, "export", builtIn);
  if (peer.nextHop === "self") return { ...filter, terms: [alwaysUs, ...filter.terms] };
  const isThrough = !isExternal && workloads.length > 0;
  return isThrough ? { ...filter, terms: [throughUs(workloads), ...filter.terms] } : filter;
}

function through({ filters, family, asn, localAsn }: PlannedPeer, direction: FilterDirection, builtIn: Filter): Filter {
  return withBgpFilters(filters, { direction, family, isExternal: asn !== localAsn }, builtIn);
}

/**
 * A planned session in the speaker's words. The peering's BGPFilters come first; what they leave is accepted when received,
 * as Calico does, and leaves as pools say, with the communities of its prefix. Like Calico's BIRD we do not ask for the peer's AS in front.
 */
export function peerConfig(peer: PlannedPeer, context: PeerContext): PeerConfig {
  const { address, zone, port, asn, sourceAddress, password, ttlSecurityHops, keepaliveSeconds } = peer;
  const isKept = peer.nextHop === "keep" && peer.asn !== peer.localAsn;
  return {
    address,
    asn,
    port,
    passive: peer.passive,
    families: [peer.family],
    routeReflectorClient: peer.routeReflectorClient,
    nextHopSelf: peer.nextHop === "self",
    connectRetrySeconds,
    importFilter: through(peer, "import", acceptAll),
    exportFilter: leaving(peer, context),
    localAsn: peer.localAsn,
    allowedOwnAs: peer.allowLocalAs,
    enforceFirstAs: false,
    gracefulRestart: { restartSeconds: peer.restartSeconds ?? context.restartSeconds, stalePathSeconds },
    ...(isKept && { thirdPartyNextHop: true, linkPrefixes: everywhere }),
    ...(zone !== undefined && { zone }),
    ...(sourceAddress && { localAddress: sourceAddress }),
    ...(password !== undefined && { password }),
    ...(ttlSecurityHops !== undefined && { ttlSecurityHops }),
    ...(keepaliveSeconds !== undefined && { holdTimeSeconds: Math.min(65535, Math.max(3, keepaliveSeconds * 3)) }),
  };
}
