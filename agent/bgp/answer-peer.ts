import { hexOf } from "../../bgp/attribute/words.ts";
import { notificationHint, sentHint } from "../../bgp/message/notification-hint.ts";
import type { LastError } from "../../bgp/session/counters.ts";
import type { MalformedMessage } from "../../bgp/session/malformed.ts";
import { negotiatedWords } from "../../bgp/session/negotiated-words.ts";
import type { PeerDetail } from "../../bgp/speaker/peer-detail.ts";
import type { Speaker } from "../../bgp/speaker/speaker.ts";
import { formatTimestamp } from "../../datastore/timestamp.ts";
import type { BgpPeerAnswer } from "../api/bgp.ts";
import { bgpGroup, bgpPeer } from "./peer-line.ts";
import { noSuchPeer } from "./request.ts";

function errorAnswer(error: LastError, detail: PeerDetail): NonNullable<BgpPeerAnswer["lastError"]> {
  const { direction, code, subcode, text, at } = error;
  const said = { code, subcode, data: new Uint8Array(0) };
  const hint = direction === "sent" ? sentHint(said) : notificationHint(said, detail);
  return { direction, code, subcode, text, hint, at: formatTimestamp(at) };
}

function malformedAnswer(message: MalformedMessage): BgpPeerAnswer["malformedMessages"][number] {
  const { at, verdict, attribute, why, octets, length, offset } = message;
  const named = attribute !== undefined && { attribute };
  return { at: formatTimestamp(at), verdict, ...named, why, octets: hexOf(octets), length, offset };
}

/**
 * Everything of one peer.
 * @throws BgpRequestError when nobody has that name
 */
export function answerPeer(speaker: Speaker, name: string, now: number): BgpPeerAnswer {
  const status = speaker.status();
  const peer = status.peers.find((one) => one.name === name);
  const detail = speaker.peer(name);
  if (!peer || !detail) throw noSuchPeer(name);
  const { counters } = peer;
  const groups = status.groups.map((group, number) => ({ ...bgpGroup(group), number }));
  return {
    ok: true,
    peer: bgpPeer(peer, now),
    negotiated: detail.negotiated ? negotiatedWords(detail.negotiated) : [],
    messages: { in: { ...counters.messagesIn }, out: { ...counters.messagesOut } },
    octetsIn: counters.octetsIn,
    octetsOut: counters.octetsOut,
    queuedBytes: detail.queuedBytes,
    ...(counters.lastError && { lastError: errorAnswer(counters.lastError, detail) }),
    groups: groups.filter(({ peers }) => peers.includes(name)),
    malformedMessages: detail.malformed.map(malformedAnswer),
  };
}
