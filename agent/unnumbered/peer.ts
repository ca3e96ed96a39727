import { type PeerConfig, type PeerTemplate, peerName } from "../../bgp/speaker/config.ts";
import type { Address } from "../../net/address.ts";

/** A peer known by the interface behind which it is: its link-local address is learned from its router advertisements. */
export interface UnnumberedPeer extends PeerTemplate {
  readonly interface: string;
}

/** The peer once its address is known. IPv4 routes go by IPv6 next hops (RFC 8950) unless the file says otherwise. */
export function numbered(peer: UnnumberedPeer, address: Address): PeerConfig {
  const { interface: zone, ...template } = peer;
  return { ...template, extendedNextHop: template.extendedNextHop ?? true, address, zone };
}

/** What the speaker calls it. */
export function numberedName(peer: UnnumberedPeer, address: Address): string {
  return peerName(address, peer.interface);
}
