import type { Family } from "../../net/family.ts";
import type { UpdateFault } from "./update-fault.ts";

/**
 * What an UPDATE is worth as a whole: apply it; count its reachable prefixes as withdrawn (RFC 7606 2); end the session;
 * or it is the End-of-RIB marker of `endOfRib` (RFC 4724 2).
 */
export type ScanVerdict = "ok" | "withdraw" | "reset" | "end-of-rib";

const noFaults: readonly UpdateFault[] = [];

/**
 * Where the parts of one UPDATE lie: offsets into the buffer that was scanned, so that scanning allocates nothing. One
 * object is filled again and again; whoever keeps something copies it. An empty range has start = end.
 *
 * After a verdict of `ok` or `withdraw` every NLRI range is well formed (no length above 32 or 128, nothing runs over,
 * path identifiers whole), so readers need not check again. Prefixes of families that were not negotiated are left out.
 * Under `withdraw` the withdrawn ranges count as always and the reachable ranges count as withdrawn too.
 */
export class UpdateScan {
  verdict: ScanVerdict = "ok";
  /** The Path Attributes field as it came. */
  attributesStart = 0;
  attributesEnd = 0;
  /** Bit n is set when the attribute of type code n, below 32, is there. */
  present = 0;
  /** Withdrawn Routes field: IPv4 unicast. */
  withdrawnStart = 0;
  withdrawnEnd = 0;
  /** NLRI field: IPv4 unicast, its next hop in the NEXT_HOP attribute. */
  nlriStart = 0;
  nlriEnd = 0;
  /** Whether there is an MP_REACH_NLRI attribute, of whatever family, and where it lies. */
  hasReach = false;
  reachAttributeStart = 0;
  reachAttributeEnd = 0;
  /** Family of MP_REACH_NLRI, or undefined when there is none (or not a negotiated one). */
  reachFamily: Family | undefined = undefined;
  reachStart = 0;
  reachEnd = 0;
  /** Next hop of MP_REACH_NLRI: 4, 16 or 32 octets. */
  nextHopStart = 0;
  nextHopEnd = 0;
  /** Where the MP_UNREACH_NLRI attribute lies; 0 and 0 when there is none. */
  unreachAttributeStart = 0;
  unreachAttributeEnd = 0;
  /** Family of MP_UNREACH_NLRI, or undefined when there is none (or not a negotiated one). */
  unreachFamily: Family | undefined = undefined;
  unreachStart = 0;
  unreachEnd = 0;
  /**
   * The attribute block to intern: every attribute as it came except MP_UNREACH_NLRI, and MP_REACH_NLRI reduced to
   * family and next hop. Lies in the scanned buffer when the UPDATE has no multiprotocol attribute, otherwise in the
   * scan's own scratch. Meaningful only when there is a reachable prefix and the verdict is `ok`.
   */
  block: Uint8Array = new Uint8Array(0);
  blockStart = 0;
  blockEnd = 0;
  /** Prefixes announced and withdrawn, all ranges together. */
  reachable = 0;
  unreachable = 0;
  /** The family whose End-of-RIB this is; set with the verdict `end-of-rib` only. */
  endOfRib: Family | undefined = undefined;
  /** What is wrong, the strongest last; empty and shared when nothing is. */
  faults: readonly UpdateFault[] = noFaults;
  #scratch: Uint8Array = new Uint8Array(4096);

  /** Forgets the last UPDATE. */
  clear(): void {
    this.verdict = "ok";
    this.present = 0;
    this.withdrawnStart = this.withdrawnEnd = 0;
    this.nlriStart = this.nlriEnd = 0;
    this.hasReach = false;
    this.reachFamily = undefined;
    this.reachStart = this.reachEnd = 0;
    this.unreachAttributeStart = this.unreachAttributeEnd = 0;
    this.unreachFamily = undefined;
    this.unreachStart = this.unreachEnd = 0;
    this.blockStart = this.blockEnd = 0;
    this.reachable = this.unreachable = 0;
    this.endOfRib = undefined;
    this.faults = noFaults;
  }

  /** Room of at least `size` octets, kept from one UPDATE to the next. */
  scratch(size: number): Uint8Array {
    if (this.#scratch.length < size) this.#scratch = new Uint8Array(size);
    return this.#scratch;
  }
}
