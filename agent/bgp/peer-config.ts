import { acceptAll } from "../../bgp/filter/filter.ts";
import type { PeerConfig } from "../../bgp/speaker/config.ts";
import type { PoolExport } from "../graph/advertisements.ts";
import type { PlannedPeer } from "../graph/planned.ts";
import { exportFilter } from "./export-filter.ts";

/** How long we keep the routes of a peer that is back and has not said End-of-RIB, seconds. */
const stalePathSeconds = 120;

/** How soon a node that does not answer is called again, seconds: nodes that rise together find each other at once. */
const connectRetrySeconds = 2;

/** A planned session in the speaker's words. Everything received is accepted, as Calico does; pools say what leaves. */
export function peerConfig(peer: PlannedPeer, pools: readonly PoolExport[], restartSeconds: number): PeerConfig {
  const { address, zone, port, asn, sourceAddress, password, ttlSecurityHops, keepaliveSeconds } = peer;
  return {
    address,
    asn,
    port,
    passive: peer.passive,
    families: [peer.family],
    routeReflectorClient: peer.routeReflectorClient,
    nextHopSelf: peer.nextHopSelf,
    connectRetrySeconds,
    importFilter: acceptAll,
    exportFilter: exportFilter(pools, peer.family, peer.asn !== peer.localAsn),
    gracefulRestart: { restartSeconds: peer.restartSeconds ?? restartSeconds, stalePathSeconds },
    ...(zone !== undefined && { zone }),
    ...(sourceAddress && { localAddress: sourceAddress }),
    ...(password !== undefined && { password }),
    ...(ttlSecurityHops !== undefined && { ttlSecurityHops }),
    ...(keepaliveSeconds !== undefined && { holdTimeSeconds: Math.min(65535, Math.max(3, keepaliveSeconds * 3)) }),
  };
}
