import { type Address, addressBytes, isLinkLocal } from "../../net/address.ts";
import type { Family } from "../../net/family.ts";
import { covers } from "../../net/prefix.ts";
import { afiOf, SAFI_UNICAST } from "../family.ts";
import type { Change } from "../filter/filter.ts";
import { attributeCode, attributeFlag } from "../iana.ts";
import type { AttributeColumns } from "../rib/attribute-columns.ts";
import { localPeer, type PeerTable } from "../rib/peer-table.ts";
import { type Denial, denial } from "./denial.ts";
import type { ExportTerms } from "./export-terms.ts";

/**
 * Which next hop stands in what peers of certain terms are sent (RFC 4271 5.1.3, RFC 4456 10, RFC 2545 3, RFC 8950 4).
 * Towards eBGP ourselves, but for next hops on a link that we share with the peer where that is configured; for our own
 * routes ourselves; what comes from eBGP goes to iBGP as it is or, where configured, points to us; what comes from iBGP
 * goes to iBGP as it is. A link-local address only goes where it means something: to the link that it belongs to.
 */
export class NextHopChoice {
  /** Whether a route may leave with the next hop it came with or one that a filter names, so perhaps the peer itself. */
  readonly mayBeOthers: boolean;
  readonly #self: Uint8Array | undefined;
  readonly #terms: ExportTerms;
  readonly #columns: AttributeColumns;
  readonly #peers: PeerTable;

  constructor(terms: ExportTerms, columns: AttributeColumns, peers: PeerTable) {
    this.#terms = terms;
    this.#columns = columns;
    this.#peers = peers;
    this.#self = terms.ownAddress && nextHopAttribute(terms.family, terms.ownAddress, terms.ownLinkLocal);
    const isNamed = terms.filter?.terms.some(({ change }) => typeof change?.nextHop === "object") ?? false;
    this.mayBeOthers = terms.isInternal || terms.sharedLink.length > 0 || isNamed;
  }

  /** The attribute to write, undefined to leave what is there, or why the route cannot go. */
  choose(set: number, source: number, change: Change | undefined): Uint8Array | undefined | Denial {
    const { family } = this.#terms;
    const wish = change?.nextHop;
    if (typeof wish === "object" && canBeNextHop(family, wish, this.#terms.extendedNextHop)) {
      return nextHopAttribute(family, wish, undefined);
    }
    if (wish === "self" || this.#pointsToUs(set, source)) return this.#self ?? denial.noNextHop;
    const { address, linkLocal } = this.#columns.nextHops.hop(this.#columns.nextHop[set]!);
    if (address === undefined || address.family === "ipv4") return undefined;
    if (family === "ipv4" && !this.#terms.extendedNextHop) return denial.ipv6NextHop;
    if (linkLocal === undefined && !isLinkLocal(address)) return undefined;
    if (!this.#terms.isInternal || this.#isOnLink(source)) return undefined;
    return isLinkLocal(address) ? denial.linkLocalNextHop : nextHopAttribute(family, address, undefined);
  }

  #pointsToUs(set: number, source: number): boolean {
    const { isInternal, nextHopSelf, sharedLink } = this.#terms;
    const hop = this.#columns.nextHop[set]!;
    if (hop === 0) return true;
    if (isInternal) return nextHopSelf && source !== localPeer && this.#peers.isInternal[source] === 0;
    if (source === localPeer || sharedLink.length === 0) return true;
    const { address } = this.#columns.nextHops.hop(hop);
    return address === undefined || !sharedLink.some((link) => covers(link, address));
  }

  /** Whether a session over link-local addresses, and that over which the route came, lie on the same interface. */
  #isOnLink(source: number): boolean {
    const { link } = this.#terms;
    return link !== "" && source !== localPeer && this.#peers.peer(source).name.endsWith(`%${link}`);
  }
}

/** Whether an address may stand as next hop of a family; an IPv4 address in IPv6 clothes (::ffff:0:0/96) never may. */
export function canBeNextHop(family: Family, address: Address, extendedNextHop: boolean): boolean {
  if (address.family === "ipv4") return family === "ipv4";
  const isMapped = address.a === 0 && address.b === 0 && address.c === 0xffff;
  return !isMapped && (family === "ipv6" || extendedNextHop);
}

/**
 * NEXT_HOP for an IPv4 address of an IPv4 route, otherwise MP_REACH_NLRI without prefixes (RFC 4760 3, RFC 8950 4): a
 * global address, a link-local one, or both (RFC 2545 3). A link-local address alone takes 16 octets, as BIRD and FRR
 * read it and as draft-ietf-idr-linklocal-capability writes it.
 */
export function nextHopAttribute(family: Family, address: Address, linkLocal: Address | undefined): Uint8Array {
  const octets = addressBytes(address);
  if (family === "ipv4" && address.family === "ipv4") {
    return Uint8Array.of(attributeFlag.transitive, attributeCode.nextHop, 4, ...octets);
  }
  const hop = linkLocal ? [...octets, ...addressBytes(linkLocal)] : [...octets];
  const head = [0, afiOf[family], SAFI_UNICAST, hop.length];
  return Uint8Array.of(attributeFlag.optional, attributeCode.mpReach, hop.length + 5, ...head, ...hop, 0);
}
