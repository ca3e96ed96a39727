import { ipv6 } from "../../net/address.ts";

/** ICMPv6 types by name (RFC 4861 4.1, 4.2). */
export const icmpType = { routerSolicitation: 133, routerAdvertisement: 134 } as const;

/** Types of Neighbor Discovery options that are read or written here (RFC 4861 4.6). */
export const optionType = { sourceLinkLayerAddress: 1 } as const;

/** Where advertisements go: every node of the link (RFC 4861 2.3). */
export const allNodes = ipv6(0xff020000, 0, 0, 1);

/** Where solicitations go: every router of the link (RFC 4861 2.3). */
export const allRouters = ipv6(0xff020000, 0, 0, 2);

/** The hop limit that shows that no router has forwarded a packet (RFC 4861 6.1.2). */
export const requiredHopLimit = 255;

/** A router says that it is there (RFC 4861 4.2). Prefixes and other options are for hosts: passed over. */
export interface RouterAdvertisement {
  readonly kind: "advertisement";
  /** What hosts are to send with; 0: not said. */
  readonly currentHopLimit: number;
  /** M and O: addresses, or other things, are to be had by DHCPv6. */
  readonly isManaged: boolean;
  readonly hasOtherConfig: boolean;
  /** How long the router may be a default router; 0: it is none. */
  readonly routerLifetimeSeconds: number;
  /** 0: not said. */
  readonly reachableMs: number;
  readonly retransMs: number;
  /** The sender's hardware address, lower case with colons; empty: not said. */
  readonly mac: string;
}

/** Somebody asks the routers of the link to say that they are there (RFC 4861 4.1). */
export interface RouterSolicitation {
  readonly kind: "solicitation";
  /** As of an advertisement. */
  readonly mac: string;
}

/** Either of them. */
export type RouterDiscoveryMessage = RouterAdvertisement | RouterSolicitation;
