import { messagesOf } from "../../bgp/session/counters.ts";
import type { GroupState, PeerState } from "../../bgp/speaker/status.ts";
import { formatTimestamp } from "../../datastore/timestamp.ts";
import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { BgpGroup, BgpPeer } from "../api/bgp.ts";

/** A peer in a line; `now` is wall-clock milliseconds. */
export function bgpPeer(peer: PeerState, now: number): BgpPeer {
  return {
    name: peer.name,
    asn: peer.asn,
    ...(peer.routerId !== undefined && { routerId: formatAddress(ipv4(peer.routerId)) }),
    state: peer.state,
    since: formatTimestamp(peer.since),
    seconds: Math.max(0, Math.floor((now - peer.since) / 1000)),
    isDynamic: peer.isDynamic,
    why: peer.why,
    families: peer.families,
    established: peer.counters.established,
    messagesIn: messagesOf(peer.counters.messagesIn),
    messagesOut: messagesOf(peer.counters.messagesOut),
    malformed: peer.counters.malformed,
  };
}

/** An update group as the socket tells of it. */
export function bgpGroup({ queuedSlabs, ...group }: GroupState): BgpGroup {
  return { ...group, queued: queuedSlabs };
}
