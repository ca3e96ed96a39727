import { Writer } from "../../lib/writer.ts";
import type { Family } from "../../net/family.ts";
import { decodeAttributes } from "../attribute/decode.ts";
import type { AttributeTerms } from "../attribute/descriptor.ts";
import { encodeAttributes } from "../attribute/encode.ts";
import type { PathAttributes } from "../attribute/path-attributes.ts";
import { afiOf, SAFI_UNICAST } from "../family.ts";
import { attributeCode, attributeFlag } from "../iana.ts";
import { nextHopBytes } from "../message/update.ts";
import { isStronger, type UpdateFault } from "../message/update-fault.ts";
import { attributeBit } from "./attribute-columns.ts";
import type { AttributeStore } from "./attribute-store.ts";
import { isPlainBlock } from "./plain-block.ts";

/** Four-octet AS numbers and every attribute of iBGP: the terms of what is stored. */
const storedTerms: AttributeTerms = { fourOctetAs: true, isInternal: true };
const internalOnly = attributeBit.hasLocalPref | attributeBit.reflected;
const noFaults: readonly UpdateFault[] = [];

/**
 * The way of an attribute block into the store. A block that is there already, octet by octet, was judged when it came
 * first; a plain one is kept as it is; any other is decoded (RFC 7606), and what is left of it is encoded again.
 */
export class AttributeIntake {
  /** What was wrong with the block given last. */
  faults: readonly UpdateFault[] = noFaults;
  readonly #store: AttributeStore;
  readonly #writer = new Writer(512);

  constructor(store: AttributeStore) {
    this.#store = store;
  }

  /**
   * The set for prefixes of `family` that stand in MP_REACH_NLRI (`isMp`) or in the NLRI field; 0 when the attributes are
   * not worth keeping: then `faults` says whether to withdraw or to reset. The caller holds the set.
   */
  intern(buf: Uint8Array, start: number, end: number, terms: AttributeTerms, family: Family, isMp: boolean): number {
    this.faults = noFaults;
    const hasMp = buf[start + 1] === attributeCode.mpReach;
    if (terms.fourOctetAs && hasMp === isMp) {
      const known = this.#store.find(buf, start, end);
      if (known !== 0 && this.#store.isFilled(known)) {
        if (terms.isInternal || (this.#store.columns.flags[known]! & internalOnly) === 0) return known;
      }
      if (isPlainBlock(buf, start, end, terms.isInternal)) return this.#store.internFound(known, buf, start, end);
    }
    const { verdict, attributes, faults } = decodeAttributes(buf, start, end, terms);
    this.faults = faults;
    if (attributes === undefined || verdict === "withdraw" || verdict === "reset") return 0;
    return this.#keep(attributes, family, isMp);
  }

  /** The set that says `attributes`; the caller holds it. */
  internAttributes(attributes: PathAttributes, family: Family, tag = 0): number {
    return this.#keep(attributes, family, attributes.mpNextHop !== undefined, tag);
  }

  /** Whether what was wrong last ends the session. */
  get isReset(): boolean {
    return this.faults.some(({ action }) => !isStronger("reset", action));
  }

  #keep(attributes: PathAttributes, family: Family, isMp: boolean, tag = 0): number {
    const writer = this.#writer.reset();
    const hop = isMp ? attributes.mpNextHop : undefined;
    if (hop) {
      const octets = nextHopBytes(hop);
      writer
        .u8(attributeFlag.optional)
        .u8(attributeCode.mpReach)
        .u8(octets.length + 5);
      writer.u16(afiOf[family]).u8(SAFI_UNICAST).u8(octets.length).bytes(octets).u8(0);
    }
    encodeAttributes(isMp ? { ...attributes, nextHop: undefined } : attributes, storedTerms, writer);
    const block = writer.view();
    return this.#store.intern(block, 0, block.length, tag);
  }
}
