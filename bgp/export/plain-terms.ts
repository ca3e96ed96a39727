import type { Address } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import type { ExportTerms } from "./export-terms.ts";

/** Terms towards an eBGP peer of AS 65000 with nothing configured, at our own address, and what differs. */
export function plainTerms(
  family: Family,
  ownAddress: Address | undefined,
  differing: Partial<ExportTerms> = {},
): ExportTerms {
  return {
    family,
    localAsn: 65000,
    isInternal: false,
    isClient: false,
    clusterId: 1,
    ownAddress,
    ownLinkLocal: undefined,
    nextHopSelf: false,
    requiresPolicy: false,
    filter: undefined,
    addPath: undefined,
    clientToClient: true,
    longLived: false,
    role: undefined,
    gracefulShutdown: false,
    sharedLink: [],
    link: "",
    extendedNextHop: false,
    fourOctetAs: true,
    maxMessageLength: 4096,
    ...differing,
  };
}
