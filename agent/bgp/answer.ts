import type { RouteQuery } from "../../bgp/speaker/route-query.ts";
import type { Speaker } from "../../bgp/speaker/speaker.ts";
import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatPrefix, parsePrefix } from "../../net/prefix.ts";
import type {
  BgpExplainAnswer,
  BgpExplainRequest,
  BgpPeer,
  BgpPeersAnswer,
  BgpRoutesAnswer,
  BgpRoutesRequest,
} from "../api/bgp.ts";
import type { UnnumberedPeers } from "../unnumbered/peers.ts";
import { waitingLine } from "../unnumbered/waiting-line.ts";
import { answerPeer } from "./answer-peer.ts";
import { bgpGroup, bgpPeer } from "./peer-line.ts";
import { BgpRequestError, noSuchPeer, readBgpRequest } from "./request.ts";

function answerPeers(speaker: Speaker, now: number, unnumbered: UnnumberedPeers | undefined): BgpPeersAnswer {
  const { asn, routerId } = speaker.identity;
  const status = speaker.status();
  const bytes = Object.values(status.memory).reduce((sum, one) => sum + one, 0);
  const paths = status.families.reduce((sum, family) => sum + family.paths, 0);
  return {
    ok: true,
    asn,
    routerId: formatAddress(ipv4(routerId)),
    isDeciding: status.isDeciding,
    peers: [
      ...status.peers.map((peer) => withInterface(bgpPeer(peer, now), unnumbered)),
      ...(unnumbered?.waiting() ?? []).map((one) => waitingLine(one, now)),
    ],
    families: status.families,
    groups: status.groups.map(bgpGroup),
    attributeSets: status.attributeSets,
    bytes,
    bytesPerRoute: paths === 0 ? 0 : Math.round(bytes / paths),
  };
}

/** A peer that was found on an interface says on which. */
function withInterface(peer: BgpPeer, unnumbered: UnnumberedPeers | undefined): BgpPeer {
  const [, zone = ""] = peer.name.split("%");
  return zone !== "" && unnumbered?.nameOf(zone) === peer.name ? { ...peer, interface: zone } : peer;
}

/** The speaker's name of a peer that may be named by its interface. @throws BgpRequestError where nobody was heard on it */
function named(name: string, unnumbered: UnnumberedPeers | undefined): string {
  const why = unnumbered?.waiting().find(({ peer }) => peer.interface === name)?.why;
  if (why !== undefined) throw new BgpRequestError("agent/no-such-peer", `${name} has no peer: ${why}`, {});
  return unnumbered?.nameOf(name) ?? name;
}

/** An address without a length asks for what covers it. */
function destination(text: string): Pick<RouteQuery, "prefix" | "longest"> {
  return { prefix: parsePrefix(text)!, longest: !text.includes("/") };
}

function answerRoutes(speaker: Speaker, request: BgpRoutesRequest, unnumbered?: UnnumberedPeers): BgpRoutesAnswer {
  const { do: _do, prefix, view = "best", limit = 1000, peer: asked, ...rest } = request;
  const peer = asked === undefined ? undefined : named(asked, unnumbered);
  if (peer !== undefined && peer !== "local" && !speaker.peer(peer)) throw noSuchPeer(peer);
  const query = {
    ...rest,
    view,
    limit,
    ...(peer !== undefined && { peer }),
    ...(prefix !== undefined && destination(prefix)),
  };
  return { ok: true, ...speaker.listRoutes(query) };
}

function answerExplain(speaker: Speaker, { prefix: text }: BgpExplainRequest): BgpExplainAnswer {
  const { prefix, longest } = destination(text);
  const found = speaker.explain(prefix!, longest);
  return {
    ok: true,
    prefix: found?.prefix ?? formatPrefix(prefix!),
    candidates: (found?.candidates ?? []).map(({ isBest, isUsed, step, rfc, lostTo, route }) => {
      return { isBest, isUsed, step, rfc, lostTo, route };
    }),
    advertisements: found?.advertisements ?? [],
  };
}

/**
 * Answers a `bgp.…` request about a speaker; `now` is wall-clock milliseconds. Its time is bounded by the page of routes, or
 * by one pass over the paths. A peer that was found on an interface (`unnumbered`) may be named by it.
 * @throws BgpRequestError
 */
export function answerBgp(
  line: unknown,
  speaker: Speaker | undefined,
  now: number,
  unnumbered?: UnnumberedPeers,
): object {
  const request = readBgpRequest(line);
  if (!speaker) throw new BgpRequestError("agent/bgp-off", "no BGP speaker is running; see `node status`", {});
  switch (request.do) {
    case "bgp.peers":
      return answerPeers(speaker, now, unnumbered);
    case "bgp.peer":
      return answerPeer(speaker, named(request.name, unnumbered), now);
    case "bgp.routes":
      return answerRoutes(speaker, request, unnumbered);
    case "bgp.explain":
      return answerExplain(speaker, request);
  }
}
