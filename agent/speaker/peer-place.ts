import { peerName } from "../../bgp/speaker/config.ts";
import type { Address } from "../../net/address.ts";

/** What says where a peer is: its address, with zone when it is link-local, or the interface behind which it is heard. */
export interface PeerPlace {
  readonly address?: Address | undefined;
  readonly zone?: string | undefined;
  readonly interface?: string | undefined;
}

/** The name of a peer by its place; undefined: it has none. */
export function placeName({ address, zone, interface: device }: PeerPlace): string | undefined {
  return address ? peerName(address, zone) : device;
}

/** What is wrong with where peers are: both an address and an interface, neither, or two ways to name one neighbour. */
export function placeMistakes(peers: readonly PeerPlace[]): readonly string[] {
  return peers.flatMap(({ address, zone, interface: device }, i) => {
    const at = `peers[${i}]`;
    if (!address && device === undefined) {
      return [
        `${at}.address: missing: an IPv4 or IPv6 address, as 10.0.0.1 or fd00::1; or \`interface\` for a peer that is found by its router advertisements`,
      ];
    }
    if (device === undefined) return [];
    if (address) return [`${at}.interface: "${device}": beside an address: one of the two says where the peer is`];
    if (zone !== undefined) return [`${at}.zone: "${zone}": beside an interface, which is the zone: leave it out`];
    const other = peers.findIndex((one) => one.address !== undefined && one.zone === device);
    if (other < 0) return [];
    return [`${at}.interface: "${device}": peers[${other}] names a neighbour on it already: leave one of them out`];
  });
}
