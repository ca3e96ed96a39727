/** Who opened a connection: we called, or the peer did. */
export type Direction = "outbound" | "inbound";

/** Identity of both ends, as their OPENs gave it. */
export interface Identities {
  readonly localRouterId: number;
  readonly localAsn: number;
  readonly peerRouterId: number;
  readonly peerAsn: number;
}

/**
 * Which of two connections to one peer, of which both have received OPEN, is to live: the one that the end with the
 * higher BGP Identifier opened (RFC 4271 6.8), or with the higher AS number where the identifiers are equal (RFC 6286
 * 2.3). Both ends come to the same answer.
 */
export function survivor({ localRouterId, localAsn, peerRouterId, peerAsn }: Identities): Direction {
  const localWins = localRouterId > peerRouterId || (localRouterId === peerRouterId && localAsn > peerAsn);
  return localWins ? "outbound" : "inbound";
}

/** How another connection to the same peer stands when an OPEN arrives. */
export interface OtherConnection {
  readonly direction: Direction;
  readonly state: "OpenConfirm" | "Established";
  /** Since when it is Established; undefined when it is not. */
  readonly establishedForMs: number | undefined;
  /** Both sides negotiated graceful restart on it. */
  readonly isGraceful: boolean;
  /** Its OPEN had the R bit, too. */
  readonly wasRestarting: boolean;
}

/** Who goes when an OPEN arrives on one connection while another has already had one. */
export type CollisionVerdict = "drop-newcomer" | "drop-other" | "replace-other";

/**
 * A newcomer this long after the other became Established is no collision any more: the peer would have stopped calling
 * when it became Established itself.
 */
export const COLLISION_WINDOW_MS = 5000;

/**
 * Decides on receipt of OPEN on a `newcomer`. An Established session wins (RFC 4271 6.8), unless graceful restart is
 * agreed and the peer has restarted: then the newcomer replaces it, without a NOTIFICATION (RFC 4724 4.2). That it has
 * restarted is known from an R bit that the session's own OPEN did not have (two that restart at once both set it on
 * every call of theirs, also on calls that cross), or from calling anew when no call can be under way any more.
 */
export function resolveCollision(
  newcomer: Direction,
  isRestarting: boolean,
  other: OtherConnection,
  identities: Identities,
): CollisionVerdict {
  if (other.state === "Established") {
    const settled = (other.establishedForMs ?? 0) >= COLLISION_WINDOW_MS;
    const isAnew = settled || (isRestarting && !other.wasRestarting);
    return other.isGraceful && newcomer === "inbound" && isAnew ? "replace-other" : "drop-newcomer";
  }
  // Two calls from the same side: the older one is dead, or its caller would not have called again.
  if (newcomer === other.direction) return "drop-other";
  return survivor(identities) === newcomer ? "drop-other" : "drop-newcomer";
}
