import type { Speaker } from "../../bgp/speaker/speaker.ts";
import type { BgpPeerAnswer } from "../api/bgp.ts";
import { bgpGroup, bgpPeer } from "./peer-line.ts";
import { noSuchPeer } from "./request.ts";

/**
 * Everything of one peer.
 * @throws BgpRequestError when nobody has that name
 */
export function answerPeer(speaker: Speaker, name: string, now: number): BgpPeerAnswer {
  const status = speaker.status();
  const peer = status.peers.find((one) => one.name === name);
  if (!peer) throw noSuchPeer(name);
  const groups = status.groups.map((group, number) => ({ ...bgpGroup(group), number }));
  return { ok: true, peer: bgpPeer(peer, now), groups: groups.filter(({ peers }) => peers.includes(name)) };
}
