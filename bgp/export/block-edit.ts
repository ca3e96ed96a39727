/** Leave a number as it is. */
export const keep = -1;
/** Take an attribute out. */
export const drop = -2;

/** What becomes of an attribute block on its way to other peers. */
export interface BlockEdit {
  /** NEXT_HOP, or MP_REACH_NLRI reduced to family and next hop, whole; undefined leaves what is there. */
  readonly nextHop: Uint8Array | undefined;
  /** This AS in front of AS_PATH, so many times (RFC 4271 5.1.2 b). */
  readonly prependAsn: number;
  readonly prependTimes: number;
  /** A value, `keep` or `drop`. */
  readonly med: number;
  /** A value, `keep` or `drop`. */
  readonly localPref: number;
  /** ORIGINATOR_ID where there is none (RFC 4456 8), `keep`, or `drop` together with CLUSTER_LIST. */
  readonly originatorId: number;
  /** In front of CLUSTER_LIST (RFC 4456 8), or `keep`. */
  readonly clusterId: number;
  /** Communities taken out, then added, as host integers. */
  readonly withoutCommunities: readonly number[] | "all";
  readonly withCommunities: readonly number[];
  /** Extended communities that do not leave the AS go (RFC 4360 6). */
  readonly isAcrossAs: boolean;
  /** ONLY_TO_CUSTOMER where there is none (RFC 9234 5), or `keep`. */
  readonly otc: number;
}

/** Changes nothing. */
export const noEdit: BlockEdit = {
  nextHop: undefined,
  prependAsn: 0,
  prependTimes: 0,
  med: keep,
  localPref: keep,
  originatorId: keep,
  clusterId: keep,
  withoutCommunities: [],
  withCommunities: [],
  isAcrossAs: false,
  otc: keep,
};
