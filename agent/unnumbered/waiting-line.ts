import { formatTimestamp } from "../../datastore/timestamp.ts";
import type { BgpPeer } from "../api/bgp.ts";
import type { WaitingInterface } from "./peers.ts";

/** An interface without a peer as a line among the peers, named by the interface; `now` is wall-clock milliseconds. */
export function waitingLine({ peer, why, since }: WaitingInterface, now: number): BgpPeer {
  return {
    name: peer.interface,
    interface: peer.interface,
    asn: peer.asn,
    state: "Idle",
    since: formatTimestamp(since),
    seconds: Math.max(0, Math.floor((now - since) / 1000)),
    isDynamic: false,
    why,
    families: [],
    established: 0,
    messagesIn: 0,
    messagesOut: 0,
    malformed: 0,
  };
}
