import { ipv4 } from "../../net/address.ts";
import { formatAddress } from "../../net/address-text.ts";
import { formatAsPath } from "./as-path.ts";
import { formatCommunity, formatExtendedCommunity, formatLargeCommunity } from "./community-text.ts";
import type { Origin, PathAttributes } from "./path-attributes.ts";

/** An attribute this speaker does not know, as it came. */
export interface UnknownWords {
  readonly code: number;
  readonly flags: number;
  /** Hexadecimal. */
  readonly value: string;
}

/** Path attributes as operators write them; what the route does not have is absent. */
export interface AttributeWords {
  readonly origin: Origin;
  /** `65001 65002 {64512 64513}`, nearest first; empty for a route born in this AS. */
  readonly asPath: string;
  readonly nextHop?: string;
  /** The link-local address beside the next hop (RFC 2545 3). */
  readonly linkLocal?: string;
  readonly med?: number;
  readonly localPref?: number;
  readonly atomicAggregate?: true;
  /** `65001 10.0.0.1`. */
  readonly aggregator?: string;
  /** `65000:100` or a well-known name. */
  readonly communities?: readonly string[];
  /** `65000:1:2` (RFC 8092 5). */
  readonly largeCommunities?: readonly string[];
  /** `rt:65000:100`, or `0x` and 16 digits. */
  readonly extendedCommunities?: readonly string[];
  readonly originatorId?: string;
  readonly clusterList?: readonly string[];
  /** ONLY_TO_CUSTOMER (RFC 9234 5). */
  readonly otc?: number;
  readonly unknown?: readonly UnknownWords[];
}

/** Octets as two digits each, nothing between. */
export function hexOf(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet < 16 ? `0${octet.toString(16)}` : octet.toString(16);
  return text;
}

const dotted = (word: number): string => formatAddress(ipv4(word));

/** What attributes say, for people and programs. */
export function attributeWords(attributes: PathAttributes): AttributeWords {
  const { mpNextHop, aggregator, med, localPref, originatorId, otc } = attributes;
  const { communities, largeCommunities, extendedCommunities, clusterList, unknown } = attributes;
  const nextHop = mpNextHop?.address ?? attributes.nextHop;
  return {
    origin: attributes.origin,
    asPath: formatAsPath(attributes.asPath),
    ...(nextHop && { nextHop: formatAddress(nextHop) }),
    ...(mpNextHop?.linkLocal && { linkLocal: formatAddress(mpNextHop.linkLocal) }),
    ...(med !== undefined && { med }),
    ...(localPref !== undefined && { localPref }),
    ...(attributes.atomicAggregate && { atomicAggregate: true as const }),
    ...(aggregator && { aggregator: `${aggregator.asn} ${dotted(aggregator.routerId)}` }),
    ...(communities.length > 0 && { communities: communities.map(formatCommunity) }),
    ...(largeCommunities.length > 0 && { largeCommunities: largeCommunities.map(formatLargeCommunity) }),
    ...(extendedCommunities.length > 0 && { extendedCommunities: extendedCommunities.map(formatExtendedCommunity) }),
    ...(originatorId !== undefined && { originatorId: dotted(originatorId) }),
    ...(clusterList.length > 0 && { clusterList: clusterList.map(dotted) }),
    ...(otc !== undefined && { otc }),
    ...(unknown.length > 0 && {
      unknown: unknown.map(({ code, flags, value }) => ({ code, flags, value: hexOf(value) })),
    }),
  };
}
